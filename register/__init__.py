"""Wiring: settings, addresses, middleware and the WSGI entry. Knows every app; nothing but manage.py imports it."""
