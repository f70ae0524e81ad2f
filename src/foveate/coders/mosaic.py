"""The mosaic JPEG of Prakash et al. (DCC 2017, section 4): blocks picked from decoded JPEGs.

The picture is coded at k qualities and decoded again; each 8x8 block of the mosaic comes from the
quality that its saliency earns; the mosaic is coded once more, by any standard encoder. The second
coding quantises everything again, which costs what plain JPEG does not lose; it is here because it
is the paper's method, and as a row to compare with.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.coders.base import Encoded, Weights
from foveate.coders.jpeg.coder import kept_segments
from foveate.coders.jpeg.headers import file_facts, opened_jpeg
from foveate.coders.jpeg.sized import jpeg_of_size
from foveate.coders.jpeg.whole_file import whole_file
from foveate.coders.plain.asked_bytes import most_bytes_asked
from foveate.coders.plain.pillow_jpeg import pillow_jpeg
from foveate.coders.plain.subsampling import chosen_subsampling
from foveate.pictures import MAX_SIDE, Picture
from foveate.settings import Settings

LEVELS, LOW, HIGH = 5, 30, 70
"""The number of saliency levels and the qualities of the lowest and the highest (section 5)."""

QUALITIES = tuple(LOW + level * (HIGH - LOW) // (LEVELS - 1) for level in range(LEVELS))
"""The quality of each level, 30 to 70 in tens, as section 5 has it.

Equation 7 as it is printed divides by the number of levels and would stop short of 70.
"""


class MosaicCoder:
    """Writes the paper's mosaic as a standard JPEG of a number of bytes."""

    suffix = ".jpg"
    longest_side = MAX_SIDE
    keeps_alpha = False

    def encode(self, picture: Picture, weights: Weights, settings: Settings) -> Encoded:
        """See `foveate.coders.base.Coder.encode`. A quality means the bytes of plain JPEG there."""
        return whole_file(partial(_encoded, weights), picture, settings)


CODER = MosaicCoder()


def _encoded(weights: Weights, picture: Picture, settings: Settings) -> Encoded:
    """The mosaic as a file that meets the target of the settings.

    The facts tell the mean quality of the first coding over salient blocks, those whose level is
    at or above the picture's mean level, and over all others; and the quality of the final coding,
    a real number whose tables are the file's, within a step.
    """
    subsampling = chosen_subsampling(picture, settings)
    segments, notes = kept_segments(picture, settings)
    target_bytes = most_bytes_asked(picture, settings, len(segments))
    levels = saliency_levels(weights.highest())
    mosaic = mosaic_image(Image.fromarray(picture.pixels), levels, subsampling=subsampling)
    final = jpeg_of_size(
        mosaic,
        target_bytes,
        subsampling=subsampling,
        progressive=settings.progressive,
        app_segments=segments,
    )
    qualities = np.array(QUALITIES, np.float64)[levels]
    salient = levels >= levels.mean()
    others = qualities[~salient]
    return Encoded(
        final.data,
        at_ceiling=final.at_ceiling,
        target_bytes=target_bytes,
        metadata_bytes=len(segments),
        notes=notes,
        facts={
            **file_facts(final.data),
            "salient_quality": float(qualities[salient].mean()),
            "other_quality": float(others.mean()) if others.size else None,
            "final_quality": final.quality,
        },
    )


def saliency_levels(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The level of each saliency in [0, 1]: 0 for [0, 1/5], 1 for (1/5, 2/5], up to 4."""
    edges = (np.arange(1, LEVELS) / LEVELS).astype(np.float32)
    return np.searchsorted(edges, values, side="left").astype(np.uint8)


def mosaic_image(
    image: Image.Image,
    block_levels: npt.NDArray[np.uint8],
    *,
    subsampling: str,
) -> Image.Image:
    """Each 8x8 block of RGB or L `image` as JPEG at its level's quality shows it.

    Args:
        image: mode RGB or L.
        block_levels: (ceil(H / 8), ceil(W / 8)), from 0 to 4.
        subsampling: "444" or "420".
    """
    mosaic = Image.new(image.mode, image.size)
    for level, quality in enumerate(QUALITIES):
        picked = block_levels == level
        if not picked.any():
            continue
        coded = pillow_jpeg(image, quality=quality, subsampling=subsampling)
        mask = (picked.astype(np.uint8) * 255).repeat(8, axis=0)[: image.height]
        mask = mask.repeat(8, axis=1)[:, : image.width]
        with opened_jpeg(coded) as decoded:
            mosaic.paste(decoded, mask=Image.fromarray(np.ascontiguousarray(mask)))
    return mosaic
