"""The link check visits what is public, politely and within bounds, and never reaches into a private network.

Every name of these tests ends in .example and resolves to a server on loopback that the test itself started.
"""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import itertools
import socket
import socketserver
import ssl
import threading
import time
from collections import Counter

import pytest

from algorithms import links
from algorithms.links import Finding, NotVisited, Target, Verdict, Visitor, in_words, is_public

TRUST = links.trust()  # making it costs more than a visit
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def status(code, *headers, body=b"x"):
    lines = [f"HTTP/1.1 {code} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def to(location, code=302):
    return status(code, f"Location: {location}")


def for_ever(first, again, pause=0.0):
    """Send `again` until the other side hangs up."""

    def send(sock):
        sock.sendall(first)
        while True:
            sock.sendall(again)
            time.sleep(pause)

    return send


class Web:
    """Websites on one loopback port: what they answer by (host, path) or by path, and what they were asked."""

    def __init__(self, tls=None):
        self.answers = {"/robots.txt": status(404)}
        self.asked = []  # (host, method, path)
        self.heads = []
        self.moments = {}
        self.names = []  # asked for in TLS
        self.sent = 0
        self.at_once, self.most_at_once = Counter(), 0
        web = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                sock = self.request
                sock.settimeout(5)
                try:
                    if tls:
                        sock = tls.wrap_socket(sock, server_side=True)
                    web.answer(sock)
                    sock.close()
                except (OSError, ValueError):
                    pass  # the other side hung up

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def answer(self, sock):
        head = b""
        while b"\r\n\r\n" not in head:
            part = sock.recv(65536)
            if not part:
                return
            head += part
            if head.startswith(b"\x16"):  # TLS, which is not spoken here
                sock.sendall(OK)
                return
        head = head.decode("latin-1")
        method, path, _version = head.partition("\r\n")[0].split(" ")
        host = head.lower().partition("host: ")[2].partition("\r\n")[0].partition(":")[0]
        self.asked.append((host, method, path))
        self.heads.append(head)
        self.moments.setdefault(host, []).append(time.monotonic())
        self.at_once[host] += 1
        self.most_at_once = max(self.most_at_once, *self.at_once.values())
        try:
            for key in ((host, method, path), (method, path), (host, path), path):
                if key in self.answers:
                    break
            found = self.answers.get(key, OK)
            if callable(found):
                found(_Counting(self, sock))
            else:
                sock.sendall(found)
        finally:
            self.at_once[host] -= 1

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path, host="een.example", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def visitor(self, **options):
        names = {"is_allowed": lambda address: address == "127.0.0.1", "resolve": lambda host: ["127.0.0.1"]}
        bounds = {"pause": 0, "total_seconds": 3, "ports": {self.port}, "tls": TRUST}
        return Visitor("Proef/1.0", **(bounds | names | options))

    def visit(self, path, host="een.example", scheme="http", **options):
        return self.visitor(**options).visit(Target.of(self.url(path, host, scheme)))


class _Counting:
    def __init__(self, web, sock):
        self.web, self.sock = web, sock

    def sendall(self, data):
        self.sock.sendall(data)
        self.web.sent += len(data)


@pytest.fixture
def web():
    running = Web()
    yield running
    running.close()


@pytest.fixture
def no_connection(monkeypatch):
    """Fail as soon as anything connects."""

    def refuse(*args):
        raise AssertionError(f"connected to {args}")

    monkeypatch.setattr(Visitor, "_open_one", staticmethod(refuse))


def seen_at(address, **options):
    """Visit as in production, but for what is given."""
    try:
        target = Target.of(address)
    except NotVisited as why:
        return Verdict(Finding.SKIPPED, str(why))
    return Visitor("Proef/1.0", pause=0, tls=TRUST, **options).visit(target)


# -- where nobody goes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "100.100.100.200", "192.0.0.192", "192.0.2.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "168.63.129.16",
        "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fe80::1", "fe80::1%1", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "2002:7f00:1::",
        "2002:a00:1::1", "2001::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "4000::1", "", "een.example", "1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_never_allowed(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "145.222.1.1", "172.32.0.1", "2a00:1450::1", "2001:610::1", "64:ff9b::8.8.8.8"]
)
def test_a_public_address_is_allowed(address):
    assert is_public(address)


