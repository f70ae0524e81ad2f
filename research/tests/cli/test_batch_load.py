"""The load test of batches counts what passes its proxy, and sees what a wrong batch would do."""

from __future__ import annotations

import asyncio
import contextlib

from foveate_research.bench.batch.checks import verdict
from foveate_research.bench.batch.pictures import small_pictures
from foveate_research.bench.batch.proxy import Counts, Proxy, Weather

REQUESTS = {
    "GET /pictures/a.jpg": "GET picture",
    "PUT /out/a.jpg": "PUT result",
    "HEAD /out/a.jpg": "HEAD result",
    "PUT /out/.foveate-batch/claims/x/0": "PUT claims",
    "GET /out?list-type=2&prefix=.foveate-batch%2Fdone": "LIST",
    "POST /out?delete": "DELETE",
}


def passed(requests: list[str], weather: Weather) -> tuple[Counts, list[bytes], int]:
    """What the proxy counted, what the clients received, and how many requests the store saw."""
    seen = 0

    async def store(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        with contextlib.suppress(EOFError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(4)
                seen += 1
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                writer.write(b"" if head.startswith(b"HEAD") else body)

    async def run() -> tuple[Counts, list[bytes]]:
        received = []
        async with await asyncio.start_server(store, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Proxy(port, "out", weather) as proxy:
                for request in requests:
                    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                    writer.write(f"{request} HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody".encode())
                    writer.write_eof()
                    received.append(await reader.read())
                    writer.close()
                return proxy.counts, received

    counts, received = asyncio.run(run())
    return counts, received, seen


def test_requests_are_counted_by_what_they_are_for() -> None:
    counts, received, seen = passed(list(REQUESTS), Weather())
    assert dict(counts.requests) == dict.fromkeys(REQUESTS.values(), 1)
    assert (counts.results, counts.bytes_up, seen) == (1, 24, 6)
    assert counts.bytes_down == 20  # a HEAD's answer has no body
    assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in received)
    assert not counts.failures


def test_failures_come_before_and_after_the_store_was_asked() -> None:
    counts, received, seen = passed(["PUT /out/a.jpg"] * 60, Weather(failing=0.5, seed=3))
    failed = counts.failures
    assert set(failed) == {"refused", "dropped before", "dropped after"}
    assert 20 <= sum(failed.values()) <= 40
    assert seen == 60 - failed["refused"] - failed["dropped before"]
    assert counts.results == seen  # also where nobody was told
    assert received.count(b"") == failed["dropped before"] + failed["dropped after"]
    assert sum(answer.startswith(b"HTTP/1.1 503") for answer in received) == failed["refused"]


def test_what_is_lost_done_twice_or_not_asked_for_is_seen() -> None:
    records = [{"source": name, "status": "done"} for name in ("a.jpg", "b.png", "b.png")]
    told = verdict(
        ["a.jpg", "b.png", "c.jpg"],
        {"a.jpg", "b.png.jpg", "d.jpg", ".foveate-batch/done/x"},
        [*records, {"source": "c.jpg", "status": "failed"}],
    )
    assert told == {
        "results": 2,
        "lost": 1,
        "of_no_picture": 1,
        "told_as_done": 2,
        "told_as_done_twice": 1,
        "told_as_failed": 1,
    }


def test_small_pictures_differ_and_are_the_same_again() -> None:
    made = dict(small_pictures(12, images=[], seed=5))
    assert made == dict(small_pictures(12, images=[], seed=5))
    assert len(set(made.values())) == 12
    assert sum(name.endswith(".png") for name in made) == 3
