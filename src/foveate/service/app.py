"""The service as one ASGI application: a path is checked, its picture read, rendered and sent."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from foveate import __version__
from foveate.coders.auto.accept import formats_taken
from foveate.errors import MissingExtraError, OptionError
from foveate.service.configuration import Configuration
from foveate.service.entity_tags import (
    Found,
    Validator,
    digest_of,
    entity_tag,
    matches,
    shown_validator,
)
from foveate.service.grammar import parsed, split_signature
from foveate.service.observing import METRICS_TYPE, Observed, without_secrets
from foveate.service.pool import Pool
from foveate.service.refusals import RefusedError
from foveate.service.rendering import Rendered, rendered
from foveate.service.signature import check_signature
from foveate.service.tracing import Tracing
from foveate.service.wanted import Wanted
from foveate.service.warming import warm
from foveate.settings import Format

_ENDINGS: dict[Format, str] = {"jpeg": "jpg"}
_SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
_READERS_A_PROCESS = 4


@dataclass
class _Facts:
    """What is told of a request afterwards."""

    address: str | None = None
    source_bytes: int = 0
    saved: int | None = None
    """By how many bytes the picture is smaller than its source, where it shows all of it."""


class Service:
    """Answers requests for pictures.

    Args:
        configuration: what the service is set up with.
        log: whether each request is told on stderr.
        tracing: makes the traces of requests; by default what the environment asks for.
    """

    def __init__(
        self, configuration: Configuration, *, log: bool = True, tracing: Tracing | None = None
    ) -> None:
        self.configuration = configuration
        self._tracing = Tracing.of_environment() if tracing is None else tracing
        self.pool = Pool(
            configuration.processes,
            configuration.queue,
            "foveate.service.rendering",
            memory=configuration.memory,
        )
        self.observed = Observed(self.pool) if log else Observed(self.pool, None)
        self._keys = configuration.signing_keys()
        self._sources = configuration.sources()
        self._usual, self._limits = configuration.usual, configuration.limits
        self._readers = ThreadPoolExecutor(
            _READERS_A_PROCESS * configuration.processes, thread_name_prefix="foveate-source"
        )
        self._open: Counter[str | None] = Counter()
        self._most_open = (1 + _READERS_A_PROCESS) * configuration.processes + configuration.queue

    def application(self) -> Starlette:
        """The application; its lifespan starts the processes, and drains them at its end."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/metrics", self._metrics),
                Route("/{path:path}", self._picture, methods=["GET", "HEAD"]),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.pool.start(warm)
        try:
            yield
        finally:
            await self.pool.drain(self.configuration.drain)
            self._readers.shutdown(wait=False, cancel_futures=True)
            await asyncio.to_thread(self._tracing.close)

    async def _health(self, _: Request) -> Response:
        if self.pool.draining:
            return Response("the service is being stopped\n", 503, media_type="text/plain")
        return Response("ready\n", media_type="text/plain")

    async def _metrics(self, _: Request) -> Response:
        return Response(self.observed.metrics(), media_type=METRICS_TYPE)

    async def _picture(self, request: Request) -> Response:
        with self._tracing.request(request.method, request.headers) as tell:
            began = time.monotonic()
            facts = _Facts()
            try:
                response = await self._answered(request, facts)
            except RefusedError as error:
                response = _refusal(error)
            except MissingExtraError as error:
                response = _refusal(RefusedError(501, str(error)))
            told: dict[str, Any] = {
                "source_bytes": facts.source_bytes,
                "bytes": len(response.body) if response.status_code == 200 else 0,
            }
            if facts.saved is not None:
                told["saved"] = facts.saved
            if response.status_code >= 400:
                told["said"] = bytes(response.body).decode().strip()
            seconds = time.monotonic() - began
            source = None if facts.address is None else without_secrets(facts.address)
            self.observed.request(
                status=response.status_code, seconds=seconds, source=source, **told
            )
            tell(response.status_code, source=source, **told)
        return response

    async def _answered(self, request: Request, facts: _Facts) -> Response:
        configuration = self.configuration
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        if not configuration.unsigned:
            check_signature(*split_signature(path), self._keys)
        asked = parsed(path, configuration.presets)
        wanted = asked.wanted
        facts.address = asked.source
        if 0 < wanted.expires < time.time():
            raise RefusedError(410, "the address has expired")
        file_format = wanted.format or negotiated(
            request.headers.get("accept", ""), configuration.formats
        )
        with self._one_more(None if request.client is None else request.client.host):
            end = time.monotonic() + configuration.seconds
            digest = digest_of(asked.source, wanted, file_format, self._usual, __version__)
            client_has = request.headers.get("if-none-match")
            shown = shown_validator(client_has, digest)
            with self._tracing.step("read"):
                found = await self._read(asked.source, configuration.seconds, shown)
            facts.source_bytes = len(found.data or b"")
            tag = entity_tag(digest, found.validator or Validator.of_bytes(found.data or b""))
            headers = self._headers(wanted, file_format, tag, asked.source)
            if found.data is None or matches(client_has, tag):
                return Response(status_code=304, headers=headers)
            with self._tracing.step("render"):
                made: Rendered = await self.pool.run(
                    rendered,
                    found.data,
                    _name(asked.source),
                    wanted,
                    file_format,
                    self._usual,
                    self._limits,
                    seconds=max(0.0, end - time.monotonic()),
                )
        if made.whole:
            facts.saved = facts.source_bytes - len(made.data)
        return Response(made.data, headers=headers, media_type=made.media)

    @contextlib.contextmanager
    def _one_more(self, client: str | None) -> Iterator[None]:
        """A request that is open. Raises RefusedError where there are too many already."""
        most = self.configuration.per_client
        if self._open.total() >= self._most_open:
            raise RefusedError(503, "too many requests are open; try again", retry_after=1)
        if 0 < most <= self._open[client]:
            raise RefusedError(
                429, f"{most} of your requests are open already; try again", retry_after=1
            )
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    async def _read(self, address: str, seconds: float, shown: Validator | None) -> Found:
        """The source, unless it is as `shown` tells. Raises RefusedError."""
        loop = asyncio.get_running_loop()
        reading = functools.partial(self._sources.read, address, seconds, shown)
        try:
            return await asyncio.wait_for(loop.run_in_executor(self._readers, reading), seconds + 1)
        except TimeoutError as error:
            raise RefusedError(504, "the source does not send the picture in time") from error

    def _headers(
        self, wanted: Wanted, file_format: Format, tag: str, source: str
    ) -> dict[str, str]:
        """The answer's header fields, but for its length and type."""
        age = self.configuration.max_age
        if wanted.expires:
            age = max(0, min(age, int(wanted.expires - time.time())))
        name = wanted.filename or _name(source).rpartition(".")[0] or "picture"
        ending = _ENDINGS.get(file_format, file_format)
        kind = "attachment" if wanted.attachment else "inline"
        headers = {
            **_SAFE,
            "etag": tag,
            "cache-control": f"public, max-age={age}",
            "content-disposition": f"{kind}; filename*=UTF-8''{quote(f'{name}.{ending}')}",
        }
        if wanted.format is None:
            headers["vary"] = "Accept"
        return headers


def negotiated(accept: str, formats: Sequence[Format]) -> Format:
    """The first of `formats` that a client takes, by the field Accept of its request.

    A client whose field is unreadable, or takes none of them, gets JPEG.
    """
    try:
        taken = formats_taken(accept)
    except OptionError:
        return "jpeg"
    return next((each for each in formats if each in taken), "jpeg")


def _refusal(error: RefusedError) -> Response:
    headers = {"cache-control": "no-store", **_SAFE}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    if error.status in (404, 410, 422):
        headers["cache-control"] = "public, max-age=10"
    return Response(f"{error}\n", error.status, headers=headers, media_type="text/plain")


def _name(source: str) -> str:
    """The last part of an address, which messages and files are called by."""
    return source.partition("?")[0].rstrip("/").rpartition("/")[2][:100] or "picture"
