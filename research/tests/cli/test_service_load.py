"""The load test of the image service finds what it looks for, at a service that is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from foveate.pictures import Limits
from foveate.service.grammar import parsed
from foveate.service.refusals import RefusedError
from foveate.service.rendering import Usual, rendered
from foveate.service.signature import SigningKey, check_signature
from foveate_research.bench.service.client import Client
from foveate_research.bench.service.load import mixed_load
from foveate_research.bench.service.origin import Origin
from foveate_research.bench.service.running import KEY, SALT
from foveate_research.bench.service.traffic import Asked, mixed, thumbnails
from photos import photo

SITE = "http://127.0.0.1:9/"
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Watched:
    """A service without processes of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def workers(self) -> list[int]:
        return []

    def held(self) -> dict[str, int]:
        return {"processes": 1}


def load(answers: dict[str, tuple[int, bytes]], requests: list[Asked]) -> dict[str, Any]:
    """What the load test tells of a service that gives these answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            status, body = answers[head.split(b" ")[1].decode()]
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )
        writer.close()

    async def run() -> dict[str, Any]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            watched: Any = Watched(port)
            return (await mixed_load(watched, requests, connections=2, seed=0)).to_dict()

    return asyncio.run(run())


def test_wrong_bytes_and_statuses_that_are_not_stated_are_counted() -> None:
    answers = {
        "/right": (200, b"right"),
        "/wrong": (200, b"other"),
        "/fault": (500, b"an error that was not foreseen"),
        "/twice": (500, b"the process that renders died twice"),
        "/broken": (422, b"no picture"),
    }
    asked = [Asked("good", path, b"right") for path in ("/right", "/wrong", "/fault", "/twice")]
    told = load(answers, [*asked, Asked("no picture", "/broken")])
    assert told["wrong_bytes"] == 1
    assert told["unstated_statuses"] == 1
    assert told["unstated"] == ["good: 500 an error that was not foreseen"]
    assert told["died_twice"] == 1
    assert told["statuses"] == {"good": {"200": 2, "500": 2}, "no picture": {"422": 1}}


def test_requests_are_of_every_kind_and_are_what_they_say(tmp_path: Path) -> None:
    Image.fromarray(photo(48, 64, 0)).save(tmp_path / "a.jpg")
    jobs = thumbnails([tmp_path / "a.jpg"], Usual(), Limits.untrusted())
    asked = mixed(400, {path: path.encode() for path in jobs}, tmp_path, SITE, seed=1)
    assert len(asked) == 400
    by_kind = {request.kind: request for request in asked}
    assert len(by_kind) == 13
    keys = [SigningKey.of_hex(KEY, SALT)]
    for request in asked:
        found = None if request.kind == "unknown option" else parsed(request.path)
        if found is None or request.kind == "wrong signature":
            continue
        check_signature(found.signature, found.signed, keys)
        if request.body is not None:  # a picture of the site is the same as the folder's
            job = jobs[request.body.decode()]
            assert (found.wanted, found.source.rpartition("/")[2]) == (job[2], job[1])
    for kind in ("broken file", "no picture", "bomb of pixels"):
        name = parsed(by_kind[kind].path).source.rpartition("/")[2]
        with pytest.raises(RefusedError) as error:
            rendered((tmp_path / name).read_bytes(), name, *next(iter(jobs.values()))[2:])
        assert by_kind[kind].is_stated(error.value.status)


def test_the_site_sends_what_it_promises(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a picture")

    async def run() -> None:
        async with Origin(tmp_path) as origin:
            client = Client(origin.port)
            good = await client.get("/good/a.jpg")
            assert (good.status, good.body) == (200, b"a picture")
            assert (await client.get("/away")).status == 302
            assert (await client.get("/claims")).status == 0  # fewer bytes than it says
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.get("/slow"), 0.1)

    asyncio.run(run())


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    async def one_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def run(answers: Answering) -> list[int]:
        async with await asyncio.start_server(answers, "127.0.0.1", 0) as server:
            client = Client(server.sockets[0].getsockname()[1])
            statuses = [(await client.get("/")).status for _ in range(3)]
            await client.close()
            return statuses

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    asked = []

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An answer, and then one that breaks off in its header."""
        for answer in (b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 200 X\r\nCon"):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
        writer.close()

    async def only_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An answer that says that it is the connection's last one; no other is answered."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        asked.append(await reader.read(1))
        writer.close()

    assert asyncio.run(run(one_answer)) == [200, 200, 200]
    assert asyncio.run(run(half)) == [200, 0, 200]  # what has begun is not asked for again
    assert len(asked) == 3
    asked.clear()
    assert asyncio.run(run(only_once)) == [200, 200, 200]
    assert set(asked) <= {b""}  # no byte came behind what was the last answer
    asked.clear()
    assert asyncio.run(run(nothing)) == [0, 0, 0]
    assert len(asked) == 3  # a new connection is not made a second time
