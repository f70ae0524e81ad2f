"""Small generated data sets in the layout that training reads."""

import io
from pathlib import Path

import numpy as np

from shard_files import encoded, write_shard


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def a_picture(rng, height=96, width=128):
    """A dim picture with a bright square, and where the square is: x, y."""
    pixels = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
    y, x = int(rng.integers(10, height - 30)), int(rng.integers(10, width - 30))
    pixels[y : y + 20, x : x + 20] = 230
    return pixels, x, y


def make_data(folder: Path, train=6, val=2):
    """All four sets, train and val, of a few pictures each."""
    rng = np.random.default_rng(0)
    for part, count in (("train", train), ("val", val)):
        watched = {"osie": ["{}"], "gaze-more": ["crowd-{}", "scene-{}"]}
        for name, keys in watched.items():
            samples = []
            for index in range(count):
                pixels, x, y = a_picture(rng)
                points = np.stack(
                    [np.arange(8), x + rng.integers(0, 20, 8), y + rng.integers(0, 20, 8)], axis=1
                )
                key = keys[index % len(keys)].format(1000 + index)
                fields = {"webp": encoded(pixels, "WEBP"), "fix.npy": saved(points.astype("int16"))}
                samples.append((key, fields))
            write_shard(folder / name / f"{part}-000000.tar", samples)
        densities, masks = [], []
        for index in range(count):
            pixels, x, y = a_picture(rng, 112, 112)
            density = np.zeros((28, 28), dtype=np.uint8)
            density[y // 4 : y // 4 + 5, x // 4 : x // 4 + 5] = 255
            fields = {"webp": encoded(pixels, "WEBP"), "map.png": encoded(density, "PNG")}
            densities.append((f"scene3k-{index}", fields))
            pixels, x, y = a_picture(rng)
            mask = np.zeros(pixels.shape[:2], dtype=np.uint8)
            mask[y : y + 20, x : x + 20] = 255
            fields = {"webp": encoded(pixels, "WEBP"), "mask.png": encoded(mask, "PNG")}
            masks.append((f"duts-{index}", fields))
        write_shard(folder / "gaze-scenes" / f"{part}-000000.tar", densities)
        write_shard(folder / "duts" / f"{part}-000000.tar", masks)