PRIVATE = [
    "http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://0.0.0.0/", "http://0/",
    "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
    "http://127.0.0.1./", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://[64:ff9b::7f00:1]/",
    "https://192.168.0.1/", "http://[fe80::1%25lo]/", "http://[fd00::1]/",
]  # fmt: skip
UNFIT = [
    ("file:///etc/passwd", links.NOT_WEB),
    ("ftp://een.example/", links.NOT_WEB),
    ("gopher://een.example:70/_x", links.NOT_WEB),
    ("javascript:alert(1)", links.NOT_WEB),
    ("//een.example/", links.NOT_WEB),
    ("een.example", links.NOT_WEB),
    ("", links.NOT_WEB),
    ("http://een.example:22/", links.OTHER_PORT),
    ("http://een.example:8000/", links.OTHER_PORT),
    ("https://een.example:0/", links.OTHER_PORT),
    ("http://naam:geheim@een.example/", links.WITH_PASSWORD),
    ("http://@een.example/", links.WITH_PASSWORD),
    ("http://een.example\\@127.0.0.1/", links.WITH_PASSWORD),
    ("http://een.example:poort/", links.NO_ADDRESS),
    ("http://een.example:99999/", links.NO_ADDRESS),
    ("http:///pad", links.NO_ADDRESS),
    ("http://[een/", links.NO_ADDRESS),
    ("http://[1::2::3]/", links.NO_ADDRESS),
    ("http://127%2e0%2e0%2e1/", links.NO_ADDRESS),
    ("http://een..example/", links.NO_ADDRESS),
    ("http://😀.example/", links.NO_ADDRESS),
    ("http://een twee.example/", links.NO_ADDRESS),
    (f"http://{'a' * 64}.example/", links.NO_ADDRESS),
    ("http://een.example/\r\nHost: twee", None),
    ("http://een.example/" + "a" * 10_000, links.TOO_LONG),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_way_of_writing_reaches_a_private_address(address, no_connection):
    assert seen_at(address) == Verdict(Finding.SKIPPED, links.PRIVATE)


@pytest.mark.parametrize(("address", "why"), UNFIT, ids=range(len(UNFIT)))
def test_what_is_no_plain_web_address_is_not_visited(address, why, no_connection):
    seen = seen_at(address, resolve=lambda host: ["10.0.0.1"])
    assert seen == Verdict(Finding.SKIPPED, why or links.PRIVATE)


@pytest.mark.parametrize(
    "others", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"], ["8.8.8.8", "fe80::1%2"]]
)
def test_a_name_with_one_private_address_is_not_visited(others, no_connection):
    assert seen_at("http://een.example/", resolve=lambda host: others) == Verdict(Finding.SKIPPED, links.PRIVATE)


def test_a_name_that_turns_private_after_it_was_vetted_is_not_followed(web):
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]])  # robots.txt, HEAD, GET
    web.answers["HEAD", "/"] = status(405)
    assert web.visit("/", resolve=lambda host: next(answers)) == Verdict(Finding.SKIPPED, links.PRIVATE)
    assert [method for _host, method, _path in web.asked] == ["GET", "HEAD"]


def test_each_request_connects_to_what_was_vetted_for_it(web, monkeypatch):
    vetted, connected = [], []
    original = socket.socket.connect

    def connect(sock, place):
        connected.append(place)
        original(sock, ("127.0.0.1", web.port))

    monkeypatch.setattr(socket.socket, "connect", connect)
    web.answers["/"] = to("/ergens")
    addresses = iter(["203.0.113.1", "203.0.113.2", "203.0.113.3"])  # robots.txt and two pages
    seen = web.visit("/", resolve=lambda host: [next(addresses)], is_allowed=lambda address: not vetted.append(address))
    assert seen.finding is Finding.ALIVE
    assert vetted == ["203.0.113.1", "203.0.113.2", "203.0.113.3"]
    assert connected == [(address, web.port) for address in vetted]


