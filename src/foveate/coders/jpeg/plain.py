"""Plain JPEG, as Pillow writes it by default: the measure that everything here is held against.

Tables are natural (row-major) order, (8, 8), int32, unless a name says zigzag. Qualities and their
scaling are the Independent JPEG Group's, which Pillow and all libjpeg encoders follow.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from foveate.annex_k import ANNEX_K_CHROMA, ANNEX_K_LUMA, Table

Pixels = npt.NDArray[np.uint8]
"""(H, W, 3) sRGB or (H, W) grey."""


def _zigzag_walk() -> list[int]:
    def key(natural: int) -> tuple[int, int]:
        row, col = divmod(natural, 8)
        diagonal = row + col
        return diagonal, row if diagonal % 2 else col

    return sorted(range(64), key=key)


ZIGZAG: npt.NDArray[np.intp] = np.array(_zigzag_walk(), np.intp)
"""(64,): natural index of each zigzag position; ``table.reshape(64)[ZIGZAG]`` is zigzag order."""

NATURAL: npt.NDArray[np.intp] = np.argsort(ZIGZAG)
"""(64,): zigzag position of each natural index; ``zigzag[NATURAL].reshape(8, 8)`` undoes it."""

ZIGZAG.flags.writeable = False
NATURAL.flags.writeable = False

COARSEST_PERCENT = 2550.0
"""From here on every step of both Annex K tables is 255, the largest of a baseline file."""


def quality_percent(quality: float) -> float:
    """Per cent of Annex K's steps at a quality in (0, 100]: 5000 / Q below 50, else 200 - 2 Q.

    libjpeg knows whole qualities only and truncates the quotient; see `tables_at`.
    """
    return 5000.0 / quality if quality < 50 else 200.0 - 2.0 * quality


def percent_quality(percent: float) -> float:
    """The real-valued quality whose `quality_percent` is `percent` (0 and above)."""
    return 5000.0 / percent if percent > 100 else (200.0 - percent) / 2.0


def tables_at_percent(percent: float) -> tuple[Table, Table]:
    """Luma and chroma tables at any real per cent of Annex K, rounded, within 1 to 255."""

    def scaled(base: Table) -> Table:
        steps: npt.NDArray[np.float64] = np.floor(base * (percent / 100.0) + 0.5)
        return np.clip(steps, 1, 255).astype(np.int32)

    return scaled(ANNEX_K_LUMA), scaled(ANNEX_K_CHROMA)


def tables_at(quality: int) -> tuple[Table, Table]:
    """Luma and chroma tables of a libjpeg encoder at a quality from 1 to 100, bit for bit.

    Raises:
        ValueError: quality outside 1 to 100.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"quality {quality}: must lie in 1 to 100")
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality

    def scaled(base: Table) -> Table:
        return np.clip((base * percent + 50) // 100, 1, 255).astype(np.int32)

    return scaled(ANNEX_K_LUMA), scaled(ANNEX_K_CHROMA)


def quantisation_tables(quality: int) -> tuple[Table, Table]:
    """`tables_at` in zigzag order, (64,) each: the order of streams and of native code."""
    luma, chroma = tables_at(quality)
    return luma.reshape(64)[ZIGZAG], chroma.reshape(64)[ZIGZAG]


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


_PERCENT_POWER = 1.6
"""Typical power of a file's size that its steps go with, inverse."""

_PILLOW_SUBSAMPLING = {"444": "4:4:4", "420": "4:2:0"}
_SUBSAMPLING_OF_LUMA = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (1, 2): "440", (4, 1): "411"}
"""Luma's sampling factors, across and down, where both chroma components have one."""


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


def opened_jpeg(data: bytes) -> JpegImageFile:
    """A JPEG to be decoded by Pillow, whatever its size.

    `Image.open` bounds the pixels of files from strangers; these were read or written here.
    """
    return JpegImageFile(io.BytesIO(data))


def stored_subsampling(data: bytes) -> str:
    """A JPEG's: "grey", "444", "422", "420", "440", "411", or "other"."""
    with opened_jpeg(data) as file:
        factors = [(across, down) for _, across, down, _ in file.layer]
    if len(factors) == 1:
        return "grey"
    if len(factors) != 3 or factors[1:] != [(1, 1), (1, 1)]:
        return "other"
    return _SUBSAMPLING_OF_LUMA.get(factors[0], "other")


def is_progressive(data: bytes) -> bool:
    """Whether a JPEG is stored in several scans, coarse to fine."""
    with opened_jpeg(data) as file:
        return bool(file.info.get("progressive"))


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
