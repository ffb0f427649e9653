"""The parts of addresses that are more than a word."""

from django.urls.converters import REGISTERED_CONVERTERS, IntConverter, StringConverter, register_converter


class LarsConverter(StringConverter):
    """The eight digits of a record; anything else is no address."""

    regex = "[0-9]{8}"


class VersionConverter(IntConverter):
    """The number of a version as it is written, so that each page has one address: not "02"."""

    regex = "[1-9][0-9]{0,8}"


def register() -> None:
    """Make `<lars:lars>` and `<version:version>` known; both lists of addresses that use them may ask for it."""
    if "lars" not in REGISTERED_CONVERTERS:
        register_converter(LarsConverter, "lars")
        register_converter(VersionConverter, "version")
