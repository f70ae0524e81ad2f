"""The page and its requests as one ASGI application."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from foveate.web.guard import App, Guard
from foveate.web.held import HeldPictures
from foveate.web.routes import Routes

_PACKAGES = ("foveate.web.page", "foveate.comparison.page")
_GROUND = "ground.css"
"""The colours of Foveate's pages, which stand with the page that compares."""
_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def application(
    pictures: HeldPictures,
    *,
    token: str,
    names: Iterable[str] = (),
    suffixes: Iterable[str] = (),
) -> App:
    """The application.

    Args:
        pictures: where pictures are held.
        token: what the page has to send, a secret of this run.
        names: host names by which the server may be called, beside addresses and localhost.
        suffixes: the endings of files that are taken from a folder that is dropped.
    """
    assets = _assets()

    async def asset(request: Request) -> Response:
        name = request.path_params.get("name", "page.html")
        if name not in assets:
            return Response("there is no such file\n", status_code=404, media_type="text/plain")
        return Response(assets[name], media_type=_KINDS[name.rpartition(".")[2]])

    routes = [Route("/", asset), Route("/page/{name}", asset)]
    routes += Routes(pictures, tuple(suffixes)).routes()
    return Guard(Starlette(routes=routes), token=token, names=names)


def _assets() -> dict[str, bytes]:
    """The page's files by name, read once."""
    own, comparison = (files(package) for package in _PACKAGES)
    found = {
        each.name: each.read_bytes()
        for each in own.iterdir()
        if each.name.rpartition(".")[2] in _KINDS
    }
    return {**found, _GROUND: (comparison / _GROUND).read_bytes()}
