"""The mosaic JPEG of Prakash et al. (DCC 2017, section 4): blocks picked from decoded JPEGs.

The picture is coded at k qualities and decoded again; each 8x8 block of the mosaic comes from the
quality that its saliency earns; the mosaic is coded once more, by any standard encoder. The second
coding quantises everything again, which costs what plain JPEG does not lose; it is here because it
is the paper's method, and as a row to compare with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.coders.jpeg.plain import opened_jpeg, pillow_jpeg
from foveate.coders.jpeg.sized import jpeg_of_size
from foveate.errors import OptionError

LEVELS, LOW, HIGH = 5, 30, 70
"""The paper's section 5."""


@dataclass(frozen=True)
class MosaicResult:
    """A finished file, and how its qualities came out.

    Salient blocks are those whose level is at or above the mean level of the picture's blocks.
    """

    data: bytes
    qualities: tuple[int, ...]
    """Of the first coding, level by level."""
    salient_quality: float
    """Mean quality of the first coding over salient blocks."""
    other_quality: float | None
    """The same over all other blocks; None where every block is salient."""
    final_quality: float
    """Of the second coding: the real-valued quality whose tables are its own, within a step."""
    at_ceiling: bool
    """The final tables are all ones, so no more bytes could be spent."""


def level_qualities(
    *,
    levels: int = LEVELS,
    low: int = LOW,
    high: int = HIGH,
    printed_equation: bool = False,
) -> tuple[int, ...]:
    """The quality of each saliency level, lowest level first, rounded to libjpeg's whole ones.

    Q_n = Q_l + n (Q_h - Q_l) / (k - 1), so that the top level has Q_h, as the paper's section 5
    has it (30 to 70 in tens for k = 5). `printed_equation` divides by k, as equation 7 is printed,
    and stops short of Q_h.

    Raises:
        OptionError: fewer than two levels, or qualities out of order or outside 1 to 100.
    """
    if levels < 2:
        raise OptionError(f"mosaic levels {levels}: at least 2 are needed")
    if not 1 <= low <= high <= 100:
        raise OptionError(f"mosaic qualities {low} to {high}: must rise within 1 to 100")
    last = levels if printed_equation else levels - 1
    return tuple(math.floor(low + n * (high - low) / last + 0.5) for n in range(levels))


def block_maxima(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The highest value in each 8x8 block of (H, W) values: (ceil(H / 8), ceil(W / 8))."""
    rows, cols = (np.arange(0, side, 8) for side in values.shape)
    highest: npt.NDArray[np.float32] = np.maximum.reduceat(
        np.maximum.reduceat(values, rows, axis=0), cols, axis=1
    )
    return highest


def saliency_levels(values: npt.NDArray[np.float32], levels: int = LEVELS) -> npt.NDArray[np.uint8]:
    """Level of each saliency in [0, 1]: 0 for [0, 1/k], 1 for (1/k, 2/k], up to k - 1."""
    edges = (np.arange(1, levels) / levels).astype(np.float32)
    return np.searchsorted(edges, values, side="left").astype(np.uint8)


def mosaic_image(
    image: Image.Image,
    block_levels: npt.NDArray[np.uint8],
    qualities: tuple[int, ...],
    *,
    subsampling: str | None = None,
) -> Image.Image:
    """Each 8x8 block of RGB or L `image` as JPEG at its level's quality shows it.

    Args:
        image: mode RGB or L.
        block_levels: (ceil(H / 8), ceil(W / 8)), values within `qualities`.
        qualities: of each level.
        subsampling: "444", "420", or None for Pillow's default, 4:2:0.
    """
    mosaic = Image.new(image.mode, image.size)
    for level, quality in enumerate(qualities):
        picked = block_levels == level
        if not picked.any():
            continue
        coded = pillow_jpeg(image, quality=quality, subsampling=subsampling)
        mask = (picked.astype(np.uint8) * 255).repeat(8, axis=0)[: image.height]
        mask = mask.repeat(8, axis=1)[:, : image.width]
        with opened_jpeg(coded) as decoded:
            mosaic.paste(decoded, mask=Image.fromarray(np.ascontiguousarray(mask)))
    return mosaic


def encode_mosaic(
    pixels: npt.NDArray[np.uint8],
    block_saliency: npt.NDArray[np.float32],
    *,
    target_bytes: int,
    subsampling: str | None = None,
    levels: int = LEVELS,
    low: int = LOW,
    high: int = HIGH,
    printed_equation: bool = False,
    progressive: bool = False,
    app_segments: bytes = b"",
) -> MosaicResult:
    """The mosaic of a picture as a file of at most `target_bytes`, and hardly less.

    Args:
        pixels: (H, W, 3) sRGB or (H, W) grey.
        block_saliency: (ceil(H / 8), ceil(W / 8)) in [0, 1], the highest of each block; see
            `block_maxima`.
        target_bytes: the file's size, metadata included; met as `jpeg_of_size` meets it.
        subsampling: of both codings: "444", "420", or None for Pillow's default, 4:2:0.
        levels: k of the paper.
        low: quality of the lowest level.
        high: quality of the highest.
        printed_equation: see `level_qualities`.
        progressive: the final file is progressive; the paper's is baseline.
        app_segments: whole APP segments, put after JFIF's.

    Raises:
        OptionError: see `level_qualities`.
        TargetError: the coarsest final file is larger.
        ValueError: block_saliency is of another shape, or has values outside [0, 1].
    """
    qualities = level_qualities(
        levels=levels, low=low, high=high, printed_equation=printed_equation
    )
    height, width = pixels.shape[:2]
    if block_saliency.shape != (-(-height // 8), -(-width // 8)):
        raise ValueError(f"block_saliency {block_saliency.shape}: one value for each 8x8 block")
    if not (block_saliency.min() >= 0 and block_saliency.max() <= 1):
        raise ValueError("block_saliency: values must lie in [0, 1]")
    block_levels = saliency_levels(block_saliency, levels)
    mosaic = mosaic_image(Image.fromarray(pixels), block_levels, qualities, subsampling=subsampling)
    final = jpeg_of_size(
        mosaic,
        target_bytes,
        subsampling=subsampling,
        progressive=progressive,
        app_segments=app_segments,
    )
    block_qualities = np.array(qualities, np.float64)[block_levels]
    salient = block_levels >= block_levels.mean()
    return MosaicResult(
        data=final.data,
        qualities=qualities,
        salient_quality=float(block_qualities[salient].mean()),
        other_quality=None if salient.all() else float(block_qualities[~salient].mean()),
        final_quality=final.quality,
        at_ceiling=final.at_ceiling,
    )
