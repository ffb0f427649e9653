"""Visits the web addresses that records hold, politely, and never reaches into a private network by them.

Whoever writes a record chooses the address, so each step is vetted: the name is resolved first, every address it has
must be a public one, and the connection goes to exactly the address that was vetted; certificate and Host stay those of
the name. A redirect is a new address. Nothing of the environment takes part (proxies, .netrc), no cookie is kept, and
no body is read but that of robots.txt.

Knows no tables: `care` says what to visit and keeps what was seen.
"""

from __future__ import annotations

import heapq
import http.client
import io
import ipaddress
import logging
import queue
import re
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import certifi
import idna
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

logger = logging.getLogger(__name__)

ROBOT = "AlgoritmeregisterLinkcheck"  # the name by which robots.txt may speak to us
PORTS = frozenset({80, 443})
WORKERS = 4  # hosts visited at once
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4  # of one name, tried one after another
MAX_ADDRESS = 2000  # characters; longer ones no server is asked for
MAX_HEAD = 128 * 1024  # bytes of status line and headers
MAX_ROBOTS = 500 * 1024  # bytes, as RFC 9309 §2.5 asks
LONGEST_PAUSE = 10  # seconds between two requests, however long a Crawl-delay is
REDIRECTS = {301, 302, 303, 307, 308}

# Why an address was not visited, or what went wrong; stored in Dutch, shown by `in_words`.
NO_ADDRESS = gettext_noop("dit is geen geldig webadres")
NOT_WEB = gettext_noop("alleen adressen met http of https worden bezocht")
WITH_PASSWORD = gettext_noop("in het adres staat een naam of wachtwoord")
OTHER_PORT = gettext_noop("alleen de gewone poorten 80 en 443 worden bezocht")
TOO_LONG = gettext_noop("het adres is te lang om te bezoeken")
PRIVATE = gettext_noop("het adres hoort bij een besloten netwerk")
ROBOTS_FORBID = gettext_noop("de website wil geen bezoek van programma's (robots.txt)")
ROBOTS_BROKEN = gettext_noop("de regels van de website voor programma's zijn niet te lezen (robots.txt)")
TOO_MANY_REDIRECTS = gettext_noop("de website stuurt steeds door")
ASKS_LOGIN = gettext_noop("de website vraagt om aan te melden of weert programma's")
TOO_BUSY = gettext_noop("de website vraagt om later terug te komen")
OTHER_ANSWER = gettext_noop("de website geeft een onverwacht antwoord")
UNKNOWN = gettext_noop("dit adres kon niet worden nagegaan")
GONE = gettext_noop("de pagina bestaat niet meer")
BROKEN = gettext_noop("de website meldt een storing")
NO_NAME = gettext_noop("de naam van de website bestaat niet")
NO_CONNECTION = gettext_noop("de website is niet bereikbaar")
BAD_CERTIFICATE = gettext_noop("het certificaat van de website klopt niet")
NO_TLS = gettext_noop("een beveiligde verbinding lukt niet")
SLOW = gettext_noop("de website antwoordt niet op tijd")
GARBLED = gettext_noop("de website antwoordt onbegrijpelijk")

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_STATUS = re.compile(r"(.*?)( \(\d{3}\))?", re.DOTALL)


def in_words(why: str) -> str:
    """Return a stored reason in the active language; the status stands behind it: "… (404)"."""
    match = _STATUS.fullmatch(why)
    sentence, status = match.groups("") if match else (why, "")
    return (_(sentence) if sentence else "") + status


class NotVisited(Exception):
    """An address that is not visited, or whose answer tells nothing about the page; the text says why."""


class Unreachable(Exception):
    """A website that does not answer as it should; perhaps it does tomorrow."""


class _NoAnswer(Unreachable):
    """Connected, and then nothing that can be understood: worth asking in another way."""


class _Stopped(Exception):
    """The run is over; what was under way is left unsaid."""


class Finding(Enum):
    ALIVE = "alive"
    GONE = "gone"  # the website itself says so
    FAILED = "failed"  # perhaps for a moment only
    SKIPPED = "skipped"


