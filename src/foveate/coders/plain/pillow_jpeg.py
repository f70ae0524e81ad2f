"""JPEG as Pillow writes it: plain JPEG, the measure that everything here is held against."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from foveate.annex_k import Table
from foveate.coders.jpeg.tables import percent_quality, quality_percent

Pixels = npt.NDArray[np.uint8]
"""(H, W, 3) sRGB or (H, W) grey."""

_PERCENT_POWER = 1.6
"""A file's size goes about with this power of its steps, inverse."""
_PILLOW_SUBSAMPLING = {"444": "4:4:4", "420": "4:2:0"}
_SAMPLE_PIXELS = 1_000_000

_BLOCK_LIMIT = threading.Lock()
_MOST_BYTES_A_PIXEL = 6


@contextlib.contextmanager
def _room_for(image: Image.Image) -> Iterator[None]:
    """Room for a file that libjpeg writes in one go: optimised and progressive ones.

    Pillow reserves two bytes a pixel at most and fails where noise takes more. Its limit is a
    global, so it is raised for one picture at a time and put back.
    """
    with _BLOCK_LIMIT:
        before = ImageFile.MAXBLOCK
        ImageFile.MAXBLOCK = max(before, _MOST_BYTES_A_PIXEL * image.width * image.height)
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = before


def pillow_jpeg(
    image: Image.Image,
    *,
    quality: int | None = None,
    tables: tuple[Table, Table] | None = None,
    subsampling: str | None = None,
    progressive: bool = False,
    optimise: bool = False,
) -> bytes:
    """A JPEG of an RGB or L image by Pillow, at a quality or with tables of one's own.

    Args:
        image: mode RGB or L.
        quality: 1 to 100; Pillow's default (75) without it and without tables.
        tables: luma and chroma, in place of a quality.
        subsampling: "444", "420", or None for Pillow's default, 4:2:0.
        progressive: spectral selection and successive approximation by libjpeg's script.
        optimise: Huffman tables of the picture's own; progressive files always have them.
    """
    options: dict[str, object] = {}
    if quality is not None:
        options["quality"] = quality
    if tables is not None:
        used = tables[:1] if image.mode == "L" else tables
        options["qtables"] = [table.reshape(64).tolist() for table in used]
    if subsampling is not None and image.mode != "L":
        options["subsampling"] = _PILLOW_SUBSAMPLING[subsampling]
    file, in_one_go = io.BytesIO(), optimise or progressive
    with _room_for(image) if in_one_go else contextlib.nullcontext():
        image.save(file, "JPEG", progressive=progressive, optimize=in_one_go, **options)
    return file.getvalue()


def plain_jpeg(pixels: Pixels, quality: int, *, subsampling: str | None = None) -> bytes:
    """Pillow's default JPEG of (H, W, 3) sRGB or (H, W) grey pixels at a quality from 1 to 100."""
    return pillow_jpeg(Image.fromarray(pixels), quality=quality, subsampling=subsampling)


def bytes_at_quality(pixels: Pixels, quality: int, *, subsampling: str | None = None) -> int:
    """How many bytes `plain_jpeg` takes."""
    return len(plain_jpeg(pixels, quality, subsampling=subsampling))


def nearest_quality(pixels: Pixels, target_bytes: int, *, subsampling: str | None = None) -> int:
    """The quality at which `plain_jpeg` comes nearest to a size; of equals the lower one.

    Sizes grow with quality but for a byte here and there. They go about as a power of the steps, so
    each one that is seen tells where to look next.
    """
    low, high, guess = 1, 100, 75
    sizes: dict[int, int] = {}

    def size(quality: int) -> int:
        if quality not in sizes:
            sizes[quality] = bytes_at_quality(pixels, quality, subsampling=subsampling)
        return sizes[quality]

    while low < high:
        # Were guesses wrong time and again, half of what is left would still go every other time.
        middle = (low + high) // 2 if len(sizes) % 3 == 2 else min(max(guess, low), high - 1)
        if size(middle) < target_bytes:
            low = middle + 1
        else:
            high = middle
        percent = max(quality_percent(middle), 1.0)
        percent *= (size(middle) / max(target_bytes, 1)) ** _PERCENT_POWER
        guess = round(percent_quality(percent))
    return min((max(low - 1, 1), low), key=lambda q: (abs(size(q) - target_bytes), q))


def _strips(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Every n-th 16 rows of a large picture, joined: enough to know what plain JPEG makes of it."""
    height, width = pixels.shape[:2]
    skip = height * width // _SAMPLE_PIXELS
    starts = range(16 * (skip // 2), height - 15, 16 * max(skip, 1))
    if skip <= 1 or len(starts) == 0:
        return pixels
    return np.concatenate([pixels[y : y + 16] for y in starts])


def plain_quality_of(pixels: npt.NDArray[np.uint8], size_bytes: int, subsampling: str) -> int:
    """Quality at which Pillow's JPEG takes about `size_bytes`; large pictures by a sample."""
    part = _strips(pixels)
    share = part.shape[0] / pixels.shape[0]
    return nearest_quality(part, max(1, round(size_bytes * share)), subsampling=subsampling)