def test_no_proxy_of_the_environment_takes_part(web, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert web.visit("/").finding is Finding.ALIVE


# -- redirects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://10.0.0.1:{port}/", links.PRIVATE),
        ("http://[::1]:{port}/", links.PRIVATE),
        ("http://een.example:22/", links.OTHER_PORT),
        ("file:///etc/passwd", links.NOT_WEB),
        ("gopher://een.example/", links.NOT_WEB),
        ("http://naam:geheim@een.example:{port}/", links.WITH_PASSWORD),
        ("http://[", links.NO_ADDRESS),
        ("//\x7f\x80/", links.NO_ADDRESS),
        ("/" + "a" * 10_000, links.TOO_LONG),
    ],
)
def test_a_redirect_is_vetted_as_any_address(web, location, why):
    web.answers["/"] = to(location.format(port=web.port))
    names = {"een.example": "127.0.0.1"}
    seen = web.visit("/", resolve=lambda host: [names.get(host, host)])
    assert seen == Verdict(Finding.SKIPPED, why)


def test_redirects_are_followed_five_times(web):
    for number in range(7):
        web.answers[f"/{number}"] = to(f"/{number + 1}", code=[301, 302, 303, 307, 308, 301, 302][number])
    web.answers["/7"] = OK
    assert web.visit("/2").finding is Finding.ALIVE
    assert web.visit("/1") == Verdict(Finding.SKIPPED, links.TOO_MANY_REDIRECTS)
    web.answers["/rond"] = to("/rond")
    assert web.visit("/rond") == Verdict(Finding.SKIPPED, links.TOO_MANY_REDIRECTS)


def test_no_cookie_is_kept_and_no_referrer_told(web):
    web.answers["/"] = status(302, "Location: /twee", "Set-Cookie: a=b; Path=/")
    assert web.visit("/").finding is Finding.ALIVE
    told = "".join(web.heads).lower()
    assert "cookie" not in told
    assert "referer" not in told
    assert told.count("user-agent: proef/1.0") == 3


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/caf\xe9", "/caf%E9"),  # one byte of latin-1: no UTF-8
        ("/caf\xc3\xa9", "/caf%C3%A9"),
        ("/een twee?a=b c#hier", "/een%20twee?a=b%20c"),
        ("?a=b", "/?a=b"),
        ("/a%20b%zz", "/a%20b%zz"),
    ],
)
def test_a_location_is_read_whatever_its_encoding(web, location, asked):
    web.answers["/"] = to(location)
    assert web.visit("/").finding is Finding.ALIVE
    assert web.asked[-1] == ("een.example", "HEAD", asked)


# -- what an answer means ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "finding", "why"),
    [
        (200, Finding.ALIVE, ""), (204, Finding.ALIVE, ""), (404, Finding.GONE, links.GONE),
        (410, Finding.GONE, links.GONE), (401, Finding.SKIPPED, links.ASKS_LOGIN),
        (403, Finding.SKIPPED, links.ASKS_LOGIN), (405, Finding.SKIPPED, links.OTHER_ANSWER),
        (429, Finding.SKIPPED, links.TOO_BUSY), (999, Finding.SKIPPED, links.ASKS_LOGIN),
        (400, Finding.SKIPPED, links.OTHER_ANSWER), (304, Finding.SKIPPED, links.OTHER_ANSWER),
        (302, Finding.SKIPPED, links.OTHER_ANSWER), (500, Finding.FAILED, links.BROKEN),
        (503, Finding.FAILED, links.BROKEN),
    ],
)  # fmt: skip
def test_what_a_status_means(web, code, finding, why):
    web.answers["/"] = status(code)
    seen = web.visit("/")
    assert seen.finding is finding
    assert seen.why == (f"{why} ({code})" if why and code != 429 else why)
    assert in_words(seen.why) == seen.why