class Verdict(NamedTuple):
    finding: Finding
    why: str = ""


# -- which addresses may be visited ------------------------------------------------------------------------------------

# Beyond what `ipaddress` calls not global, which differs between versions of Python.
_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # looks public; inside Azure it is the machine's own control plane
        "2001::/23",  # protocol assignments, Teredo among them: an IPv4 address in disguise
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
]
_IPV6_SITES = ipaddress.IPv6Network("2000::/3")  # all that is given out; no mapped, local or multicast address is in it
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 reaches IPv4: judge the address inside


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, and to no private, local, shared or tunnelled network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id:
            return False
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _IPV6_SITES:
            return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or any(ip.version == net.version and ip in net for net in _NEVER)
    )


def resolve(host: str) -> list[str]:
    """Return the IP addresses of a name; as the system does, also of 2130706433 and 0x7f.1. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def trust() -> ssl.SSLContext:
    """Return the certificates we trust: the system's, a city's own among them, and those of the package certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True)
class Target:
    """An address as it is asked for: name in ASCII, path percent-encoded, no fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, address: str) -> Target:
        """Read an address. Raises NotVisited."""
        if len(address) > MAX_ADDRESS:
            raise NotVisited(TOO_LONG)
        try:
            parts = urlsplit(address.strip())
            port, name = parts.port, parts.hostname or ""
        except ValueError:
            raise NotVisited(NO_ADDRESS) from None
        if parts.scheme not in ("http", "https"):
            raise NotVisited(NOT_WEB)
        if "@" in parts.netloc:
            raise NotVisited(WITH_PASSWORD)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
        default = 443 if parts.scheme == "https" else 80
        return cls(
            parts.scheme, _host(name), default if port is None else port, f"{path}?{query}" if parts.query else path
        )

    @property
    def site(self) -> str:
        """Scheme, name and port, as in the address: what one robots.txt is for."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return f"{self.scheme}://{name}" + ("" if self.port == default else f":{self.port}")

    @property
    def url(self) -> str:
        return self.site + self.path

    def redirected(self, location: str) -> Target:
        """Return where a Location header, as http.client reads it, leads. Raises NotVisited."""
        raw = location.encode("latin-1", "replace")
        try:
            address = raw.decode()
        except UnicodeDecodeError:  # bytes of another encoding mean something to that server only
            address = quote(raw, safe="/%:?#[]@!$&'()*+,;=~")
        try:
            return Target.of(urljoin(self.url, address))
        except ValueError:
            raise NotVisited(NO_ADDRESS) from None


def _host(name: str) -> str:
    """Return a host name in ASCII, or an IP address. Raises NotVisited."""
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name.partition("%")[0]))
        except ValueError:
            raise NotVisited(NO_ADDRESS) from None
    try:
        name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        raise NotVisited(NO_ADDRESS) from None
    name = name.lower().removesuffix(".")
    if not _HOST.fullmatch(name):
        raise NotVisited(NO_ADDRESS)
    return name


# -- one request -------------------------------------------------------------------------------------------------------


class _Answer(NamedTuple):
    status: int
    location: str
    body: bytes


class _Reader(io.RawIOBase):
    """Reads a socket until a moment and up to a number of bytes, however slowly or lavishly the other side sends."""

    def __init__(self, sock: socket.socket, deadline: float, most: int):
        self.sock, self.deadline, self.most = sock, deadline, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.most <= 0:
            raise http.client.HTTPException("too much")
        self.sock.settimeout(_left(self.deadline))
        count = self.sock.recv_into(buffer, min(len(buffer), self.most))
        self.most -= count
        return count


class _Wire:
    """What http.client takes for a socket; `close` is left to who made the connection."""

    def __init__(self, sock: socket.socket, deadline: float, most: int):
        self.sock, self.deadline, self.most = sock, deadline, most

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(_left(self.deadline))
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.sock, self.deadline, self.most))

    def close(self) -> None:
        pass


