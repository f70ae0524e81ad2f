"""Small generated sets of labelled pictures, in the layouts that are read."""

import io
import json
import tarfile

import numpy as np
from PIL import Image


def encoded(pixels, kind):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, lossless=True)
    return stream.getvalue()


def write_set(folder, classes, samples, part="val"):
    """manifest.json and one shard of (key, {extension: bytes})."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"classes": classes}))
    with tarfile.open(folder / f"{part}-000000.tar", "w") as archive:
        for key, fields in samples:
            for name, data in fields.items():
                entry = tarfile.TarInfo(f"{key}.{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))


def noise(height=16, width=24, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
