"""Small pictures, each of them another one, for a batch to do."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from foveate_research.bench.timing import drawn

SIDES = (96, 160)
"""The least and the greatest side in pixels."""


def small_pictures(count: int, *, images: Sequence[Path], seed: int) -> Iterator[tuple[str, bytes]]:
    """So many keys and files: three JPEGs, then a PNG, and so on, in folders of a hundred.

    images: what they are cut from; they are drawn where there are none.
    """
    rng = np.random.default_rng(seed)
    whole = [np.asarray(Image.open(path).convert("RGB")) for path in images]
    for number in range(count):
        height, width = (int(side) for side in rng.integers(SIDES[0], SIDES[1] + 1, 2))
        if whole:
            scene = whole[number % len(whole)]
            top, left = (
                int(rng.integers(0, max(1, most - side)))
                for most, side in zip(scene.shape, (height, width), strict=False)
            )
            shown = scene[top : top + height, left : left + width]
        else:
            shown = drawn(height, width, seed=int(rng.integers(2**31)))
        file = io.BytesIO()
        kind = "png" if number % 4 == 3 else "jpeg"
        Image.fromarray(shown).save(file, kind, **({} if kind == "png" else {"quality": 90}))
        ending = "png" if kind == "png" else "jpg"
        yield f"{number // 100:03}/{number:06}.{ending}", file.getvalue()
