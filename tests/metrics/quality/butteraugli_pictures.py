"""Pictures by formulas in whole numbers, and what libjxl's butteraugli_main says of their copies.

    python tests/metrics/quality/butteraugli_pictures.py FOLDER

writes them as PNG files, and prints the commands that gave the numbers in SEEN. They were run with
Debian's libjxl-devtools 0.11.2-0.1~deb13u3.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIZES = {
    "a tile": (8, 8),
    "too small for half the size": (14, 64),
    "odd": (37, 131),
    "narrow": (120, 9),
    "large": (150, 200),
}
SEEN: dict[tuple[str, str], tuple[float, float]] = {
    ("a tile", "steps of 4"): (0.477558, 0.461276),
    ("a tile", "steps of 16"): (3.065373, 2.984184),
    ("a tile", "soft"): (5.412792, 3.855485),
    ("a tile", "grey"): (1.133605, 1.053960),
    ("too small for half the size", "steps of 4"): (1.045783, 0.702318),
    ("too small for half the size", "steps of 16"): (5.062646, 3.809410),
    ("too small for half the size", "soft"): (7.798202, 4.231515),
    ("too small for half the size", "grey"): (2.010931, 1.509765),
    ("odd", "steps of 4"): (1.134473, 0.939917),
    ("odd", "steps of 16"): (6.373302, 4.954199),
    ("odd", "soft"): (9.543709, 4.521148),
    ("odd", "grey"): (2.747010, 2.184563),
    ("narrow", "steps of 4"): (0.850800, 0.726051),
    ("narrow", "steps of 16"): (4.602221, 3.810728),
    ("narrow", "soft"): (5.639599, 2.747879),
    ("narrow", "grey"): (1.958235, 1.680540),
    ("large", "steps of 4"): (1.200407, 1.002032),
    ("large", "steps of 16"): (6.950266, 5.154401),
    ("large", "soft"): (8.960588, 3.501709),
    ("large", "grey"): (3.022576, 2.323551),
}
"""(size, copy) -> the largest difference and the 3-norm; "grey" is of the green channel alone."""


def original(height: int, width: int) -> np.ndarray:
    """A slope with checks of two sizes and a dark red bar, under noise: uint8 (H, W, 3)."""
    y, x = np.mgrid[0:height, 0:width]
    checks = 25 * ((x // 3 + y // 4) % 2) * (x > width // 3) + 14 * ((x // 11 + y // 13) % 2)
    level = 40 + (2 * x + y) * 110 // (2 * width + height) + checks
    noise = (7919 * x + 104729 * y + 31 * x * y) % 11
    colours = np.stack([level + noise, level + 10 - noise // 2, 210 - level + noise // 3], axis=2)
    colours[height // 2 : height // 2 + 3, width // 4 :] = (120, 10, 15)
    return colours.astype(np.uint8)


def coarser(pixels: np.ndarray, step: int) -> np.ndarray:
    """Every sample's next lower multiple of a step."""
    return (pixels // step * step).astype(np.uint8)


def softer(pixels: np.ndarray) -> np.ndarray:
    """The means of a pixel and the three before it, to the left and above."""
    wide = np.pad(pixels.astype(int), ((1, 0), (1, 0), (0, 0)), mode="edge")
    return ((wide[1:, 1:] + wide[1:, :-1] + wide[:-1, 1:] + wide[:-1, :-1]) // 4).astype(np.uint8)


COPIES = {
    "steps of 4": lambda pixels: coarser(pixels, 4),
    "steps of 16": lambda pixels: coarser(pixels, 16),
    "soft": softer,
}


def pair(size: str, copy: str) -> tuple[np.ndarray, np.ndarray]:
    """An original and a copy of it."""
    pixels = original(*SIZES[size])
    if copy == "grey":
        return pixels[..., 1].copy(), coarser(pixels[..., 1], 8)
    return pixels, COPIES[copy](pixels)


def main(folder: Path) -> None:
    """Writes all pairs that the table has."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for copy in [*COPIES, "grey"]:
            name = f"{size} {copy}".replace(" ", "-")
            paths = [folder / f"{name}.{part}.png" for part in ("original", "copy")]
            for path, pixels in zip(paths, pair(size, copy), strict=True):
                Image.fromarray(pixels).save(path)
            print("butteraugli_main", *paths)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
