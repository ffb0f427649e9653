"""A whole register of its own for tests that need real processes: its own DATA_DIR and database, thrown away after.

site = Site.make(tmp_path)              # an empty, migrated register
site.manage("verify_register")          # a management command in a process of its own, `first=` some lines of Python
site.run("from algorithms... ")         # a few lines of Python in a Django process
with site.served() as base: ...         # gunicorn on a free loopback port; `base` is its address
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
SET_UP = "import django; django.setup()\n"
_collected: list[str] = []  # the folder of static files, once it is made


def postgres_url() -> str:
    """The PostgreSQL this run of the suite tests on, or "" when it tests on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres://", "postgresql://")) else ""


@dataclass
class Site:
    directory: Path
    env: dict[str, str]

    @classmethod
    def make(cls, directory: Path, like: Site | None = None) -> Site:
        """Make a migrated, empty register below `directory`; a copy of `like` saves the migrations."""
        directory.mkdir(parents=True, exist_ok=True)
        env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
        env |= {"DATA_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "register.settings", "DEBUG": "True"}
        site = cls(directory, env)
        if url := postgres_url():
            name = f"site_{uuid.uuid4().hex[:12]}"
            template = f' TEMPLATE "{like.database_name}"' if like else ""
            _postgres(url, f'CREATE DATABASE "{name}"{template}')
            site.env["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        elif like:
            shutil.copytree(like.directory, directory, dirs_exist_ok=True)
        if not like:
            site.manage("migrate", "-v0")
        return site

    @property
    def database_name(self) -> str:
        return urlsplit(self.env["DATABASE_URL"]).path.lstrip("/")

    def remove(self) -> None:
        if url := postgres_url():
            _postgres(url, f'DROP DATABASE IF EXISTS "{self.database_name}" WITH (FORCE)')
        shutil.rmtree(self.directory, ignore_errors=True)

    def use_collected_static(self) -> None:
        """Serve static files as they ship, collected and compressed once for all registers of this process."""
        if not _collected:
            _collected.append(tempfile.mkdtemp(prefix="register-static-"))
            atexit.register(shutil.rmtree, _collected[0], ignore_errors=True)
            self.env["STATIC_ROOT"] = _collected[0]
            self.manage("collectstatic", "--noinput", "-v0")
        self.env["STATIC_ROOT"] = _collected[0]

    def manage(self, *args: str, first: str = "", check: bool = True, **kwargs) -> subprocess.CompletedProcess[str]:
        """Run a management command; `check` raises with its output when it fails.

        `first` are lines of Python to run before it in the same process: to start Django takes longer than most of what
        is asked of it.
        """
        program = ["manage.py", *args]
        if first:
            command = f"from django.core import management\nmanagement.execute_from_command_line({program!r})"
            program = ["-c", f"{SET_UP}{first}\n{command}"]
        done = subprocess.run(
            [sys.executable, *program], cwd=ROOT, env=self.env, capture_output=True, text=True, **kwargs
        )
        if check and done.returncode:
            raise AssertionError(f"{args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def run(self, code: str) -> str:
        """Run lines of Python in a Django process and return what they print."""
        process = self.start(code)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output.strip()

    def start(self, code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SET_UP + code],
            cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @contextmanager
    def served(self, workers: int = 2, **env: str) -> Iterator[str]:
        """Run the register as it ships, on a free loopback port, until the block ends."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (self.directory / "server.log").open("w")
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "register.wsgi", "-b", f"127.0.0.1:{port}", "-w", str(workers)],
            cwd=ROOT, env=self.env | env, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_for(base, server, self.directory / "server.log")
            yield base
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
            log.close()


def _wait_for(base: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"{base}/health/live", timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")


def _postgres(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
