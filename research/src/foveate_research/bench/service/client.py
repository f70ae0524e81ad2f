"""A client of HTTP/1.1 that costs next to nothing, so that it takes little from what it measures.

The service is reached on 127.0.0.1, over connections that are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

HOST = "127.0.0.1"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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
        self._free: list[Connection] = []

    async def get(self, path: str) -> Answer:
        """The answer to a request for a path.

        A server may close a connection that rests at any time; where a kept one ends before its
        answer begins, the request is sent once more over a new one (RFC 9112, 9.3.1).
        """
        began = time.perf_counter()
        kept = bool(self._free)
        found = await self._asked(path, self._free.pop() if kept else None)
        if kept and found is None:
            found = await self._asked(path, None)
        status, fields, body = found or (0, {}, b"")
        return Answer(status, body, time.perf_counter() - began, "retry-after" in fields)

    async def _asked(
        self, path: str, connection: Connection | None
    ) -> tuple[int, dict[str, str], bytes] | None:
        """The status, the fields and the body; None where the answer does not even begin."""
        try:
            reader, writer = connection or await asyncio.open_connection(HOST, self._port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        except asyncio.IncompleteReadError as error:
            return (0, {}, b"") if error.partial else None
        except OSError:
            return None
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        try:
            body = await reader.readexactly(int(fields.get("content-length", 0)))
        except (OSError, EOFError):
            return 0, {}, b""
        if fields.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(head.split(" ", 2)[1]), fields, body

    async def close(self) -> None:
        """Ends the connections."""
        for _, writer in self._free:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._free.clear()
