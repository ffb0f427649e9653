"""A hostile file ends with a message, soon and in bounded memory, and nothing of it is stored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO

import pytest
from django.core.management import call_command

from algorithms.models import Algorithm
from tests.site import ROOT

pytestmark = pytest.mark.process

SECONDS, MEGABYTES = 30, 300
OWNER = '"name":"x","organization":"Gemeente X"'
MB = 2**20


def record(more: str) -> str:
    return f"[{{{OWNER},{more}}}]"


HOSTILE = {
    "a print too large": (2, lambda: (b"Overzicht\n\n" + b"Een regel tekst.\n" * 40) * 30_000),
    "too many records": (2, lambda: "[" + ",".join(['{"name":"x"}'] * 300_000) + "]"),
    "records without organisation": (1, lambda: "[" + ",".join(['{"name":"x"}'] * 20_000) + "]"),
    "a million values": (1, lambda: record('"risk_register":[' + "1," * 990_000 + "1]")),
    "rows without end": (1, lambda: record('"risk_register":[' + '{"risk":"x"},' * 140_000 + "1]")),
    "keys without end": (1, lambda: record(",".join(f'"k{number}":"x"' for number in range(100_000)))),
    "one long text": (1, lambda: record('"goal":"' + "x" * (20 * MB - 200) + '"')),
    "one long text in wide characters": (1, lambda: record('"goal":"' + "😀" * (5 * MB - 200) + '"')),
    "lists in lists": (1, lambda: record('"goal":' + "[" * 900 + "]" * 900)),
    "elements in elements": (1, lambda: record('"goal":"' + "<div>" * 50_000 + '"')),
    "half tags": (1, lambda: record('"goal":"' + "<x " * 90_000 + '"')),
    "a number without end": (2, lambda: "[" + "9" * (19 * MB) + "]"),
    "a key twice": (2, lambda: "{" + ",".join(f'"k{n}":1' for n in range(150_000)) + ',"k5":1}'),
    "a million keys": (2, lambda: "{" + ",".join(f'"k{n}":1' for n in range(990_000)) + "}"),
    "wide bytes": (2, lambda: '[{"name":"x"}]'.encode("utf-16")),
    "an archive": (2, lambda: b"PK\x03\x04" + b"\0" * 1000),
    "zeros": (2, lambda: b"\0" * (20 * MB)),
}  # fmt: skip
STORED = """
from algorithms.models import Algorithm, Organization, Page, Publication
pages = Page.objects.exclude(slug__in=Page.FIXED)
print(Algorithm.objects.count() + Organization.objects.count() + pages.count() + Publication.objects.count())
"""


# A process's own peak counts what it was before it became another program, so a small one stands between the tests,
# which are large, and the import.
BETWEEN = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


# As a person does it on the page; ends with 0 when it says beside the field why not, or shows what was refused.
ON_THE_PAGE = """
import os, sys
os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATA_DIR": os.environ["DATA_DIR"]}
import django; django.setup()
from django.contrib.auth.models import User
from django.test import Client
person, made = User.objects.get_or_create(username="hostile", is_superuser=True)
client = Client(headers={"host": "localhost"})
client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
with open(sys.argv[1], "rb") as file:
    answer = client.post("/beheer/importeren/", {"documents": file})
