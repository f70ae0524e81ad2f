"""A server on this machine that runs while a block lasts."""

from __future__ import annotations

import abc
import asyncio
from typing import Self

HOST = "127.0.0.1"
MOST_HEAD = 1 << 16


class LocalServer(abc.ABC):
    """Answers connections to a port of 127.0.0.1 that is free; those open at the end are cut."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @abc.abstractmethod
    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers what comes over one connection, and closes it."""

    @property
    def port(self) -> int:
        """The port that the server was given."""
        assert self._server is not None
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._served, HOST, 0, limit=MOST_HEAD)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self.answer(reader, writer)
        finally:
            self._open.discard(task)
