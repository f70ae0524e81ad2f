"""Where the image service may read from: strangers' URLs reach nothing that is not public."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foveate.service.addresses import checked_addresses, is_public
from foveate.service.fetching import Fetcher, checked_address
from foveate.service.refusals import RefusedError
from foveate.service.sources import Sources


class Site(BaseHTTPRequestHandler):
    """A site whose path says what it does."""

    def do_GET(self) -> None:
        name = self.path.strip("/").partition("?")[0]
        if name.startswith("to="):
            self.send_response(302)
            self.send_header("Location", name.removeprefix("to=").replace("~", "/"))
            self.end_headers()
            return
        if name == "dripping":  # its header never ends
            for _ in range(50):
                self.wfile.write(b"H")
                self.wfile.flush()
                if stopped.wait(0.1):
                    return
        self.send_response({"gone": 404, "gone-for-good": 410}.get(name, 200))
        if name == "told":
            self.send_header("Content-Length", str(len(self.path)))
        elif name == "liar":
            self.send_header("Content-Length", "100")
        elif name == "huge":
            self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        if name == "slow":
            for _ in range(50):
                self.wfile.write(b"x")
                self.wfile.flush()
                if stopped.wait(0.1):
                    return
        body = b"y" * 5000 if name == "long" else self.path.encode()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


stopped = threading.Event()


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a site on this machine."""
    stopped.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    stopped.set()
    server.shutdown()