@pytest.mark.parametrize("code", [403, 404, 405, 500, 501, 503])
def test_no_link_is_called_dead_on_a_head_alone(web, code):
    web.answers["HEAD", "/"] = status(code)
    assert web.visit("/").finding is Finding.ALIVE


def test_a_server_that_hangs_up_on_head_is_asked_in_another_way(web):
    web.answers["HEAD", "/"] = b""
    assert web.visit("/").finding is Finding.ALIVE
    web.answers["HEAD", "/"] = for_ever(b"", b"", 0.05)
    assert web.visit("/", total_seconds=0.6).finding is Finding.ALIVE


def refused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_websites_that_do_not_answer(web):
    def unknown(host):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    def never(host):
        time.sleep(3)

    port = refused_port()
    assert web.visit("/", resolve=unknown) == Verdict(Finding.FAILED, links.NO_NAME)
    assert web.visit("/", resolve=lambda host: []) == Verdict(Finding.FAILED, links.NO_NAME)
    assert web.visit("/", resolve=never, total_seconds=0.2) == Verdict(Finding.FAILED, links.SLOW)
    assert web.visit("/", scheme="https") == Verdict(Finding.FAILED, links.NO_TLS)
    closed = web.visitor(ports={port}).visit(Target.of(f"http://een.example:{port}/"))
    assert closed == Verdict(Finding.FAILED, links.NO_CONNECTION)


