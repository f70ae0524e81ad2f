"""The dequantised coefficients of a JPEG that came in, for an encoder to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.stored.levels import (
    StoredComponent,
    StoredError,
    StoredPicture,
    stored_picture,
)
from foveate.coders.jpeg.stored.turning import turned
from foveate.colour import LUMA_OF_RGB
from foveate.pictures import Picture

_SAME = 1.0
"""Mean difference of pixels that two decoders may show of the same coefficients."""
_LARGEST_STEP = 255

Coefficients = npt.NDArray[np.int16]


@dataclass(frozen=True)
class SourceCoefficients:
    """What an encoder has to know of the file that a picture came in."""

    coefficients: tuple[Coefficients, ...]
    """(rows, cols, 64) a component, in units of 1 / `native.COEFFICIENT_UNITS`."""
    steps: tuple[npt.NDArray[np.float64], ...]
    """Luma's and chroma's quantisation steps, zigzag order."""
    own_chroma: bool
    """Whether chroma is the file's too, and not the pixels' at another resolution."""
    size_bytes: int
    """The bytes of the file's picture, its metadata among them."""


def source_coefficients(
    picture: Picture, *, chroma_420: bool, threads: int
) -> SourceCoefficients | None:
    """Those of the file that the picture was read from, turned as the picture was.

    Luma is the file's. Chroma is too, where both components are stored at the resolution asked for
    and in the same steps; otherwise it is that of the pixels.

    None where there are none, or where the picture is not what they show: its colours were brought
    to another space, or it was turned in a way that does not fit its blocks.
    """
    if picture.jpeg is None:
        return None
    try:
        file = stored_picture(picture.jpeg)
    except StoredError:
        return None
    stored = turned(file, picture.orientation)
    if stored is None or not stored.complete or not _is_luma_whole(stored):
        return None
    if picture.pixels.shape[:2] != (stored.height, stored.width):
        return None
    luma, *chroma = stored.components
    if len(chroma) != (0 if picture.pixels.ndim == 2 else 2):
        return None
    if max(int(c.steps.max()) for c in stored.components) > _LARGEST_STEP:
        return None
    own_chroma = not chroma or _is_stored_as(chroma_420, luma, chroma)
    kept = stored.components if own_chroma else (luma,)
    halved = chroma_420 and own_chroma and len(chroma) > 0
    levels = [_on_grid(component, even=i == 0 and halved) for i, component in enumerate(kept)]
    if not _show(levels, kept, picture, chroma_420=halved, threads=threads):
        return None
    coefficients = [_dequantised(own, c.steps) for own, c in zip(levels, kept, strict=True)]
    if not own_chroma:
        first, *others = native.forward(np.ascontiguousarray(picture.pixels), chroma_420, threads)
        rows, cols = luma.used
        first[:rows, :cols] = coefficients[0]
        coefficients = [first, *others]
    steps = tuple(c.steps.astype(np.float64) for c in stored.components[:2])
    return SourceCoefficients(tuple(coefficients), steps, own_chroma, file.end)


def _is_luma_whole(stored: StoredPicture) -> bool:
    """Whether no component has a finer grid than the first."""
    across, down = zip(*(c.sampling for c in stored.components), strict=True)
    return stored.components[0].sampling == (max(across), max(down))


def _is_stored_as(
    chroma_420: bool, luma: StoredComponent, chroma: Sequence[StoredComponent]
) -> bool:
    """Whether both chroma components have the resolution that is asked for, and the same steps."""
    ratio = 2 if chroma_420 else 1
    return np.array_equal(chroma[0].steps, chroma[1].steps) and all(
        luma.sampling == (ratio * c.sampling[0], ratio * c.sampling[1]) for c in chroma
    )


def _on_grid(component: StoredComponent, *, even: bool) -> Coefficients:
    """The used levels as they are laid out here: whole MCUs, `even` rows and columns in 4:2:0."""
    rows, cols = component.used
    unit = 2 if even else 1
    grid = np.zeros((-(-rows // unit) * unit, -(-cols // unit) * unit, 64), np.int16)
    grid[:rows, :cols] = component.levels[:rows, :cols]
    native.fill_padding(grid, component.used)
    return grid


def _show(
    levels: Sequence[Coefficients],
    components: Sequence[StoredComponent],
    picture: Picture,
    *,
    chroma_420: bool,
    threads: int,
) -> bool:
    """Whether these levels, or luma's alone, show the picture."""
    pixels = picture.pixels.astype(np.float32)
    if len(levels) == 1 and pixels.ndim == 3:
        pixels = pixels @ np.asarray(LUMA_OF_RGB, np.float32)
    height, width = pixels.shape[:2]
    tables = [c.steps.tolist() for c in components[:2]]
    shown = native.inverse(levels, height, width, chroma_420, tables, threads)
    return float(np.abs(shown - pixels).mean(dtype=np.float64)) <= _SAME


def _dequantised(levels: Coefficients, steps: npt.NDArray[np.uint16]) -> Coefficients:
    values = levels.astype(np.int32) * (steps.astype(np.int32) * native.COEFFICIENT_UNITS)
    return np.clip(values, -32_767, 32_767).astype(np.int16)
