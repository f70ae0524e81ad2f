"""A site of pictures on 127.0.0.1 that behaves badly: slow, endless, failing, or leading elsewhere.

/good/NAME   a file of the folder
/slow        a head, and then nothing
/endless     bytes without an end
/claims      a length of 1 TB
/away        a redirect to a place outside the site's own prefix
/fails       status 500
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

_SLOW_SECONDS = 600.0
_PIECE = b"\0" * 65536


class Origin:
    """The site, while its block lasts. folder: of the good pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that the site was given."""
        assert self._server is not None
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def __aenter__(self) -> Origin:
        self._server = await asyncio.start_server(self._answered, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._send(head.split(b" ", 2)[1].decode("latin-1"), writer)
            await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the service went away, which it may
        finally:
            self._open.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _send(self, path: str, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/good/"):
            data = (self._folder / Path(path).name).read_bytes()
            writer.write(_head("200 OK", f"Content-Length: {len(data)}") + data)
        elif path == "/slow":
            writer.write(_head("200 OK", "Content-Length: 1000"))
            await asyncio.sleep(_SLOW_SECONDS)
        elif path == "/endless":
            writer.write(_head("200 OK"))
            while True:
                writer.write(_PIECE)
                await writer.drain()
        elif path == "/claims":
            writer.write(_head("200 OK", "Content-Length: 1000000000000"))
        elif path == "/away":
            writer.write(_head("302 Found", "Location: http://127.0.0.1:1/latest/secret"))
        else:
            writer.write(_head("500 Internal Server Error", "Content-Length: 0"))


def _head(status: str, *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: image/jpeg", "Connection: close", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
