"""What clients have already is not sent again, nor read again where the source tells as much."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foveate.service.entity_tags import (
    Validator,
    digest_of,
    entity_tag,
    matches,
    shown_validator,
)
from foveate.service.fetching import Fetcher
from foveate.service.refusals import RefusedError
from foveate.service.sources import Sources

DATE = formatdate(1_700_000_000, usegmt=True)
DIGEST = digest_of("all that is asked")


class Site(BaseHTTPRequestHandler):
    """Each path has a validator of its own kind, and answers conditional requests."""

    def do_GET(self) -> None:
        has = {"/entity": ("ETag", '"one"'), "/date": ("Last-Modified", DATE)}.get(self.path)
        shown = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
        asked.append((self.path, *shown))
        self.send_response(304 if (has and has[1] in shown) or self.path == "/liar" else 200)
        if has:
            self.send_header(*has)
        self.end_headers()
        if not (has and has[1] in shown):
            self.wfile.write(b"picture")

    def log_message(self, *_: object) -> None: ...


asked: list[tuple[str, str | None, str | None]] = []


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.mark.parametrize("path", ["/entity", "/date"])
def test_a_site_is_asked_only_whether_its_picture_has_changed(site: str, path: str) -> None:
    sources = Sources(Fetcher(allow_private=True))
    first = sources.read(f"{site}{path}", 5)
    assert first.data == b"picture"
    assert first.validator is not None
    tag = entity_tag(DIGEST, first.validator)
    again = sources.read(f"{site}{path}", 5, shown_validator(tag, DIGEST))
    assert (again.data, again.validator) == (None, first.validator)
    assert asked[-1][0] == path
    other = sources.read(f"{site}{path}", 5, Validator.of_fields('"two"', None))
    assert other.data == b"picture"


def test_a_site_that_was_not_asked_so_may_not_say_that_nothing_has_changed(site: str) -> None:
    with pytest.raises(RefusedError, match="status 304") as error:
        Sources(Fetcher(allow_private=True)).read(f"{site}/liar", 5, Validator.of_bytes(b""))
    assert error.value.status == 502
    assert Sources(Fetcher(allow_private=True)).read(f"{site}/none", 5).validator is None


def test_a_file_of_the_same_time_and_size_is_not_read(tmp_path: Path) -> None:
    sources, path = Sources(Fetcher(), tmp_path), tmp_path / "a.jpg"
    path.write_bytes(b"picture")
    os.utime(path, ns=(10**18, 10**18))
    first = sources.read("local:///a.jpg", 1)
    path.write_bytes(b"pixture")
    os.utime(path, ns=(10**18, 10**18))
    assert sources.read("local:///a.jpg", 1, first.validator).data is None
    os.utime(path, ns=(10**18, 10**18 + 1))
    assert sources.read("local:///a.jpg", 1, first.validator).data == b"pixture"
    path.write_bytes(b"picture, and more")
    os.utime(path, ns=(10**18, 10**18))
    assert sources.read("local:///a.jpg", 1, first.validator).data == b"picture, and more"


def test_a_store_is_asked_only_whether_its_object_has_changed() -> None:
    memory = pytest.importorskip("obstore.store").MemoryStore()
    sources = Sources(Fetcher(), buckets=("s3://photos",))
    sources._stores["s3://photos"] = memory
    memory.put("a.jpg", b"picture")
    first = sources.read("s3://photos/a.jpg", 1)
    assert first.validator is not None
    assert sources.read("s3://photos/a.jpg", 1, first.validator).data is None
    memory.put("a.jpg", b"another")
    assert sources.read("s3://photos/a.jpg", 1, first.validator).data == b"another"


def test_a_store_that_fails_does_not_say_that_nothing_has_changed() -> None:
    class Fails:
        def get(self, *_: object, **__: object) -> None:
            raise OSError("no way to it")

    sources = Sources(Fetcher(), buckets=("s3://photos",))
    sources._stores["s3://photos"] = Fails()
    with pytest.raises(RefusedError, match="does not give it") as error:
        sources.read("s3://photos/a.jpg", 1, Validator.of_fields('"one"', None))
    assert error.value.status == 502


def test_a_source_that_tells_nothing_is_told_by_its_last_byte_too() -> None:
    one, other = (Validator.of_bytes(b"x" * 100_000 + end) for end in (b"a", b"b"))
    assert one != other


def test_what_a_client_shows_is_believed_in_its_own_form_alone() -> None:
    def tag(text: str) -> str:
        return f'"{DIGEST}.{base64.urlsafe_b64encode(text.encode()).decode()}"'

    good = Validator.of_fields('W/"one"', None)
    assert good is not None
    assert shown_validator(f'"x", {entity_tag(DIGEST, good)}', DIGEST) == good
    assert shown_validator(entity_tag(DIGEST, good), digest_of("something else")) is None
    for wrong in (
        'entity:"a"\r\nX-Evil: 1',
        "entity:a",
        "date:yesterday",
        f"date:{DATE}\n",
        'path:"a"',
        f'entity:"{"a" * 600}"',
    ):
        assert shown_validator(tag(wrong), DIGEST) is None, wrong
    for field in (None, "*", '"', f'"{DIGEST}."', f'"{DIGEST}.%%%"', f'"{DIGEST}.\xff"'):
        assert shown_validator(field, DIGEST) is None
    assert Validator.of_fields('"\xe4"', "yesterday") is None


def test_tags_are_weak_where_the_source_is_and_compared_without_that() -> None:
    weak = Validator.of_fields(None, DATE)
    assert weak is not None
    tag = entity_tag(DIGEST, weak)
    assert tag.startswith('W/"')
    assert matches(f'"other", {tag}', tag)
    assert matches(tag.removeprefix("W/"), tag)
    assert matches("*", tag)
    assert not matches('"other"', tag)
    assert not matches(None, tag)
