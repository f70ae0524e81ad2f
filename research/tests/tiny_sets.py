"""Sets of a few generated pictures with masks, in published layouts and as shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from shard_files import encoded, write_set, write_shard


def a_scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A dim picture (48, 64, 3) with one bright box, and the box's mask."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 60, (48, 64, 3), dtype=np.uint8)
    top, left = int(rng.integers(4, 24)), int(rng.integers(4, 40))
    mask = np.zeros((48, 64), np.uint8)
    mask[top : top + 16, left : left + 18] = 255
    pixels[mask > 0] = 230
    return pixels, mask


def write_folders(images: Path, masks: Path, *, count: int = 3, suffix: str = ".jpg") -> None:
    """`count` pictures in one folder and their masks in another."""
    for folder in (images, masks):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        pixels, mask = a_scene(seed)
        kind = {".jpg": "JPEG", ".png": "PNG"}[suffix]
        (images / f"{seed:04d}{suffix}").write_bytes(encoded(pixels, kind))
        (masks / f"{seed:04d}.png").write_bytes(encoded(mask, "PNG"))


def write_mask_shard(folder: Path, part: str = "test", *, count: int = 3) -> Path:
    """One shard of KEY.webp with KEY.mask.png; returns the folder."""
    samples = []
    for seed in range(count):
        pixels, mask = a_scene(seed)
        fields = {"webp": encoded(pixels), "mask.png": encoded(mask, "PNG")}
        samples.append((f"picture-{seed}", fields))
    write_shard(folder / f"{part}-000000.tar", samples)
    return folder


def write_faces_and_bodies(folder: Path) -> None:
    """One picture of msrc21's kind: a face above a body on grass."""
    indices = np.full((48, 64), 1, np.uint8)
    indices[4:20, 20:40], indices[20:46, 16:44] = 2, 3
    labels = {"labels": {"grass": 0.5, "face": 0.2, "body": 0.3}}
    _write_classes(folder, "val", ["void", "grass", "face", "body"], labels, indices)


def write_people_and_dogs(folder: Path) -> None:
    """One picture of voc's kind, its labels a list: a dog in the middle and a person at an edge."""
    indices = np.zeros((48, 64), np.uint8)
    indices[18:30, 24:40], indices[4:44, 0:6] = 1, 2
    labels = {"labels": ["dog", "person"], "boxes": []}
    _write_classes(folder, "test", ["void", "dog", "person"], labels, indices)


def _write_classes(
    folder: Path, part: str, names: list[str], labels: Mapping[str, Any], indices: np.ndarray
) -> None:
    """A shard of one picture with its labels and its mask of class indices."""
    fields = {
        "json": json.dumps(labels).encode(),
        "webp": encoded(a_scene(0)[0]),
        "mask.png": encoded(indices, "PNG"),
    }
    write_set(folder, names, [("a", fields)], part)