told = answer.content.decode()
is_refused = 'class="errorlist" id="id_documents_error"' in told or 'class="import-refused"' in told
sys.exit(0 if answer.status_code == 200 and is_refused and "name=\\"save\\"" not in told else 3)
"""


def measured(site, *arguments: str) -> tuple[int, str, float, int]:
    """Run a program in a process of its own: exit code, what it said on stderr, seconds and megabytes."""
    errors = site.directory / "errors.txt"
    with errors.open("w") as stream:
        started = time.monotonic()
        command = [sys.executable, "-c", BETWEEN, sys.executable, *arguments]
        env = site.env | {"DEBUG": "False", "SITE_URL": "http://localhost", "REQUIRE_MFA": "False"}
        told = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=stream, text=True, check=True)
    code, peak = map(int, told.stdout.split())
    kilobytes = peak // (1024 if sys.platform == "darwin" else 1)
    return code, errors.read_text(), time.monotonic() - started, kilobytes // 1024


@pytest.fixture(scope="module")
def register(migrated_site):
    """The empty register: nothing of these files is stored in it, which each test checks."""
    yield migrated_site
    assert migrated_site.run(STORED) == "0"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(register, tmp_path, name):
    expected, make = HOSTILE[name]
    content = make()
    path = tmp_path / "bestand.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, errors, seconds, megabytes = measured(register, "manage.py", "import_register", str(path), "--publish")
    assert code == expected, errors[-500:]
    assert "Traceback" not in errors
    assert "bestand.json" in errors or "record 1" in errors
    assert (seconds < SECONDS, megabytes < MEGABYTES) == (True, True), (seconds, megabytes)


HEAVIEST = ["a print too large", "records without organisation", "rows without end", "one long text", "a million keys"]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "one long text" else pytest.mark.long) for name in HEAVIEST]
)
def test_a_hostile_file_is_refused_on_the_page(register, tmp_path, name):
    content = HOSTILE[name][1]()
    path = tmp_path / "bestand.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, errors, seconds, megabytes = measured(register, "-c", ON_THE_PAGE, str(path))
    assert code == 0, errors[-500:]
    assert "Traceback" not in errors
    # The client of the test holds the file a few times over, besides what the page makes of it.
    assert (seconds < SECONDS, megabytes < MEGABYTES + 100) == (True, True), (seconds, megabytes)


def told(*arguments: str) -> tuple[int, str]:
    """Run the import in this process: exit code and what it said on stderr."""
    errors = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_register", *arguments, stdout=StringIO(), stderr=errors)
    return ended.value.code, errors.getvalue()


def test_what_is_no_file_with_text_is_refused(db, tmp_path):
    os.mkfifo(tmp_path / "pijp")
    odd = os.fsdecode(bytes(tmp_path) + b"/\xff.json")
    for path in (tmp_path, tmp_path / "pijp", "/dev/zero", tmp_path / "weg.json", odd, "x" * 5000):
        code, errors = told(str(path))
        assert (code, errors[:15]) == (2, "Niets bewaard. ")
        errors.encode()  # a name that is no UTF-8 can be printed


def test_a_file_without_permission_is_refused(db, tmp_path):
    closed = tmp_path / "dicht.json"
    closed.write_text("[")
    closed.chmod(0)  # root reads it all the same; then the file is refused for what is in it
    assert told(str(closed))[0] == 2


def test_a_report_that_cannot_be_written_is_told_before_anything_is_saved(db, tmp_path):
    good = tmp_path / "goed.json"
    good.write_text(json.dumps([{"name": "Goed", "organization": "Gemeente X"}]))
    (tmp_path / "link.json").symlink_to(good)
    os.mkfifo(tmp_path / "pijp")
    for report in (tmp_path / "weg" / "verslag.json", tmp_path, good, tmp_path / "link.json", tmp_path / "pijp"):
        code, errors = told(str(good), "--publish", "--report", str(report))
        assert (code, "--report" in errors) == (2, True)
    assert json.loads(good.read_text())[0]["name"] == "Goed"
    assert not Algorithm.objects.exists()


RECORDS = [{"name": f"Proef {n}", "organization": "Gemeente X", "goal": "<p>Iets.</p>"} for n in range(500)]
STATE = """
from algorithms.models import Algorithm, Head, Listing, Publication
print(Algorithm.objects.count(), Publication.objects.count(), Listing.objects.count(), Head.now().sequence)
"""


def test_an_import_that_is_killed_leaves_the_register_before_or_after(site, tmp_path):
    path = tmp_path / "records.json"
    path.write_text(json.dumps(RECORDS))
    command = [sys.executable, "manage.py", "import_register", str(path), "--publish"]
    for seconds in (0.9, 1.5):
        process = subprocess.Popen(command, cwd=ROOT, env=site.env, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        assert set(site.run(STATE).split()) in ({"0"}, {"500"})
        site.manage("verify_register")
    site.manage("import_register", str(path), "--publish")
    assert set(site.run(STATE).split()) == {"500"}
    site.manage("verify_register")
