"""What the page's requests do: they add pictures, and ask for heat maps, previews and files."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from PIL import Image
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from foveate.deadline import UnwantedError
from foveate.errors import FoveateError, OptionError, PictureError, in_words, printable
from foveate.pictures import read_picture
from foveate.saliency import heat_layer
from foveate.web.asked import Asked, asked_by
from foveate.web.choices import choices
from foveate.web.command_line import command, map_name
from foveate.web.encodings import Encodings
from foveate.web.held import GoneError, HeldPicture, HeldPictures
from foveate.web.packing import Packing
from foveate.web.painting import as_png, painted_map
from foveate.web.worker import Worker

Value = TypeVar("Value")
_LOGGER = logging.getLogger("foveate")

REPORT_HEADER = "foveate-report"
MOST_JSON = 8 << 20
"""The largest JSON body, in bytes."""
_SHOWN_QUALITY = 95
_LIMIT = "start the page with --limit {}=N"
_NO_METADATA = "the metadata at keep none"
_NOBODY_WAITS = 499  # as nginx counts requests whose client has gone


class Routes:
    """The handlers, with the pictures and the threads that they share.

    Reading, previews and exact files each have a thread, so that the slider answers while a large
    picture is encoded.
    """

    def __init__(self, pictures: HeldPictures, suffixes: tuple[str, ...] = ()) -> None:
        self._pictures = pictures
        self._encodings = Encodings(pictures)
        self._suffixes = suffixes
        self._choices_here: dict[str, Any] | None = None
        self._reading, self._previewing, self._encoding, self._counting = (
            Worker(name) for name in ("reading", "previewing", "encoding", "counting")
        )

    def routes(self) -> list[Any]:
        one = "/api/pictures/{picture}"
        return [
            Route("/api/choices", self._answered(self._choices)),
            Route("/api/pictures", self._answered(self._add), methods=["POST"]),
            Route("/api/shown", self._answered(self._shown), methods=["POST"]),
            Route("/api/zip", self._answered(self._zip), methods=["POST"]),
            Route(one, self._answered(self._remove), methods=["DELETE"]),
            Route(f"{one}/heat", self._answered(self._heat)),
            Route(f"{one}/preview", self._answered(self._preview), methods=["POST"]),
            Route(f"{one}/file", self._answered(self._file), methods=["POST"]),
            Route(f"{one}/map", self._answered(self._map), methods=["POST"]),
            Route(f"{one}/command", self._answered(self._command), methods=["POST"]),
        ]

    async def _choices(self, request: Request) -> Response:
        if self._choices_here is None:
            self._choices_here = await asyncio.to_thread(choices)
        return JSONResponse({**self._choices_here, "suffixes": list(self._suffixes)})

    async def _add(self, request: Request) -> Response:
        name = printable(request.query_params.get("name", "picture"))[:300]
        data = await self._body(request, name)
        held, gone = await _done(request, self._reading, lambda: self._pictures.add(data, name))
        self._counting.start(lambda: held.plain_bytes(self._pictures.read(held)))
        return JSONResponse(
            {
                "id": held.id,
                "name": held.name,
                "width": held.width,
                "height": held.height,
                "bytes": len(held.encoded),
                "notes": list(held.notes),
                "map": held.map.model,
                "confidence": round(held.map.confidence, 3),
                "gone": gone,
            },
            status_code=201,
        )

    async def _heat(self, request: Request) -> Response:
        return Response(as_png(heat_layer(self._held(request).map)), media_type="image/png")

    async def _preview(self, request: Request) -> Response:
        held, (asked, values) = self._held(request), await _asked(request)
        side = values.get("side")
        if not isinstance(side, int) or isinstance(side, bool):
            raise OptionError("side is no whole number; load the page again")
        preview, subject = await _done(
            request, self._previewing, lambda: self._encodings.preview(held, asked, side)
        )
        told = {
            "bytes": preview.bytes,
            "width": subject.picture.width,
            "height": subject.picture.height,
            "window": subject.window,
        }
        return _told(preview.data, told)

    async def _file(self, request: Request) -> Response:
        held, (asked, _) = self._held(request), await _asked(request)
        made = await _done(request, self._encoding, lambda: self._encodings.file(held, asked))
        return _told(made.data, {**made.report, "name": made.name, "window": made.window})

    async def _map(self, request: Request) -> Response:
        held, (asked, _) = self._held(request), await _asked(request)
        png = as_png(painted_map(held.map, asked.strokes))
        return _told(png, {"name": map_name(held.name)})

    async def _command(self, request: Request) -> Response:
        held, (asked, _) = self._held(request), await _asked(request)
        map_file = map_name(held.name) if asked.strokes else None
        return JSONResponse({"command": command(held.name, asked), "map": map_file})

    async def _remove(self, request: Request) -> Response:
        self._pictures.remove(request.path_params["picture"])
        return Response(status_code=204)

    async def _shown(self, request: Request) -> Response:
        """A picture of any kind as a fine JPEG, for a browser that cannot show it."""
        data = await self._body(request, "the picture")

        def rendered() -> bytes:
            picture = read_picture(data, name="the picture", limits=self._pictures.limits)
            file = io.BytesIO()
            Image.fromarray(picture.pixels).save(
                file, "JPEG", quality=_SHOWN_QUALITY, subsampling=0, icc_profile=picture.icc
            )
            return file.getvalue()

        return Response(await _done(request, self._reading, rendered), media_type="image/jpeg")

    async def _zip(self, request: Request) -> Response:
        """The files that the page holds, as one zip file.

        The body is a line of JSON, [[name, bytes], ...], and the files one after the other.
        """
        packed = Packing()
        try:
            async for piece in request.stream():
                packed.take(piece)
            pieces = packed.finished()
        except BaseException:
            packed.close()
            raise
        return StreamingResponse(pieces, media_type="application/zip")

    def _held(self, request: Request) -> HeldPicture:
        return self._pictures.get(request.path_params["picture"])

    async def _body(self, request: Request, name: str) -> bytes:
        """A file that is sent, as far as the limits go."""
        most = self._pictures.limits.bytes
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise PictureError(
                    f"{name}: takes more than {most / 2**20:.4g} MiB, the limit; resize it first"
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _answered(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        """The handler, with a line of JSON in place of each error that a person can mend."""

        async def answer(request: Request) -> Response:
            try:
                found: Response = await handler(request)
                return found
            except GoneError as error:
                return _failed(410, str(error))
            except FoveateError as error:
                return _failed(422, in_words(error, limit=_LIMIT, no_metadata=_NO_METADATA))
            except UnwantedError:
                return _failed(_NOBODY_WAITS, "nobody waits for this any more")
            except MemoryError:
                return _failed(507, "this takes more memory than there is; use smaller pictures")
            except ClientDisconnect:
                return _failed(_NOBODY_WAITS, "nobody waits for this any more")
            except Exception:
                _LOGGER.exception("the page asked for %s, and that failed", request.url.path)
                return _failed(500, "this failed, which is a bug; the terminal tells more")

        return answer


async def _done(request: Request, worker: Worker, work: Callable[[], Value]) -> Value:
    """What the work gives on that thread; it is dropped once the client has gone."""
    job = worker.start(work)

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        job.drop()

    watching = asyncio.create_task(watch())
    try:
        return await asyncio.wrap_future(job.future)
    finally:
        watching.cancel()


async def _json(request: Request) -> dict[str, Any]:
    size, pieces = 0, []
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_JSON:
            raise OptionError("the request is too long; undo some strokes")
        pieces.append(piece)
    try:
        values = json.loads(b"".join(pieces))
    except (ValueError, RecursionError) as error:
        raise OptionError("the request is no JSON; load the page again") from error
    if not isinstance(values, dict):
        raise OptionError("the request is no JSON object; load the page again")
    return values


async def _asked(request: Request) -> tuple[Asked, dict[str, Any]]:
    values = await _json(request)
    return asked_by(values), values


def _told(data: bytes, told: dict[str, Any]) -> Response:
    """A file with what the page needs to know of it."""
    headers = {REPORT_HEADER: json.dumps(told)}
    return Response(data, headers=headers, media_type="application/octet-stream")


def _failed(status: int, said: str) -> Response:
    return JSONResponse({"error": said}, status_code=status)
