"""Small generated sets of labelled pictures, and packs of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from foveate_research.thesis.pack import Pack
from foveate_research.thesis.packing import PackOptions, pack_pictures
from shard_files import Sample, write_set

COLOURS = {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 50, 40)}
MODEL = "spectral-residual"


def a_picture(colour: tuple[int, int, int], seed: int, height: int = 40, width: int = 56):
    """(height, width, 3): grey noise with a box of the colour somewhere."""
    rng = np.random.default_rng(seed)
    pixels = np.repeat(rng.integers(90, 160, (height, width, 1), dtype=np.uint8), 3, axis=2)
    top, left = int(rng.integers(2, height - 20)), int(rng.integers(2, width - 20))
    pixels[top : top + 18, left : left + 18] = colour
    return pixels


def write_classes(folder: Path, count: int = 4, *, first: int = 0) -> Path:
    """A folder a class with `count` pictures in each."""
    for number, (name, colour) in enumerate(COLOURS.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for seed in range(first, first + count):
            pixels = a_picture(colour, 1000 * number + seed)
            Image.fromarray(pixels).save(folder / name / f"picture{seed:03d}.png")
    return folder


def write_parts(folder: Path, train: int = 4, val: int = 2) -> Path:
    """train and val, a folder a class in each."""
    write_classes(folder / "train", train)
    write_classes(folder / "val", val, first=500)
    return folder


def write_colours(folder: Path, part: str, samples: list[Sample]) -> None:
    """One shard of a set with the three colours as classes."""
    write_set(folder, list(COLOURS), samples, part, name=folder.name, terms="made for a test")


def a_pack(folder: Path, *, train: int = 4, val: int = 2, side: int = 128) -> Pack:
    """A pack of `train` and `val` pictures a class."""
    write_parts(folder / "pictures", train, val)
    options = PackOptions(side=side, model=MODEL)
    return pack_pictures(folder / "pictures", folder / "pack", options, threads=1)
