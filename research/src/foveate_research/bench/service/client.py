"""A client of HTTP/1.1 that costs next to nothing, so that it takes little from what it measures.

The service is reached on 127.0.0.1, over connections that are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back, or status 0 where the connection ended without an answer."""

    status: int
    body: bytes
    seconds: float
    retry_after: bool = False


class Client:
    """Connections to one port, made as they are needed, and used again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, path: str) -> Answer:
        """The answer to a request for a path."""
        began = time.perf_counter()
        try:
            if self._free:
                reader, writer = self._free.pop()
            else:
                reader, writer = await asyncio.open_connection(HOST, self._port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(fields.get("content-length", 0)))
        except (OSError, EOFError):
            return Answer(0, b"", time.perf_counter() - began)
        if fields.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        seconds = time.perf_counter() - began
        return Answer(int(head.split(" ", 2)[1]), body, seconds, "retry-after" in fields)

    async def close(self) -> None:
        """Ends the connections."""
        for _, writer in self._free:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._free.clear()
