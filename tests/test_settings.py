"""Settings are safe when forgotten, and each is told in the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def start(tmp_path, **env):
    clean = {key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    code = "import register.settings as s; print(s.DEBUG, len(s.SECRET_KEY) > 40, s.ALLOWED_HOSTS, s.SECRET_KEY)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=clean | {"DATA_DIR": str(tmp_path)} | env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_nothing_set_is_safe(tmp_path):
    first, second = start(tmp_path), start(tmp_path)
    assert first.stdout.startswith("False True ['localhost', '127.0.0.1', '[::1]']")
    assert first.stdout == second.stdout  # the key is kept
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"), [("DEBUG", "misschien"), ("SESSION_HOURS", "acht"), ("DATABASE_URL", "mysql://u@h/db")]
)
def test_a_value_that_is_not_understood_stops_the_start(tmp_path, name, value):
    told = start(tmp_path, **{name: value})
    assert told.returncode != 0
    assert name in told.stderr


def test_every_setting_is_in_the_readme():
    settings = (ROOT / "register" / "settings.py").read_text() + (ROOT / "register" / "environment.py").read_text()
    names = set(re.findall(r'env(?:_bool|_int|_list)?\("([A-Z_]+)"', settings))
    readme = (ROOT / "README.md").read_text()
    assert {name for name in names if f"`{name}`" not in readme} == set()
    assert len(names) > 15
