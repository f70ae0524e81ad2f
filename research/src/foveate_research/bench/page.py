"""How long a person waits on the page of `foveate serve` with a picture of 12 megapixels.

- `heat_map`: from the first byte that the browser sends to the last byte of the heat map.
- `first_preview`: the preview that comes next.
- `slider`: the previews after it, while the quality is moved.
- `exact_file`: the file that is downloaded.

The requests are those that the page sends, over HTTP to a server in a process of its own; what the
browser itself takes to draw is not measured.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from PIL import Image

from foveate.errors import FoveateError
from foveate_research.bench.speed import LARGE, tiled, tiles
from foveate_research.bench.timing import spread, timed
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head

PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "starlette", "uvicorn")
SCREEN = 1280
"""The side of the preview in pixels, which the page takes from its own size on the screen."""
CAMERA_QUALITY = 92
MOVES = (60, 70, 40, 85, 50, 75)
_FIRST, _EXACT = 65, 80
_LONGEST = 300.0


def page_record(images: Path | None, *, runs: int, tick: Tick = ignore) -> dict[str, Any]:
    """The seconds of each kind of answer; every run adds the picture anew, in a new place.

    Raises FoveateError where the page does not start or refuses a request.
    """
    file = io.BytesIO()
    Image.fromarray(tiled(tiles(images), *LARGE)).save(file, "JPEG", quality=CAMERA_QUALITY)
    seconds: dict[str, list[float]] = {
        "heat_map": [],
        "first_preview": [],
        "slider": [],
        "exact_file": [],
    }
    with _page() as page:
        for run in range(1 + runs):  # the first one, which loads the network, does not count
            found = _one_run(page, file.getvalue())
            if run:
                for kind, of in found.items():
                    seconds[kind] += of
                tick("run")
    return {
        **head(PACKAGES),
        "pictures": "drawn" if images is None else images.resolve().name,
        "size": list(LARGE),
        "bytes": len(file.getvalue()),
        "screen": SCREEN,
        **{kind: spread(of) for kind, of in seconds.items()},
    }


class _Page:
    """The requests of the page."""

    def __init__(self, port: int, token: str) -> None:
        self._host, self._token = f"127.0.0.1:{port}", token

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """The answer's body. body: bytes, or what is sent as JSON."""
        headers = {"foveate-token": self._token}
        if body is not None and not isinstance(body, bytes):
            body, headers["content-type"] = json.dumps(body), "application/json"
        connection = HTTPConnection(self._host, timeout=_LONGEST)
        try:
            connection.request(method, f"/api/pictures{path}", body=body, headers=headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise FoveateError(f"the page answered {answer.status}: {data[:200]!r}")
        return data


def _one_run(page: _Page, jpeg: bytes) -> dict[str, list[float]]:
    held: dict[str, Any] = {}

    def heat_map() -> None:
        held.update(json.loads(page.ask("POST", "?name=photo.jpg", jpeg)))
        page.ask("GET", f"/{held['id']}/heat")

    def preview(quality: int) -> float:
        asked = {"settings": {"quality": quality}, "side": SCREEN}
        return timed(lambda: page.ask("POST", f"/{held['id']}/preview", asked)).clock

    found = {"heat_map": [timed(heat_map).clock], "first_preview": [preview(_FIRST)]}
    found["slider"] = [preview(quality) for quality in MOVES]
    exact = {"settings": {"quality": _EXACT}}
    found["exact_file"] = [timed(lambda: page.ask("POST", f"/{held['id']}/file", exact)).clock]
    page.ask("DELETE", f"/{held['id']}")
    return found


@contextlib.contextmanager
def _page() -> Iterator[_Page]:
    """The page while the block lasts. Raises FoveateError where it cannot start."""
    words = [sys.executable, "-m", "foveate", "serve", "--no-browser", "--port", "0"]
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        words, env={**os.environ, **paths}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        address = re.search(r":(\d+)/#(\S+)", process.stdout.readline())
        if address is None:
            raise FoveateError("the page did not start; 'foveate serve' says why")
        yield _Page(int(address[1]), address[2])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
