"""The production settings, plus only what a clean clone lacks: state of its own, and quick password hashing."""

import os
import tempfile

os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or tempfile.mkdtemp(prefix="register-test-")

from register.settings import *  # noqa: F403

READER = "default"  # tests run inside one transaction, which a second connection would not see
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # no collected files in a clean clone
REQUIRE_MFA = False  # most tests are about what one does once inside; tests/test_login.py switches it on