def _left(deadline: float) -> float:
    """Return the seconds until a moment. Raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _within(seconds: float, work: Callable[[], list[str]]) -> list[str]:
    """Return what `work` returns; looking up a name has no time limit of its own. Raises TimeoutError."""
    results: queue.SimpleQueue[tuple[list[str], Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:
            results.put(([], error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = results.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error:
        raise error
    return found


class _Budget:
    """The seconds an address may take on the wire; waiting for one's turn costs nothing."""

    def __init__(self, seconds: float):
        self.left = seconds

    @contextmanager
    def spend(self, share: float) -> Iterator[float]:
        """Yield the moment by which a part of what is left is over."""
        begun = time.monotonic()
        try:
            yield begun + self.left * share
        finally:
            self.left -= time.monotonic() - begun


# -- visiting ----------------------------------------------------------------------------------------------------------


@dataclass
class _Site:
    """What a website told at the first visit of this run."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    is_known: bool = False
    rules: RobotFileParser | None = None
    closed: str = ""  # why nothing of it is visited
    down: str = ""  # why it cannot be reached


@dataclass
class _Turn:
    """One host: one request at a time, and a pause before the next."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    pause: float = 0.0


class Visitor:
    """Visits addresses for one run; keeps what the websites said about robots, and nothing else.

    `agent` goes into User-Agent. `is_allowed` judges an IP address, `resolve` finds those of a name: only tests pass
    their own, so that no setting can ever open a private network.
    """

    def __init__(
        self,
        agent: str,
        *,
        pause: float = 1.0,
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
        is_allowed: Callable[[str], bool] = is_public,
        ports: Collection[int] = PORTS,
        resolve: Callable[[str], list[str]] = resolve,
        tls: ssl.SSLContext | None = None,
    ):
        self.agent, self.pause = agent, pause
        self.connect_seconds, self.total_seconds = connect_seconds, total_seconds
        self.is_allowed, self.ports, self.resolve = is_allowed, ports, resolve
        self.tls = tls or trust()
        self.has_answer = False  # whether any website answered: if none does, it may be our own network
        self._sites: dict[str, _Site] = {}
        self._turns: dict[str, _Turn] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def visit_all(self, targets: Iterable[Target], seconds: float) -> Iterator[tuple[Target, Verdict]]:
        """Visit each address, several hosts at once and each host in turn; yield what was seen as it comes.

        After `seconds` no new address is begun; those that were not visited are not yielded.
        """
        hosts: dict[str, deque[Target]] = {}
        for target in targets:
            hosts.setdefault(target.host, deque()).append(target)
        waiting = [(0.0, number, addresses) for number, addresses in enumerate(hosts.values())]  # a heap
        until = time.monotonic() + seconds
        results: queue.SimpleQueue[tuple[Target, Verdict] | None] = queue.SimpleQueue()

        def work() -> None:
            try:
                while time.monotonic() < until:
                    with self._lock:
                        if not waiting:
                            return
                        ready_at, number, addresses = heapq.heappop(waiting)
                    self._wait(min(ready_at, until) - time.monotonic())
                    if time.monotonic() >= until:
                        return
                    target = addresses.popleft()
                    results.put((target, self.visit(target)))
                    with self._lock:
                        if addresses:
                            heapq.heappush(waiting, (self._turn_of(target.host).free_at, number, addresses))
            except _Stopped:
                pass
            finally:
                results.put(None)

        workers = [threading.Thread(target=work, daemon=True) for _number in range(min(WORKERS, len(hosts)))]
        for worker in workers:
            worker.start()
        try:
            running = len(workers)
            while running:
                result = results.get()
                if result is None:
                    running -= 1
                else:
                    yield result
        finally:
            self._stop.set()

    def visit(self, target: Target) -> Verdict:
        """Visit one address and those it redirects to."""
        try:
            return self._follow(target)
        except NotVisited as why:
            return Verdict(Finding.SKIPPED, str(why))
        except Unreachable as why:
            return Verdict(Finding.FAILED, str(why))
        except _Stopped:
            raise
        except Exception:  # whatever a stranger's server sends, the other addresses are still to be visited
            logger.exception("Een adres kon niet worden nagegaan.")
            return Verdict(Finding.SKIPPED, UNKNOWN)

    def _follow(self, target: Target) -> Verdict:
        budget = _Budget(self.total_seconds)
        for _hop in range(MOST_REDIRECTS + 1):
            self._ask_robots(target)
            answer = self._page(target, budget)
            if answer.status not in REDIRECTS or not answer.location:
                return self._judge(target, answer.status)
            target = target.redirected(answer.location)
        raise NotVisited(TOO_MANY_REDIRECTS)

    def _page(self, target: Target, budget: _Budget) -> _Answer:
        """Ask for a page without its body. A link is never called dead on a HEAD alone: many servers get it wrong."""
        try:
            answer = self._ask("HEAD", target, budget, share=0.5)
        except _NoAnswer:
            answer = None
        if answer is None or (answer.status >= 400 and answer.status not in (401, 429)):
            answer = self._ask("GET", target, budget)
        return answer

    def _judge(self, target: Target, status: int) -> Verdict:
        if 200 <= status < 300:
            return Verdict(Finding.ALIVE)
        if status in (404, 410):
            return Verdict(Finding.GONE, f"{GONE} ({status})")
        if status >= 500 and status != 999:  # 999: how one large website refuses programs
            return Verdict(Finding.FAILED, f"{BROKEN} ({status})")
        if status == 429:
            self._site(target).closed = TOO_BUSY
            return Verdict(Finding.SKIPPED, TOO_BUSY)
        why = ASKS_LOGIN if status in (401, 403, 407, 999) else OTHER_ANSWER
        return Verdict(Finding.SKIPPED, f"{why} ({status})")

    # -- manners -------------------------------------------------------------------------------------------------------

    def _site(self, target: Target) -> _Site:
        with self._lock:
            return self._sites.setdefault(target.site, _Site())

    def _turn_of(self, host: str) -> _Turn:
        return self._turns.setdefault(host, _Turn(pause=self.pause))

    @contextmanager
    def _turn(self, host: str) -> Iterator[None]:
        with self._lock:
            turn = self._turn_of(host)
        with turn.lock:
            self._wait(turn.free_at - time.monotonic())
            try:
                yield
            finally:
                turn.free_at = time.monotonic() + turn.pause

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds) if seconds > 0 else self._stop.is_set():
            raise _Stopped

    def _ask_robots(self, target: Target) -> None:
        """Raise NotVisited when a website wants no visit there, Unreachable when it cannot be reached at all."""
        site = self._site(target)
        with site.lock:
            if not site.is_known:
                self._learn(site, target)
                site.is_known = True
        if site.down:
            raise Unreachable(site.down)
        if site.closed:
            raise NotVisited(site.closed)
        try:
            is_welcome = site.rules is None or site.rules.can_fetch(ROBOT, target.url)
        except ValueError:
            is_welcome = True
        if not is_welcome:
            raise NotVisited(ROBOTS_FORBID)

    def _learn(self, site: _Site, target: Target) -> None:
        """Read robots.txt as RFC 9309 has it: none is a welcome, one that fails is not."""
        budget = _Budget(self.total_seconds)
        robots = Target(target.scheme, target.host, target.port, "/robots.txt")
        try:
            answer = self._ask("GET", robots, budget, most=MAX_ROBOTS)
        except NotVisited as why:
            site.closed = str(why)
            return
        except Unreachable as why:
            site.down = str(why)
            return
        try:
            for _hop in range(MOST_REDIRECTS):
                if answer.status not in REDIRECTS or not answer.location:
                    break
                robots = robots.redirected(answer.location)
                answer = self._ask("GET", robots, budget, most=MAX_ROBOTS)
        except (NotVisited, Unreachable):
            return  # robots.txt stands elsewhere, out of reach: there is none
        if answer.status >= 500:
            site.closed = ROBOTS_BROKEN
        elif answer.status == 429:
            site.closed = TOO_BUSY
        elif 200 <= answer.status < 300:
            self._take_rules(site, target, answer.body)

    def _take_rules(self, site: _Site, target: Target, body: bytes) -> None:
        rules = RobotFileParser()
        try:
            rules.parse(body.decode("utf-8-sig", "replace").splitlines())
            delay = rules.crawl_delay(ROBOT)
        except ValueError:  # the parser trips over some nonsense; nonsense forbids nothing
            return
        site.rules = rules
        if delay:
            self._turn_of(target.host).pause = max(self.pause, min(float(delay), LONGEST_PAUSE))

    # -- on the wire ---------------------------------------------------------------------------------------------------

    def _ask(self, method: str, target: Target, budget: _Budget, share: float = 1.0, most: int = 0) -> _Answer:
        """Make one request to the address that was vetted; return its answer with at most `most` bytes of its body."""
        if target.port not in self.ports:
            raise NotVisited(OTHER_PORT)
        with self._turn(target.host), budget.spend(share) as deadline, self._connected(target, deadline) as sock:
            try:
                answer = self._talk(sock, method, target, deadline, most)
            except TimeoutError:
                raise _NoAnswer(SLOW) from None
            except (OSError, http.client.HTTPException, ValueError):
                raise _NoAnswer(GARBLED) from None
        self.has_answer = True
        return answer

    def _talk(self, sock: socket.socket, method: str, target: Target, deadline: float, most: int) -> _Answer:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.auto_open = 0  # it gets its socket from us, and never opens another
        connection.sock = _Wire(sock, deadline, MAX_HEAD + most)
        headers = {
            "Host": target.site.partition("://")[2],
            "User-Agent": self.agent,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Encoding": "identity",
            "Accept-Language": "nl,en;q=0.5",
            "Connection": "close",
        }
        connection.request(method, target.path, headers=headers)
        response = connection.getresponse()
        body = response.read(most) if most and response.status == 200 else b""
        return _Answer(response.status, response.getheader("Location", ""), body)

    @contextmanager
    def _connected(self, target: Target, deadline: float) -> Iterator[socket.socket]:
        """Yield a connection to a vetted address. Raises NotVisited or Unreachable."""
        try:
            addresses = _within(_left(deadline), lambda: self.resolve(target.host))
        except UnicodeError:
            raise NotVisited(NO_ADDRESS) from None
        except TimeoutError:
            raise Unreachable(SLOW) from None
        except OSError:
            raise Unreachable(NO_NAME) from None
        if not addresses:
            raise Unreachable(NO_NAME)
        if not all(self.is_allowed(address) for address in addresses):
            raise NotVisited(PRIVATE)
        sock = self._open(target, addresses[:MOST_ADDRESSES], deadline)
        try:
            if target.scheme == "https":
                sock = self._secured(sock, target, deadline)
            yield sock
        finally:
            sock.close()

    def _open(self, target: Target, addresses: list[str], deadline: float) -> socket.socket:
        why = NO_CONNECTION
        for address in addresses:
            try:
                return self._open_one(address, target.port, min(self.connect_seconds, _left(deadline)))
            except OSError as error:
                why = SLOW if isinstance(error, TimeoutError) else NO_CONNECTION
        raise Unreachable(why)

    @staticmethod
    def _open_one(address: str, port: int, seconds: float) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(seconds)
            sock.connect((address, port))
        except OSError:
            sock.close()
            raise
        return sock

    def _secured(self, sock: socket.socket, target: Target, deadline: float) -> socket.socket:
        try:
            sock.settimeout(_left(deadline))
            return self.tls.wrap_socket(sock, server_hostname=target.host)
        except TimeoutError:
            raise Unreachable(SLOW) from None
        except ssl.SSLCertVerificationError:
            raise Unreachable(BAD_CERTIFICATE) from None
        except (OSError, ValueError):
            raise Unreachable(NO_TLS) from None
