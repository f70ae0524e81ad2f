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

from foveate_research.bench.local_server import LocalServer

_SLOW_SECONDS = 600.0
_PIECE = b"\0" * 65536


class Origin(LocalServer):
    """The site, while its block lasts. folder: of the good pictures."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._send(head.split(b" ", 2)[1].decode("latin-1"), writer)
            await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the service went away, which it may
        finally:
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