NOT_PUBLIC = """
127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1
255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: ::127.0.0.1 nonsense
64:ff9b:1:7f00:1:0:808:808 192.0.0.192 168.63.129.16 192.88.99.1 fec0::1 3fff::1 5f00::1
2001:470:1:2:0:5efe:7f00:1 2001:470:1:2:200:5efe:a00:1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_addresses_that_are_not_public_are_known_in_every_dress(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(RefusedError, match="not public") as error:
        checked_addresses("a.example", 80, allow_private=False, resolve=lambda *_: [address])
    assert error.value.status == 403


def test_one_address_that_is_not_public_is_enough() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    with pytest.raises(RefusedError):
        checked_addresses(
            "a.example", 80, allow_private=False, resolve=lambda *_: ["93.184.215.14", "10.0.0.1"]
        )


def test_the_connection_goes_to_the_address_that_was_looked_at(site: int) -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetcher = Fetcher(allow_private=True, resolve=resolve)
    assert fetcher.fetched(f"http://pictures.example:{site}/a b?c=d", 5).data == b"/a%20b?c=d"
    assert asked == ["pictures.example"]


def test_redirects_are_looked_at_like_addresses(site: int) -> None:
    public = f"http://pictures.example:{site}"

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "pictures.example" else ["10.0.0.1"]

    fetcher = Fetcher((public,), allow_private=True, resolve=resolve)
    assert fetcher.fetched(f"{public}/to=~there", 5).data == b"/there"
    with pytest.raises(RefusedError, match="not allowed") as error:
        fetcher.fetched(f"{public}/to=http:~~inside.example~", 5)
    assert error.value.status == 403
    with pytest.raises(RefusedError, match="none of http"):
        fetcher.fetched(f"{public}/to=file:~~~etc~passwd", 5)
    with pytest.raises(RefusedError, match="more than 5 times"):
        fetcher.fetched(f"{public}/to=to=to=to=to=to=to=", 5)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_sockets_are_closed_at_once_when_a_picture_is_refused(site: int) -> None:
    def sockets() -> set[str]:
        found = set()
        for each in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(each))
        return {each for each in found if each.startswith("socket:")}

    fetcher = Fetcher((), 1000, allow_private=True)
    kept = []  # an error that is told later holds what its frames hold
    before = len(sockets())
    for _ in range(8):
        for name in ("huge", "gone", "to=ftp:~~a"):
            with pytest.raises(RefusedError) as error:
                fetcher.fetched(f"http://127.0.0.1:{site}/{name}", 5)
            kept.append(error)
    assert len(sockets()) - before < 8  # the site itself may still close some


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("gone", 404, "status 404"),
        ("gone-for-good", 404, "status 410"),
        ("long", 413, "larger than 1,000 bytes"),
        ("huge", 413, "larger than 1,000 bytes"),
        ("liar", 502, "breaks off"),
        ("slow", 504, "in time"),
        ("dripping", 504, "in time"),
    ],
)
def test_sites_that_misbehave_cost_one_line(site: int, name: str, status: int, said: str) -> None:
    fetcher = Fetcher(most_bytes=1000, allow_private=True)
    with pytest.raises(RefusedError, match=said) as error:
        fetcher.fetched(f"http://127.0.0.1:{site}/{name}", 0.5)
    assert error.value.status == status


@pytest.mark.parametrize("name", ["told", "silent"])
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(site: int, name: str) -> None:
    address, size = f"http://127.0.0.1:{site}/{name}", len(name) + 1
    assert len(Fetcher((), size, allow_private=True).fetched(address, 5).data or b"") == size
    with pytest.raises(RefusedError, match=f"larger than {size - 1} bytes"):
        Fetcher((), size - 1, allow_private=True).fetched(address, 5)


def test_where_one_address_of_a_host_does_not_answer_the_next_is_tried(site: int) -> None:
    fetcher = Fetcher(allow_private=True, resolve=lambda *_: ["::1", "127.0.0.1"])
    assert fetcher.fetched(f"http://pictures.example:{site}/a", 5).data == b"/a"
    fetcher = Fetcher(allow_private=True, resolve=lambda *_: ["::1"])
    with pytest.raises(RefusedError, match="cannot be read"):
        fetcher.fetched(f"http://pictures.example:{site}/a", 5)


@pytest.mark.parametrize(
    ("address", "prefix", "allowed"),
    [
        ("https://example.com/a.jpg", "https://example.com", True),
        ("https://example.com:443/a.jpg", "https://example.com/", True),
        ("https://EXAMPLE.com/p/a.jpg", "https://example.com/p", True),
        ("https://example.com.evil.org/a.jpg", "https://example.com", False),
        ("https://example.com@evil.org/a.jpg", "https://example.com", False),
        ("http://example.com/a.jpg", "https://example.com", False),
        ("https://example.com:8443/a.jpg", "https://example.com", False),
        ("https://example.com/private/a.jpg", "https://example.com/p", False),
        ("https://example.com/p/../a.jpg", "https://example.com/p", False),
        ("https://example.com/p/%2e%2E/a.jpg", "https://example.com/p", False),
        ("https://example.com/p/..%2Fa.jpg", "https://example.com/p", False),
        ("https://example.com/p/%252e.%255Ca.jpg", "https://example.com/p", False),
        ("https://example.com/p/..;/a.jpg", "https://example.com/p", False),
        (f"https://example.com/p/%{'25' * 2000}2e/a.jpg", "https://example.com/p", False),
        ("https://example.com/p/a..b;c%20d.jpg", "https://example.com/p", True),
    ],
)
def test_prefixes_are_hosts_and_whole_parts_of_paths(
    address: str, prefix: str, allowed: bool
) -> None:
    if allowed:
        assert checked_address(address, [prefix]).hostname == "example.com"
        return
    with pytest.raises(RefusedError):
        checked_address(address, [prefix])


def test_files_lie_below_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "secret"
    (root / "in").mkdir(parents=True)
    outside.write_bytes(b"secret")
    (root / "in" / "a b.txt").write_bytes(b"found")
    (root / "link").symlink_to(outside)
    sources = Sources(Fetcher(most_bytes=10), root)
    assert sources.read("local:///in/a b.txt", 1).data == b"found"
    for name, status in (
        ("../secret", 403),
        ("in/../../secret", 403),
        ("link", 403),
        ("none", 404),
        ("in", 404),
    ):
        with pytest.raises(RefusedError) as error:
            sources.read(f"local:///{name}", 1)
        assert error.value.status == status, name
    (root / "long").write_bytes(b"x" * 11)
    with pytest.raises(RefusedError, match="larger than 10 bytes") as error:
        sources.read("local:///long", 1)
    assert error.value.status == 413
    with pytest.raises(RefusedError, match="no folder is served"):
        Sources(Fetcher()).read("local:///in/a b.txt", 1)


def test_objects_come_from_stores_that_are_allowed() -> None:
    memory = pytest.importorskip("obstore.store").MemoryStore()
    memory.put("in/a.jpg", b"found")
    sources = Sources(Fetcher(most_bytes=10), buckets=("s3://photos/in",))
    sources._stores["s3://photos"] = memory
    assert sources.read("s3://photos/in/a.jpg", 1).data == b"found"
    memory.put("in/long", b"x" * 11)
    for address, status in (
        ("s3://photos/in/none", 404),
        ("s3://photos/in/long", 413),
        ("s3://photos/inside/a.jpg", 403),
        ("s3://photos/in/../b", 400),
        ("s3://others/in/a.jpg", 403),
        ("gs://photos/in/a.jpg", 403),
        ("s3://photos", 400),
    ):
        with pytest.raises(RefusedError) as error:
            sources.read(address, 1)
        assert error.value.status == status, address
