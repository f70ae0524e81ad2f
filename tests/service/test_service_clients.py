"""Clients of the image service: none can fill it alone where that is limited."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from foveate.service.configuration import Configuration

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient

from foveate.service.app import Service

asked, let_go = threading.Event(), threading.Event()


class Site(BaseHTTPRequestHandler):
    """A site that has no picture, and keeps who asks for /slow waiting."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            asked.set()
            let_go.wait(30)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    let_go.set()
    server.shutdown()


def test_a_client_with_too_many_open_requests_waits_and_others_do_not(site: str) -> None:
    configuration = Configuration.gathered(
        {"unsigned": True, "allow_private": True, "per_client": 1}, environment={}
    )
    application = Service(configuration, log=False).application()
    one, other = (TestClient(application, client=(host, 1)) for host in ("192.0.2.1", "192.0.2.2"))
    slow, quick = (f"/unsigned/plain/{site}/{name}" for name in ("slow", "quick"))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(one.get, slow)
        assert asked.wait(30)
        refused = one.get(quick)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.text.count("\n") == 1
        assert other.get(quick).status_code == 404
        let_go.set()
        assert waiting.result().status_code == 404
    assert one.get(quick).status_code == 404


def test_no_more_requests_are_open_than_the_service_can_hold(site: str) -> None:
    configuration = Configuration.gathered(
        {"unsigned": True, "allow_private": True, "workers": 1, "queue": 2}, environment={}
    )
    service = Service(configuration, log=False)
    client, path = TestClient(service.application()), f"/unsigned/plain/{site}/quick"
    with contextlib.ExitStack() as open_ones:
        for number in range(6):
            open_ones.enter_context(service._one_more(f"192.0.2.{number}"))
        assert client.get(path).status_code == 404
        open_ones.enter_context(service._one_more("192.0.2.9"))
        refused = client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert client.get(path).status_code == 404


def test_a_store_that_hangs_is_waited_for_no_longer_than_a_source_may_take() -> None:
    pytest.importorskip("obstore", reason="obstore is not installed")
    let_go = threading.Event()

    class Hangs:
        def get(self, *_: object, **__: object) -> None:
            let_go.wait(30)

    configuration = Configuration.gathered(
        {"unsigned": True, "source": ["s3://photos"], "seconds": 0.1}, environment={}
    )
    service = Service(configuration, log=False)
    service._sources._stores["s3://photos"] = Hangs()
    late = TestClient(service.application()).get("/unsigned/plain/s3://photos/a.jpg")
    assert (late.status_code, let_go.is_set()) == (504, False)
    let_go.set()
