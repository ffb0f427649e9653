"""Bring the register up on this machine: everything `make serve` does, in six steps, then the server in the foreground.

    python tools/serve.py            # PORT=8000 DATA_DIR=var from the environment

A first run takes a minute; a later one redoes only what changed. All state is in DATA_DIR. Ctrl-C or SIGTERM ends it.
"""

import os
import socket
import time
from pathlib import Path

from prepare import PYTHON, ROOT, Stop, design, fingerprint, main, run, translations, venv

STEPS = 6


def say(number: int, text: str) -> None:
    print(f"{number}/{STEPS} {text}", flush=True)


def free_port() -> int:
    """Return PORT after trying it, so that a port in use is told before minutes of work."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Stop(f"PORT is {given!r}: give a number from 1 to 65535, for example: make serve PORT=8001")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", int(given)))
        except OSError as error:
            cure = "make serve PORT=8001" if given != "8001" else "make serve PORT=8002"
            raise Stop(f"Port {given} cannot be used ({error.strerror}). Choose another: {cure}") from None
    return int(given)


def collect_static(data: Path) -> None:
    """Collect and compress the static files into DATA_DIR when one of them, or a package that brings some, changed."""
    sources = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    stamp = data / "static.stamp"
    settings = [os.environ.get(name) for name in ("DEBUG", "STATIC_ROOT")]
    wanted = fingerprint(*sources, ROOT / "requirements.txt", also=settings)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    manage("collectstatic", "--noinput", "--verbosity=0")
    stamp.write_text(wanted)


def manage(*arguments: str) -> None:
    run([PYTHON, "manage.py", *arguments], f"manage.py {arguments[0]} did not succeed")


def serve() -> None:
    began = time.monotonic()
    port = free_port()
    data = Path(ROOT, os.environ.get("DATA_DIR") or "var")
    data.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"], os.environ["PORT"] = str(data), str(port)
    os.environ.setdefault("REQUIRE_MFA", "False")  # a register on one's own machine; on by default everywhere else
    os.chdir(ROOT)

    say(1, "Python packages in .venv/")
    venv()
    say(2, "Design system (NL Design System)")
    design()
    say(3, "Translations and static files")
    translations()
    collect_static(data)
    say(4, f"Database in {data}" if not os.environ.get("DATABASE_URL") else "Database (DATABASE_URL)")
    manage("migrate", "--noinput", "--verbosity=0")
    say(5, "Demo register, if it is empty")
    manage("load_demo")
    say(6, "Demo accounts, if there are none")
    manage("accounts", "--if-missing")

    site = f"http://127.0.0.1:{port}"
    print(f"\nThe register is ready ({time.monotonic() - began:.0f} s). Ctrl-C stops it; the data stay in {data}.\n")
    for path, what in (
        ("/", "start page"),
        ("/algoritmes/", "all algorithms"),
        ("/beheer/", "for staff: write and publish (make accounts prints new passwords)"),
        ("/api/v1/openapi.json", "the API"),
    ):
        print(f"  {site + path:<46}{what}")
    print(flush=True)
    options = ["--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    server = [PYTHON, "-m", "gunicorn", "register.wsgi", "--bind", f"127.0.0.1:{port}", *options]
    os.execv(PYTHON, [str(part) for part in server])


if __name__ == "__main__":
    main(serve)
