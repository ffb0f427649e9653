"""Settings from environment variables: a value we do not understand stops the start, with the cure."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool) -> bool:
    """Return True or False; raise ImproperlyConfigured unless the variable is "True" or "False" (any case)."""
    value = env(name, str(default)).lower()
    if value not in ("true", "false", "1", "0"):
        raise ImproperlyConfigured(f"{name} is {value!r}: write True or False.")
    return value in ("true", "1")


def env_int(name: str, default: int, least: int = 0) -> int:
    try:
        number = int(env(name, str(default)))
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {env(name)!r}: write a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}: write {least} or more.")
    return number


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


LINKS = ("https://", "http://", "mailto:", "tel:", "/")


def env_links(name: str) -> list[tuple[str, str]]:
    """Return (words, address) of `words=address; words=address`: links of a city's own.

    Raises ImproperlyConfigured for anything but a web, mail or telephone address or a path of this site.
    """
    links = []
    for part in filter(None, (part.strip() for part in env(name).split(";"))):
        words, _is, address = (piece.strip() for piece in part.partition("="))
        if not words or address.startswith("//") or not address.startswith(LINKS):
            raise ImproperlyConfigured(
                f"{name} holds {part!r}: write words=address with ; between links, for example "
                "Gemeente Voorbeeldstad=https://voorbeeldstad.example; 14 010=tel:14010"
            )
        links.append((words, address))
    return links


def env_addresses(name: str, default: str, *schemes: str) -> list[str]:
    """Return web, mail or telephone addresses; raise ImproperlyConfigured unless each begins with one of `schemes`."""
    addresses = env_list(name, default)
    for address in addresses:
        if not address.startswith(schemes) or address in schemes or any(letter <= " " for letter in address):
            raise ImproperlyConfigured(
                f"{name} holds {address!r}: begin with {' or '.join(schemes)}, without spaces, commas between two."
            )
    return addresses


def secret_key(data_dir: Path) -> str:
    """Return SECRET_KEY, else the key kept in DATA_DIR, made at the first start.

    Two workers may start at once: the first to create the file wins, both read it.
    """
    if given := env("SECRET_KEY"):
        return given
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        half_made = data_dir / f".secret_key.{os.getpid()}"
        half_made.touch(mode=0o600)
        half_made.write_text(secrets.token_urlsafe(50))
        try:
            os.link(half_made, path)
        except FileExistsError:
            pass
        finally:
            half_made.unlink()
    return path.read_text().strip()
