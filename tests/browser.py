"""A real browser on a register that runs as it ships: what journeys and accessibility tests share.

with chromium() as browser: ...              # CHROMIUM, else Debian's, else Playwright's own; fails when there is none
with demo(directory, like) as register: ...  # the demo register, served with its collected files
with watched(browser, register) as watch:    # a visitor; fails at the end when a page did what no page may do
    watch.page.goto("/")
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response
from playwright.sync_api import sync_playwright as playwright

from tests.site import Site

DEBIAN = Path("/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 10_000  # milliseconds a page may take on a busy machine
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}


def find_chromium(own: str) -> str:
    """Return the path of the browser to use; `own` is where Playwright would keep one of its own."""
    if given := os.environ.get("CHROMIUM"):
        if not os.access(given, os.X_OK):
            pytest.fail(f"CHROMIUM is {given!r}, which is no program. Correct it, or unset it to use the system's.")
        return given
    for path in (str(DEBIAN), own):
        if os.access(path, os.X_OK):
            return path
    return pytest.fail(
        "No Chromium for the browser tests. Install Debian's (apt-get install chromium), or set CHROMIUM to the "
        "program, or let Playwright fetch its own (python -m playwright install chromium)."
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; it ends with the block."""
    with playwright() as running:
        browser = _launched(running)
        yield browser
        browser.close()


def _launched(running: Playwright) -> Browser:
    return running.chromium.launch(executable_path=find_chromium(running.chromium.executable_path), args=OPTIONS)


# -- the register ------------------------------------------------------------------------------------------------------


# One process makes all of it, because starting Django is what takes the time.
FURNISH = """
from django.core.management import call_command
for command in (["load_demo"], ["accounts"]):
    call_command(*command)
{more}
from algorithms.models import Algorithm, Listing
for row in Listing.objects.all():
    print("public", row.name, f"/algoritmes/{{row.lars}}/{{row.slug}}/", sep="\\t")
for row in Algorithm.objects.all():
    print("draft", row.name, f"/beheer/algorithms/algorithm/{{row.pk}}/", sep="\\t")
"""


@dataclass
class Register:
    """A served register with the demo records in it."""

    site: Site
    base: str
    passwords: dict[str, str]
    records: dict[str, str]  # the address of each public record, by its name
    drafts: dict[str, str]  # the address in the admin of each draft, by its name
    sessions: dict[str, Any] = field(default_factory=dict)  # of who logged in before

    @staticmethod
    def find(named: dict[str, str], part: str) -> str:
        """Return the address of the one whose name has this part."""
        return next(address for name, address in named.items() if part in name)


@contextmanager
def demo(
    directory: Path, like: Site, more: str = "", look: dict[str, str] | None = None, mail: str = ""
) -> Iterator[Register]:
    """Serve the demo register with its accounts, as it ships: no DEBUG, static files collected.

    `more` is Python that adds to it before it is served; `look` are settings of the house style, `mail` is the
    register's own address.
    """
    site = Site.make(directory, like=like)
    site.env |= (look or {}) | ({"API_CONTACT_EMAIL": mail} if mail else {})
    site.env |= {"DEBUG": "False", "REQUIRE_MFA": "False"}  # tests/test_login.py is about the second factor
    try:
        if look:
            site.manage("collectstatic", "--noinput", "-v0")  # files of its own
        else:
            site.use_collected_static()
        told = site.run(FURNISH.format(more=more))
        passwords = dict(re.findall(r"^\s+(\w+)\s+(\S+)\s+\(", told, re.MULTILINE))
        records, drafts = (dict(re.findall(rf"^{kind}\t(.*)\t(.*)$", told, re.M)) for kind in ("public", "draft"))
        with site.served() as base:
            yield Register(site, base, passwords, records, drafts)
    finally:
        site.remove()


# -- who looks ---------------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """One visitor with a window, and what the pages did that no page may do."""

    context: BrowserContext
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)  # answers from 400 that this visit is about

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base + "/", "data:")):
            self.faults.append(f"{request.frame.url} asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.url} answered {response.status}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the visitor was gone before the answer came
            self.faults.append(f"{request.url}: {request.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        """A broken content policy comes along here as well; an answer from 400 was seen above."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource: the server"):
            self.faults.append(f"{message.location.get('url')} in the console: {message.text}")

    def listen(self) -> None:
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda fault: self.faults.append(f"script error: {fault.error}"))
        self.context.on("requestfailed", self._failed)


@contextmanager
def watched(browser: Browser, register: Register, **options: Any) -> Iterator[Watch]:
    """Open a window of its own; fail at the end when a page asked another host, broke its policy or had an error."""
    context = browser.new_context(**({"base_url": register.base, "viewport": WIDE, "locale": "nl-NL"} | options))
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, context.new_page(), register.base)
    watch.listen()
    try:
        yield watch
        assert not watch.faults, "\n".join(watch.faults)
    finally:
        context.close()


@contextmanager
def logged_in(browser: Browser, register: Register, name: str, **options: Any) -> Iterator[Watch]:
    """Open a window of someone who has an account; the password is typed only the first time."""
    with watched(browser, register, storage_state=register.sessions.get(name), **options) as watch:
        if name not in register.sessions:
            log_in(watch.page, name, register.passwords[name])
            register.sessions[name] = watch.context.storage_state()
        yield watch


def log_in(page: Page, name: str, password: str) -> None:
    page.goto("/beheer/")
    type_log_in(page, name, password)
    page.wait_for_url("**/beheer/")


def type_log_in(page: Page, name: str, password: str) -> None:
    """Fill in whatever form asks for a password, and send it."""
    form = page.locator("form", has=page.locator("input[type=password]"))
    form.locator("input:not([type=hidden], [type=password], [type=submit]):visible").first.fill(name)
    form.locator("input[type=password]").fill(password)
    form.locator("[type=submit]").click()
