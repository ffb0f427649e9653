"""The parts of addresses that are more than a word."""

from django.urls.converters import REGISTERED_CONVERTERS, StringConverter, register_converter


class LarsConverter(StringConverter):
    """The eight digits of a record; anything else is no address."""

    regex = "[0-9]{8}"


def register() -> None:
    """Make `<lars:lars>` known; both lists of addresses that use it may ask for it."""
    if "lars" not in REGISTERED_CONVERTERS:
        register_converter(LarsConverter, "lars")
