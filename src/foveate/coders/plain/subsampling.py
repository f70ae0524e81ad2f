"""The resolution of chroma, where the settings leave it to the picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.headers import stored_subsampling
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.colour import CB_OF_RGB, CR_OF_RGB
from foveate.deadline import check_time
from foveate.pictures import Picture
from foveate.settings import Settings

FULL_CHROMA_QUALITY = 95
"""From this quality on any picture keeps the resolution of its chroma."""
DRAWN_FULL_CHROMA_QUALITY = 60
"""From this quality on, or the bytes of plain JPEG there, drawn pictures with coloured edges do.

On pages of text, screens and line art that were drawn to see this, 4:4:4 in the bytes of plain JPEG
gains 0 to 10 points of SSIMULACRA 2 at quality 80 and is level at 50. On photographs it costs a
point at both, even where their colours are as sharp.
"""

_EQUAL_NEIGHBOURS = 0.5
"""A drawn picture has at least this share; of 84 photographs the highest has 0.34."""
_LOST = 8.0
"""Levels, root mean square, by which halved chroma misses a block: then an edge has bled."""
_HAS_CHROMA = 2.0
"""The same, from which on a block counts as one whose chroma matters."""
_BLED_SHARE = 0.15
"""The share of such blocks that must have bled."""
_SIDE = 16
_MOST_BANDS = 32
"""How many rows of blocks, or eight times as many rows of pixels, are looked at, spread evenly."""

_CHROMA_OF_RGB = np.array([CB_OF_RGB, CR_OF_RGB], np.float32)

Pixels = npt.NDArray[np.uint8]


def chosen_subsampling(picture: Picture, settings: Settings) -> str:
    """The resolution of chroma in the file, by the settings and the picture: "444" or "420".

    "auto" is 4:2:0 but for high qualities, and with the tune vision for drawn pictures whose
    coloured edges would bleed. A JPEG that came with halved chroma has no such edges any more.
    """
    if settings.subsampling != "auto":
        return settings.subsampling
    if settings.quality is not None and settings.quality >= FULL_CHROMA_QUALITY:
        return "444"
    drawn = settings.tune == "vision" and settings.method == "rdo" and is_drawn(picture.pixels)
    if not drawn or _came_halved(picture) or not _is_fine(picture, settings):
        return "420"
    return "444" if colours_would_bleed(picture.pixels) else "420"


def came_as_420(picture: Picture) -> bool:
    """Whether the picture came as a JPEG at 4:2:0."""
    return picture.jpeg is not None and stored_subsampling(picture.jpeg) == "420"


def _came_halved(picture: Picture) -> bool:
    return picture.jpeg is not None and stored_subsampling(picture.jpeg) != "444"


def _is_fine(picture: Picture, settings: Settings) -> bool:
    """Whether the target allows at least what plain JPEG takes at `DRAWN_FULL_CHROMA_QUALITY`."""
    if settings.size_bytes is not None:
        return settings.size_bytes >= bytes_at_quality(picture.pixels, DRAWN_FULL_CHROMA_QUALITY)
    quality = settings.match_quality if settings.quality is None else settings.quality
    return quality is not None and quality >= DRAWN_FULL_CHROMA_QUALITY


def is_drawn(pixels: Pixels) -> bool:
    """Whether at least half of the pixels equal their right neighbours, as in text and screens.

    pixels: uint8 (H, W) or (H, W, 3).
    """
    rows = pixels[:: max(1, pixels.shape[0] // (8 * _MOST_BANDS))]
    if rows.shape[1] < 2:
        return False
    channels = [rows] if rows.ndim == 2 else [rows[..., channel] for channel in range(3)]
    equal = np.logical_and.reduce([each[:, 1:] == each[:, :-1] for each in channels])
    return bool(equal.mean() >= _EQUAL_NEIGHBOURS)


def colours_would_bleed(pixels: Pixels) -> bool:
    """Whether halved chroma, interpolated as decoders do, loses many of the blocks that have any.

    pixels: uint8 (H, W, 3); grey ones have no chroma.
    """
    if pixels.ndim == 2:
        return False
    bands = -(-pixels.shape[0] // _SIDE)
    starts = _SIDE * np.unique(np.linspace(0, bands - 1, min(bands, _MOST_BANDS)).astype(int))
    bands_lost = []
    for top in starts:
        check_time()
        bands_lost.append(chroma_lost(pixels[top : top + _SIDE]))
    lost = np.concatenate(bands_lost, axis=None)
    matters = np.count_nonzero(lost > _HAS_CHROMA)
    return bool(matters > 0 and np.count_nonzero(lost > _LOST) >= _BLED_SHARE * matters)


def chroma_lost(pixels: Pixels) -> npt.NDArray[np.float32]:
    """What halved chroma loses in each 16x16 block: root mean square, the worse of Cb and Cr.

    Chroma is reduced by means of 2x2 and interpolated by the triangle filter (3/4, 1/4), as
    libjpeg does; the edges repeat.

    Args:
        pixels: uint8 (H, W, 3).

    Returns:
        float32 (ceil(H / 16), ceil(W / 16)), in levels of 0 to 255.
    """
    height, width = pixels.shape[:2]
    edges = ((0, -height % _SIDE), (0, -width % _SIDE), (0, 0))
    full = np.pad(pixels.astype(np.float32) @ _CHROMA_OF_RGB.T, edges, mode="edge")
    rows, cols = full.shape[0] // _SIDE, full.shape[1] // _SIDE
    halved = full.reshape(8 * rows, 2, 8 * cols, 2, 2).mean(axis=(1, 3))
    shown = _doubled(_doubled(halved).swapaxes(0, 1)).swapaxes(0, 1)
    squares = ((shown - full) ** 2).reshape(rows, _SIDE, cols, _SIDE, 2).mean(axis=(1, 3))
    return np.asarray(np.sqrt(squares.max(axis=2)), np.float32)


def _doubled(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Twice as many rows, each 3/4 of the nearer sample and 1/4 of the farther one."""
    near = 0.75 * samples
    above = np.concatenate([samples[:1], samples[:-1]])
    below = np.concatenate([samples[1:], samples[-1:]])
    out = np.empty((2 * len(samples), *samples.shape[1:]), np.float32)
    out[0::2] = near + 0.25 * above
    out[1::2] = near + 0.25 * below
    return out