MB = b"x" * 1_000_000
DRIP = b"HTTP/1.1 200 OK\r\nX: "


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (for_ever(b"", b"", 0.02), Finding.FAILED),
        (for_ever(b"HTTP", b"", 0.02), Finding.FAILED),
        (for_ever(DRIP, b"a", 0.02), Finding.FAILED),
        (for_ever(DRIP + b"a\r\n", b"Y: b\r\n", 0.02), Finding.FAILED),
        (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Finding.FAILED),
        (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02), Finding.FAILED),
        (for_ever(DRIP, MB), Finding.FAILED),
        (for_ever(b"HTTP/1.1 200 OK\r\n", b"Y: b\r\n" * 1000), Finding.FAILED),
        (for_ever(b"", MB), Finding.FAILED),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Finding.FAILED),
        (b"HTTP/1.1 abc\r\n\r\n", Finding.FAILED),
        (b"HTTP/1.1 99999 X\r\n\r\n", Finding.FAILED),
        (b"\x16\x03\x01\x00\xff" * 10, Finding.FAILED),
        (b"", Finding.FAILED),
        (b"HTTP/1.1 200 OK\r\n\x00\xff\xfe: \x01\r\n: leeg\r\nzonder dubbele punt\r\n\r\n", Finding.ALIVE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\nTransfer-Encoding: gzip, chunked\r\n\r\nzz\r\n", Finding.ALIVE),
        (b"HTTP/1.1 302 X\r\nLocation:\r\n\r\n", Finding.SKIPPED),
        (for_ever(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", MB), Finding.ALIVE),
        (for_ever(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", MB), Finding.ALIVE),
        (for_ever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"f4240\r\n" + MB), Finding.ALIVE),
    ],
    ids=[
        "silence", "half a line", "header by drops", "headers by drops", "continue for ever", "continue by drops",
        "one endless header", "endless headers", "endless status", "ssh", "no status", "large status", "tls bytes",
        "nothing", "odd headers", "odd lengths", "empty location", "1 GB", "gzip", "chunks",
    ],
)  # fmt: skip
def test_whatever_a_server_sends_it_ends_in_time_and_its_body_is_not_read(web, answer, finding):
    web.answers["/"] = answer
    web.answers["HEAD", "/"] = status(405) if finding is Finding.ALIVE else answer
    begun = time.monotonic()
    assert web.visit("/", total_seconds=0.5).finding is finding
    assert time.monotonic() - begun < 0.9
    assert web.sent < 30 * len(MB)  # what the buffers of two sockets hold, of a body of 1,000 times that


def test_no_more_is_read_than_was_asked_for():
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"x" * 100)
        file = links._Wire(here, time.monotonic() + 5, most=50).makefile("rb")
        assert file.read(50) == b"x" * 50
        with pytest.raises(http.client.HTTPException):
            file.read(1)


def test_a_mistake_of_our_own_stops_no_other_visit(web, monkeypatch, caplog):
    monkeypatch.setattr(Visitor, "_page", lambda *args: 1 / 0)
    assert web.visit("/") == Verdict(Finding.SKIPPED, links.UNKNOWN)
    assert "kon niet worden nagegaan" in caplog.text


# -- names and certificates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "site", "path"),
    [
        ("http://Bücher.Example/Straße?q=é#f", "http://xn--bcher-kva.example", "/Stra%C3%9Fe?q=%C3%A9"),
        ("HTTPS://EEN.EXAMPLE.:443", "https://een.example", "/"),
        ("http://een_twee.example/a b", "http://een_twee.example", "/a%20b"),
        ("http://een.example:80/?", "http://een.example", "/"),
        ("https://[2a00:1450::0001]/", "https://[2a00:1450::1]", "/"),
        ("http://ελ.example/", "http://xn--qxam.example", "/"),
    ],
)
def test_an_address_is_asked_for_in_ascii(address, site, path):
    target = Target.of(address)
    assert (target.site, target.path) == (site, path)
    assert Target.of(target.url) == target


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for een.example that signed itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "een.example")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("een.example"), x509.IPAddress(ipaddress.ip_address("203.0.113.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "een.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_is_held_to_the_name_not_to_the_address_connected_to(certificate):
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    web = Web(tls=server_side)
    server_side.sni_callback = lambda sock, name, context: web.names.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    try:
        assert web.visit("/", scheme="https", tls=trusting).finding is Finding.ALIVE
        assert web.names == ["een.example"] * 2  # robots.txt and the page
        assert web.heads[-1].lower().count(f"host: een.example:{web.port}") == 1
        bad = Verdict(Finding.FAILED, links.BAD_CERTIFICATE)
        assert web.visit("/", host="twee.example", scheme="https", tls=trusting) == bad
        assert web.visit("/", scheme="https") == bad  # signed by nobody the world trusts
    finally:
        web.close()


# -- manners -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("robots", "why"),
    [
        (status(200, body=b"User-agent: *\nDisallow: /geheim\n"), links.ROBOTS_FORBID),
        (status(200, body=b"\xef\xbb\xbfUser-agent: AlgoritmeregisterLinkcheck\nDisallow: /\n"), links.ROBOTS_FORBID),
        (status(200, body=b"User-agent: *\nDisallow: /\n\nUser-agent: AlgoritmeregisterLinkcheck\nAllow: /\n"), ""),
        (status(200, body=b"User-agent: Ander\nDisallow: /\n"), ""),
        (status(200, body=b""), ""),
        (status(200, body=b"User-agent: *\nDisallow: http://[\nCrawl-delay: \xc2\xb2\n"), ""),
        (status(200, body=b"\xff\xfe<html>" * 100), ""),
        (for_ever(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /\n", b"# x\n" * 10_000), links.ROBOTS_FORBID),
        (status(404), ""),
        (status(401), ""),
        (status(403), ""),
        (status(429), links.TOO_BUSY),
        (status(500), links.ROBOTS_BROKEN),
        (status(503), links.ROBOTS_BROKEN),
        (to("/robots.txt"), ""),
        (to("/anders.txt"), links.ROBOTS_FORBID),
        (to("http://10.0.0.1/robots.txt"), ""),
    ],
)
def test_robots_txt_is_respected(web, robots, why):
    web.answers["/robots.txt"] = robots
    web.answers["/anders.txt"] = status(200, body=b"User-agent: *\nDisallow: /\n")
    seen = web.visit("/geheim")
    assert seen == (Verdict(Finding.SKIPPED, why) if why else Verdict(Finding.ALIVE))
    assert any(path == "/geheim" for _host, _method, path in web.asked) is not bool(why)


def visit_all(web, addresses, seconds=20.0, **options):
    visitor = web.visitor(**options)
    return dict(visitor.visit_all([Target.of(address) for address in addresses], seconds)), visitor


def test_robots_txt_is_asked_once_per_site_also_after_a_redirect(web):
    web.answers["een.example", "/3"] = to(web.url("/3", host="twee.example"))
    web.answers["twee.example", "/robots.txt"] = status(200, body=b"User-agent: *\nDisallow: /3\n")
    seen, _visitor = visit_all(web, [web.url(f"/{number}", host=host) for number in range(5)
                                     for host in ("een.example", "twee.example")])  # fmt: skip
    assert Counter(path for _host, _method, path in web.asked)["/robots.txt"] == 2
    assert [verdict.why for verdict in seen.values() if verdict.why] == [links.ROBOTS_FORBID] * 2


def test_one_request_at_a_time_per_host_with_a_pause_and_hosts_at_once(web):
    hosts = [f"h{number}.example" for number in range(8)]
    begun = time.monotonic()
    seen, _visitor = visit_all(web, [web.url(f"/{n}", host=host) for host in hosts for n in range(4)], pause=0.1)
    took = time.monotonic() - begun
    assert {verdict.finding for verdict in seen.values()} == {Finding.ALIVE}
    assert len(seen) == 32
    assert web.most_at_once == 1
    gaps = [b - a for moments in web.moments.values() for a, b in itertools.pairwise(moments)]
    assert min(gaps) >= 0.095
    assert took < 8 * 5 * 0.1 * 0.6  # one host after another would take all of it


def test_a_site_that_asks_for_more_time_gets_it(web):
    web.answers["/robots.txt"] = status(200, body=b"User-agent: *\nCrawl-delay: 1\n")
    seen, _visitor = visit_all(web, [web.url("/1"), web.url("/2")], seconds=0.5)
    assert len(seen) <= 1


def test_a_site_that_is_too_busy_or_down_is_left_alone_for_the_rest_of_the_run(web):
    web.answers["/druk"] = status(429)
    seen, visitor = visit_all(web, [web.url(path) for path in ("/druk", "/a", "/b")])
    assert set(seen.values()) == {Verdict(Finding.SKIPPED, links.TOO_BUSY)}
    assert len(web.asked) == 2
    assert visitor.has_answer

    calls = []

    def unknown(host):
        calls.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    seen, visitor = visit_all(web, [web.url(f"/{number}") for number in range(9)], resolve=unknown)
    assert set(seen.values()) == {Verdict(Finding.FAILED, links.NO_NAME)}
    assert calls == ["een.example"]
    assert not visitor.has_answer


def test_a_run_ends_in_time_and_says_only_what_it_saw(web):
    web.answers["/robots.txt"] = for_ever(b"", b"", 0.02)
    begun = time.monotonic()
    addresses = [web.url("/", host=f"h{number}.example") for number in range(40)]
    seen, _visitor = visit_all(web, addresses, seconds=0.4, total_seconds=0.3)
    assert time.monotonic() - begun < 1.2
    assert 4 <= len(seen) <= 12
    assert set(seen.values()) == {Verdict(Finding.FAILED, links.SLOW)}


def test_a_run_that_is_broken_off_leaves_no_one_at_work(web):
    addresses = [web.url(f"/{number}") for number in range(50)]
    visits = web.visitor(pause=0.05).visit_all([Target.of(address) for address in addresses], 20)
    next(visits)
    visits.close()
    time.sleep(0.3)
    asked = len(web.asked)
    time.sleep(0.2)
    assert len(web.asked) == asked < 10


def test_nothing_to_visit_is_soon_done(web):
    assert visit_all(web, [])[0] == {}
