"""A proxy between Foveate and a store that counts requests, delays them, and lets some fail.

A request that is to fail is answered with 503, or its connection ends: before the store has seen
it, or after the store has done it, so that nobody is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from foveate.batch.places import STATE
from foveate_research.bench.local_server import HOST, MOST_HEAD, LocalServer

_REFUSED = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 44\r\n\r\n"
    b"<Error><Code>SlowDown</Code></Error>        "
)


@dataclass(frozen=True)
class Weather:
    """How the store behaves. failing: the share of requests that fail. delay_s: how long each
    waits on average, at random."""

    failing: float = 0.0
    delay_s: float = 0.0
    seed: int = 0


@dataclass
class Counts:
    """What went through. requests: by kind, as "PUT claims" or "LIST". failures: by their kind."""

    requests: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    bytes_up: int = 0
    bytes_down: int = 0
    results: int = 0


class Proxy(LocalServer):
    """The proxy, while its block lasts. port: of the store. bucket: where results go."""

    def __init__(self, port: int, bucket: str, weather: Weather) -> None:
        super().__init__()
        self._upstream, self._bucket, self._weather = port, bucket, weather
        self._rng = random.Random(weather.seed)
        self._more = asyncio.Condition()
        self.counts = Counts()

    async def results(self, count: int) -> None:
        """Returns when so many results were written."""
        async with self._more:
            await self._more.wait_for(lambda: self.counts.results >= count)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        store: asyncio.StreamWriter | None = None
        try:
            answers, store = await asyncio.open_connection(HOST, self._upstream, limit=MOST_HEAD)
            while await self._passed_on(reader, writer, answers, store):
                pass
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # either side went away, which both may
        finally:
            for each in (writer, store):
                if each is not None:
                    with contextlib.suppress(OSError):
                        each.close()

    async def _passed_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        store: asyncio.StreamWriter,
    ) -> bool:
        """One request; False where the connection is to end."""
        request, body = await _message(reader)
        method, target = request.split(b" ", 2)[:2]
        kind, is_result = self._kind(method.decode(), target.decode("latin-1"))
        self.counts.requests[kind] += 1
        self.counts.bytes_up += len(body)
        fate = self._fate()
        if self._weather.delay_s:
            await asyncio.sleep(self._rng.expovariate(1 / self._weather.delay_s))
        if fate is not None:
            self.counts.failures[fate] += 1
        if fate == "refused":
            writer.write(_REFUSED)
            await writer.drain()
            return True
        if fate == "dropped before":
            return False
        store.write(request + body)
        await store.drain()
        answer, content = await _message(answers, has_body=method != b"HEAD")
        self.counts.bytes_down += len(content)
        if is_result and answer.split(b" ", 2)[1] == b"200":
            self.counts.results += 1
            async with self._more:
                self._more.notify_all()
        if fate == "dropped after":
            return False
        writer.write(answer + content)
        await writer.drain()
        return True

    def _fate(self) -> str | None:
        if self._rng.random() >= self._weather.failing:
            return None
        return self._rng.choice(("refused", "dropped before", "dropped after"))

    def _kind(self, method: str, target: str) -> tuple[str, bool]:
        """What a request is called, and whether it writes a result."""
        address = urlsplit(target)
        bucket, _, key = unquote(address.path).lstrip("/").partition("/")
        asked = parse_qs(address.query, keep_blank_values=True)
        if "list-type" in asked:
            return "LIST", False
        if "delete" in asked:
            return "DELETE", False
        if key.startswith(f"{STATE}/"):
            return f"{method} {key.split('/')[1]}", False
        if bucket == self._bucket:
            return f"{method} result", method == "PUT"
        return f"{method} picture", False


async def _message(reader: asyncio.StreamReader, *, has_body: bool = True) -> tuple[bytes, bytes]:
    """A request's or an answer's head, and what follows it, as it came."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    if not has_body:
        return head, b""
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return head, await _chunks(reader)
    return head, await reader.readexactly(int(fields.get("content-length", 0)))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces: list[bytes] = []
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        pieces += [line, await reader.readexactly(size + 2)]
        if not size:
            return b"".join(pieces)


def told(counts: Counts, pictures: int) -> dict[str, Any]:
    """Counts for a record: of each kind, and per picture."""
    per = {name: round(n / pictures, 4) for name, n in sorted(counts.requests.items())}
    return {
        "requests": dict(sorted(counts.requests.items())),
        "requests_a_picture": per,
        "failures": dict(sorted(counts.failures.items())),
        "bytes_up": counts.bytes_up,
        "bytes_down": counts.bytes_down,
    }
