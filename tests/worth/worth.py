"""What Foveate is worth on three photographs: how sharp its files are and how large.

Run `python tests/worth/worth.py` to write `worth.json` anew. Do that only for a change that means
to move these numbers, and say in the commit why.

The photographs come with scikit-image: the astronaut Eileen Collins (NASA, public domain), a cup
of coffee (Rachel Michetti, CC0) and the cat Chelsea (Stéfan van der Walt, CC0). Each is halved, so
that nothing is left of a JPEG that it may have been.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

import foveate
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics.quality import psnr_cb, psnr_cr, psnr_hvs_m, psnr_y, ssimulacra2
from foveate.metrics.quality.psnr import salient_pixels

RECORD = Path(__file__).with_name("worth.json")
PICTURES = ("astronaut", "coffee", "chelsea")
TARGETS = ("default", "match_quality=30", "match_quality=50", "match_quality=80")
TUNES = ("vision", "fidelity", "eyes")
MAPS = ("none", "auto", "painted")
PAINTED = {"astronaut": (82, 14, 62, 58), "coffee": (88, 8, 116, 120), "chelsea": (55, 18, 120, 70)}
"""The box in each halved picture that a person would paint: the face, the cup, the cat's eyes."""

Numbers = dict[str, float]


@cache
def photograph(name: str) -> np.ndarray:
    """A photograph at half its size, (H, W, 3) uint8."""
    return np.asarray(Image.fromarray(getattr(data, name)()).reduce(2))


@cache
def painted(name: str) -> np.ndarray:
    """A mask that is 255 in the photograph's box and 0 around it, (H, W) uint8."""
    x, y, width, height = PAINTED[name]
    mask = np.zeros(photograph(name).shape[:2], np.uint8)
    mask[y : y + height, x : x + width] = 255
    return mask


def cases() -> Iterator[tuple[str, str, str, str]]:
    """A picture, a target, a tune and a map each."""
    return itertools.product(PICTURES, TARGETS, TUNES, MAPS)


def decoded(data: bytes) -> np.ndarray:
    """The pixels of a file, (H, W, 3) uint8."""
    return np.asarray(Image.open(io.BytesIO(data)))


def measure(name: str, target: str, tune: str, map_name: str) -> Numbers:
    """The bytes of one file, and the PSNRs of what Pillow decodes from it, in dB.

    `salient` is luma where the map points; without a map it is luma in the painted box. `gain` is
    how much that is above plain JPEG at the target's quality: at the same bytes, but for "default".
    `ssimulacra2_gain` is the same of SSIMULACRA 2 over the whole picture.
    """
    pixels = photograph(name)
    where: Any = painted(name) if map_name == "painted" else map_name
    quality = 80 if target == "default" else int(target.partition("=")[2])
    asked = {} if target == "default" else {"match_quality": quality}
    result = foveate.compress(pixels, map=where, tune=tune, **asked)
    copy, plain = decoded(result.data), decoded(plain_jpeg(pixels, quality))
    pair, peak = (pixels, copy), {"data_range": 255}
    where = painted(name) if map_name == "none" else result.map.values
    salient = salient_pixels(where)
    sharpness = psnr_y(*pair, **peak, weights=salient)
    seen = ssimulacra2(*pair, **peak)
    return {
        "bytes": len(result.data),
        "salient": round(sharpness, 3),
        "gain": round(sharpness - psnr_y(pixels, plain, **peak, weights=salient), 3),
        "ssimulacra2": round(seen, 3),
        "ssimulacra2_gain": round(seen - ssimulacra2(pixels, plain, **peak), 3),
        "luma": round(psnr_y(*pair, **peak), 3),
        "psnr_hvs_m": round(psnr_hvs_m(*pair, **peak), 3),
        "cb": round(psnr_cb(*pair, **peak), 3),
        "cr": round(psnr_cr(*pair, **peak), 3),
    }


def main() -> None:
    """Write the record."""
    rows = {" ".join(case): measure(*case) for case in cases()}
    lines = [f"{json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in rows.items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
