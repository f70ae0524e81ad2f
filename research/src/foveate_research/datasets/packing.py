"""Pack a set of pictures with masks, fixations, density maps or labels as shards.

A sample is KEY.jpg, quality 95 with colour at full resolution, and what `packed.open_shards` reads
beside it: KEY.mask.png, KEY.fix.npy, KEY.map.png, KEY.cls, or KEY.json with several labels.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import DatasetError, OutputError, printable
from foveate.pictures import write_atomically
from foveate.pictures.file_bytes import text_of
from foveate_research.datasets.attention import AttentionPicture
from foveate_research.datasets.labels import LabelledPicture
from foveate_research.datasets.sets import PictureSet
from foveate_research.datasets.shards import shard_bytes

QUALITY = 95
SAMPLES_A_SHARD = 1000
MANIFEST = "manifest.json"

Fields = dict[str, bytes]


def pack_set(
    pictures: PictureSet[Any],
    out: Path,
    *,
    part: str,
    longest: int | None = None,
    terms: str | None = None,
    overwrite: bool = False,
) -> int:
    """Write OUT/PART-000000.tar, ... and OUT/manifest.json; returns the number of pictures.

    longest: pictures with a longer side are reduced to it, their answers with them. terms: what the
    manifest says of the set's licence. A second part joins the first where their classes agree.

    Raises:
        DatasetError: the set is empty, or a picture cannot be read.
        OutputError: OUT has shards of that part, or a manifest of other classes.
    """
    before = _manifest_in(out)
    there = sorted(out.glob(f"{part}-*.tar"))
    if there and not overwrite:
        raise OutputError(f"{printable(there[0])} exists already; use --overwrite")
    if before and before.get("classes", []) != list(pictures.classes):
        raise OutputError(f"{printable(out)} holds a set of other classes: choose another -o")
    out.mkdir(parents=True, exist_ok=True)
    samples = _samples(pictures, longest)
    count, written = 0, 0
    while some := list(islice(samples, SAMPLES_A_SHARD)):
        path = out / f"{part}-{written:06d}.tar"
        write_atomically(path, shard_bytes(some), overwrite=overwrite)
        count, written = count + len(some), written + 1
    if not count:
        raise DatasetError(f"{pictures.name} holds no pictures")
    for path in there[written:]:
        path.unlink()
    stated = {**before, "counts": {**before.get("counts", {}), part: count}}
    stated["packed_from"] = {**before.get("packed_from", {}), part: pictures.described()}
    if pictures.classes:
        stated["classes"] = list(pictures.classes)
    if terms is not None:
        stated["terms"] = terms
    text = json.dumps(stated, indent=1) + "\n"
    write_atomically(out / MANIFEST, text.encode(), overwrite=True)
    return count


def _manifest_in(out: Path) -> dict[str, Any]:
    path = out / MANIFEST
    if not path.is_file():
        return {}
    try:
        found = json.loads(text_of(path, kind="manifest of shards", error_kind=OutputError))
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{printable(path)} is not JSON: choose another -o") from error
    if not isinstance(found, dict):
        raise OutputError(f"{printable(path)} is no manifest of shards: choose another -o")
    return found


def _samples(pictures: PictureSet[Any], longest: int | None) -> Iterator[tuple[str, Fields]]:
    """Keys that shards can hold, each once, with the fields of their samples."""
    taken: set[str] = set()
    for picture in pictures:
        plain = re.sub(r"[^\w-]", "_", picture.key, flags=re.ASCII)
        key, number = plain, 2
        while key in taken:
            key, number = f"{plain}-{number}", number + 1
        taken.add(key)
        if isinstance(picture, LabelledPicture):
            yield key, _labelled(picture, pictures.classes, longest)
        else:
            yield key, _watched(picture, longest)


def _watched(picture: AttentionPicture, longest: int | None) -> Fields:
    height, width = picture.pixels.shape[:2]
    columns, rows = _size(width, height, longest)
    fields = {"jpg": _jpeg(picture.pixels, (columns, rows))}
    if picture.mask is not None:
        mask = Image.fromarray(picture.mask).resize((columns, rows), Image.Resampling.BOX)
        fields["mask.png"] = _png(np.where(np.asarray(mask) >= 128, 255, 0).astype(np.uint8))
    if picture.fixations is not None:
        points = picture.fixations.astype(np.float64)
        points[:, 1] = np.minimum(points[:, 1] * columns / width, columns - 1)
        points[:, 2] = np.minimum(points[:, 2] * rows / height, rows - 1)
        stream = io.BytesIO()
        np.save(stream, np.floor(points).astype(np.int16))
        fields["fix.npy"] = stream.getvalue()
    if picture.density is not None:
        tall, wide = picture.density.shape
        density = Image.fromarray(picture.density).resize(
            _size(wide, tall, longest), Image.Resampling.BOX
        )
        fields["map.png"] = _png(np.asarray(density))
    return fields


def _labelled(picture: LabelledPicture, classes: Sequence[str], longest: int | None) -> Fields:
    size = _size(picture.pixels.shape[1], picture.pixels.shape[0], longest)
    fields = {"jpg": _jpeg(picture.pixels, size)}
    if picture.class_mask is not None:
        mask = Image.fromarray(picture.class_mask).resize(size, Image.Resampling.NEAREST)
        fields["mask.png"] = _png(np.asarray(mask))
    if len(picture.labels) == 1 and picture.class_mask is None:
        fields["cls"] = str(classes.index(picture.labels[0])).encode()
    else:
        fields["json"] = json.dumps({"labels": list(picture.labels)}).encode()
    return fields


def _size(width: int, height: int, longest: int | None) -> tuple[int, int]:
    scale = 1.0 if longest is None else min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _jpeg(pixels: npt.NDArray[np.uint8], size: tuple[int, int]) -> bytes:
    image = Image.fromarray(pixels)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, subsampling=0)
    return stream.getvalue()


def _png(values: npt.NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG", optimize=True)
    return stream.getvalue()
