"""All settings, each from the environment and safe when forgotten. README.md lists them.

What a start needs lives in DATA_DIR (database, secret key), which can be copied whole when the register is stopped.
"""

import hashlib
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from register.environment import env, env_bool, env_int, env_list, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(BASE_DIR, env("DATA_DIR") or "var")  # a relative path is taken from the checkout
DATA_DIR.mkdir(parents=True, exist_ok=True)

BULK_DIR = DATA_DIR / "open-data"  # bulk files, made from the log and remade when it grows

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
BEHIND_TLS = env_bool("BEHIND_TLS", False)  # a proxy in front ends TLS and sets X-Forwarded-Proto
SITE_URL = env("SITE_URL").rstrip("/")  # https://algoritmes.example.nl; empty: links follow the request's host

# What the register is called and whose it is: a city fills these in.
SITE_NAME = env("SITE_NAME", "Algoritmeregister")
SITE_NAME_EN = env("SITE_NAME_EN", "Algorithm register")
SITE_OWNER = env("SITE_OWNER")
THEME_CSS = env("THEME_CSS")  # path below static/ of a city's own NL Design System tokens
THEME_CLASS = env("THEME_CLASS", "voorbeeld-theme")
API_CONTACT_NAME = env("API_CONTACT_NAME", "Beheerder van het algoritmeregister")
API_CONTACT_EMAIL = env("API_CONTACT_EMAIL", "algoritmeregister@example.org")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "algorithms",
    "importers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "register.middleware.LanguageFromPath",
    "register.middleware.ApiHeaders",
    "register.middleware.Conditional",
    "django.middleware.common.CommonMiddleware",
    "register.middleware.StaffSession",
    "register.middleware.StaffCsrf",
    "register.middleware.StaffAuthentication",
    "register.middleware.StaffMessages",
]

ROOT_URLCONF = "register.urls"
WSGI_APPLICATION = "register.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "algorithms.public.context.site",
            ],
        },
    },
]


def _databases() -> dict:
    """Two connections to one database: `default` writes; `reader` is for long reads and cannot write.

    SQLite begins its writing transactions IMMEDIATE, so a second writer waits instead of failing half way; a long read
    through `reader` is deferred and never blocks a writer (write-ahead log).
    """
    url = env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'register.sqlite3'}"
    default = dj_database_url.parse(url, conn_max_age=env_int("CONN_MAX_AGE", 60), conn_health_checks=True)
    reader = default | {"OPTIONS": dict(default.get("OPTIONS", {})), "TEST": {"MIRROR": "default"}}
    if default["ENGINE"] == "django.db.backends.sqlite3":
        common = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        default["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": common}
        reader["OPTIONS"] = {"timeout": 30, "init_command": common + "PRAGMA query_only=ON;"}
    elif default["ENGINE"] == "django.db.backends.postgresql":
        reader["OPTIONS"] |= {"options": "-c default_transaction_read_only=on"}
    else:
        raise ImproperlyConfigured("DATABASE_URL must be a sqlite:// or postgres:// address.")
    return {"default": default, "reader": reader}


DATABASES = _databases()
READER = "reader"  # alias for long reads; the tests, which run inside one transaction, set "default"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Dutch without prefix, English under /en/ (register.middleware.LanguageFromPath).
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(BASE_DIR, env("STATIC_ROOT", str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Cookies exist below /beheer/ only.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/beheer/"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "beheer_session", "beheer_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", 8) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
LOGIN_URL = "/beheer/login/"

# How the work on drafts goes.
FOUR_EYES = env_bool("FOUR_EYES", True)  # nobody approves what they wrote last themselves
PREVIEW_DAYS = env_int("PREVIEW_DAYS", 7)  # how long a preview link works

if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", True)
    CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
# Our own subclass of the CSRF middleware works below /beheer/, where the forms are; the check looks for Django's name.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# A record of 55 fields with 1,000 rows fits; a larger form is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["algorithms.api.responses.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "algorithms.api.responses.OnlyJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "algorithms.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "API van het algoritmeregister",
    "DESCRIPTION": (
        "Alle gepubliceerde algoritmes, met elke versie en een logboek dat iedereen kan narekenen. "
        "Lezen kan zonder sleutel. / All published algorithms, every version, and a log anyone can verify."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "SERVERS": [{"url": f"{SITE_URL}/api/v1", "description": "Productie"}],
    "CONTACT": {
        "name": API_CONTACT_NAME,
        "email": API_CONTACT_EMAIL,
        "url": SITE_URL or "https://example.org/algoritmeregister",
    },
    "LICENSE": {"name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    "POSTPROCESSING_HOOKS": ["algorithms.api.schema.dutch_rules"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
}


def _release() -> str:
    """Return a short id of the code, templates and settings that make the public pages.

    Part of every ETag, so that a new release or a changed setting is seen at once (DESIGN §2).
    """
    digest = hashlib.sha256()
    for folder, patterns in (
        ("algorithms", ("*.py",)),
        ("register", ("*.py",)),
        ("templates", ("*.html", "*.txt", "*.xml")),
        ("static", ("*.css", "*.js", "*.svg")),
        ("locale", ("*.mo",)),
    ):
        for path in sorted(path for pattern in patterns for path in (BASE_DIR / folder).rglob(pattern)):
            digest.update(path.read_bytes())
    digest.update(repr((SITE_URL, SITE_NAME, SITE_NAME_EN, SITE_OWNER, THEME_CSS, THEME_CLASS)).encode())
    return digest.hexdigest()[:12]


RELEASE = env("RELEASE") or _release()
