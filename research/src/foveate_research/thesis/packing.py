"""Pack labelled pictures with their saliency maps, once: cropped, shuffled, in shards.

A sample is KEY.jpg (RGB), KEY.map.jpg (grey), KEY.cls and KEY.json (class and source). Both
pictures are JPEG at quality 95, colour at full resolution: half the time of WebP to decode and a
third of PNG's bytes, at a mean error of 1.2 levels (the maps' 0.3). A shard is written whole or
not at all; what a cut packing has finished is not made again, but for shards whose pictures have
another size since, or can be read at last.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import (
    DatasetError,
    FoveateError,
    OptionError,
    OutputError,
    printable,
)
from foveate.models.registry import get_model
from foveate.pictures import write_atomically
from foveate.saliency import saliency_map
from foveate.threads import usable_threads
from foveate_research.datasets.shards import shard_bytes
from foveate_research.thesis.pack import MANIFEST, STORED_SIDES, Pack, open_pack, without_key
from foveate_research.thesis.pack_progress import Shard, claimed, finished, forget, note
from foveate_research.thesis.source import Source, spread_classes
from foveate_research.thesis.sources import open_sources

QUALITY = 95
SAMPLES_A_SHARD = {144: 1000, 256: 400}  # 18 MB, about

Pixels = npt.NDArray[np.uint8]
Tick = Callable[[str], None]


@dataclass(frozen=True)
class PackOptions:
    """side: of what networks see, 128 or 227. model: of the registry, for the maps.

    val_share: of a set that has no parts of its own. classes: so many of them, spread over all.
    """

    side: int = 128
    model: str = "auto"
    val_share: float = 0.1
    seed: int = 0
    classes: int | None = None

    @property
    def stored_side(self) -> int:
        """The side of the squares that are stored, from which random crops are taken.

        Raises OptionError for a size that packs are not made at.
        """
        if self.side not in STORED_SIDES:
            raise OptionError(f"--size {self.side}: give {' or '.join(map(str, STORED_SIDES))}")
        return STORED_SIDES[self.side]


@dataclass(frozen=True)
class _Sample:
    """One packed picture; no fields where it cannot be read."""

    key: str
    label: int
    fields: dict[str, bytes]
    sums: npt.NDArray[np.float64]
    is_flat: bool
    why: str = ""


def pack_pictures(
    images: Path,
    out: Path,
    options: PackOptions | None = None,
    *,
    made_by: dict[str, Any] | None = None,
    threads: int | None = None,
    tick: Callable[[int], contextlib.AbstractContextManager[Tick]] | None = None,
) -> Pack:
    """Write OUT's shards and manifest; a second call goes on where the first was cut.

    images: as open_sources takes them. made_by: what the manifest says of command and machine.
    tick: given the number of pictures, a context whose function is called with each one's key.

    Raises:
        DatasetError: the pictures are not laid out as labelled sets are, or none of a part or of a
            class to learn can be read.
        OptionError: an option is out of its range.
        OutputError: OUT holds a pack of other pictures or settings, or cannot be written.
    """
    options = options or PackOptions()
    side, entry, workers = options.stored_side, get_model(options.model), usable_threads(threads)
    sources = open_sources(images, val_share=options.val_share, seed=options.seed)
    if options.classes is not None:
        sources = spread_classes(sources, options.classes)
    empty = [part for part, source in sources.items() if not len(source)]
    if empty:
        mend = " or raise --val-share" if empty == ["val"] else ""
        raise DatasetError(f"{printable(images)}: no picture for {empty[0]}: add some{mend}")
    plan = {
        **{name: value for name, value in asdict(options).items() if value is not None},
        "model": {"name": entry.name, "sha256": entry.sha256},
        "stored_side": side,
        "quality": QUALITY,
        "pictures": {part: _pictures_hash(source) for part, source in sources.items()},
    }
    made_of = {part: _made_of(plan, source, range(len(source))) for part, source in sources.items()}
    if (out / MANIFEST).exists():
        done = open_pack(out)
        if done.plan != plan:
            raise OutputError(
                f"{printable(out)} holds another pack: choose another -o, or remove it"
            )
        _refuse_changed(done, sources, made_of)
        return done
    every = sum(len(source) for source in sources.values())
    with claimed(out, plan), (tick or _silent)(every) as advance:
        shards = {
            part: _pack_part(out, source, options, plan, workers, advance)
            for part, source in sources.items()
        }
        for part, source in sources.items():
            _refuse_empty(images, source, shards[part])
        manifest = _manifest(plan, sources, shards)
        manifest |= {"made_of": made_of, "made_by": made_by or {}}
        text = json.dumps(manifest, indent=1) + "\n"
        write_atomically(out / MANIFEST, text.encode(), overwrite=True)
        forget(out)
    return open_pack(out)


def central_square(pixels: Pixels) -> Pixels:
    """(side, side, 3): the middle of a picture, as much as its shorter side allows."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _pack_part(
    out: Path,
    source: Source,
    options: PackOptions,
    plan: dict[str, Any],
    workers: int,
    tick: Tick,
) -> dict[str, Shard]:
    """Every shard of a part by file name, made now or before."""
    order = np.random.default_rng(options.seed).permutation(len(source))
    size = SAMPLES_A_SHARD[options.stored_side]
    found = {}
    for number, start in enumerate(range(0, len(order), size)):
        name = f"{source.part}-{number:06d}.tar"
        chosen = order[start : start + size].tolist()
        made_of = _made_of(plan, source, chosen)
        shard = finished(out, name, made_of)
        if shard is None or _mended(shard.unreadable, [(source, place) for place in chosen]):
            samples = _samples(source, chosen, start, options, workers, tick)
            shard = _write_shard(out, name, samples, made_of)
        else:
            for place in chosen:
                tick(source.keys[place])
        found[name] = shard
    return found


def _samples(
    source: Source, chosen: list[int], start: int, options: PackOptions, workers: int, tick: Tick
) -> list[_Sample]:
    """The samples of one shard, made by several threads."""

    def make(item: tuple[int, int]) -> _Sample:
        number, place = item
        return _sample(source, place, f"{start + number:08d}", options)

    samples = []
    pool = ThreadPoolExecutor(workers)
    try:
        for sample, place in zip(pool.map(make, enumerate(chosen)), chosen, strict=True):
            samples.append(sample)
            tick(source.keys[place])
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C does not wait for the rest of the shard
    return samples


def _write_shard(out: Path, name: str, samples: list[_Sample], made_of: str) -> Shard:
    """The shard and what is noted of it; neither where no picture can be read."""
    kept = [sample for sample in samples if sample.fields]
    data = shard_bytes((sample.key, sample.fields) for sample in kept)
    shard = Shard(
        made_of=made_of,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        sums=np.sum([np.zeros(4), *(sample.sums for sample in kept)], axis=0).tolist(),
        flat_maps=sum(sample.is_flat for sample in kept),
        labels=[sample.label for sample in kept],
        unreadable=[sample.why for sample in samples if not sample.fields],
    )
    if kept:
        write_atomically(out / name, data, overwrite=True)
        note(out, name, shard)  # last: what has it is done
    return shard


def _sample(source: Source, place: int, key: str, options: PackOptions) -> _Sample:
    """Read, crop, predict, scale, encode."""
    side, label = options.stored_side, source.labels[place]
    try:
        square = central_square(source.read(place))
    except FoveateError as error:
        why = f"{source.keys[place]}: {error}"
        return _Sample(key, label, {}, np.zeros(4), is_flat=False, why=why)
    found = saliency_map(square, model=options.model, threads=1)
    levels = np.rint(255 * found.resized(side, side)).astype(np.uint8)
    image = Image.fromarray(square).resize((side, side), Image.Resampling.LANCZOS)
    facts = {"class": source.classes[label], "source": source.keys[place]}
    fields = {
        "jpg": _jpeg(image),
        "map.jpg": _jpeg(Image.fromarray(levels)),
        "cls": str(label).encode(),
        "json": json.dumps(facts).encode(),
    }
    sums = np.append(np.asarray(image).mean(axis=(0, 1)), levels.mean())
    return _Sample(key, label, fields, sums, is_flat=found.confidence == 0)


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, subsampling=0)
    return stream.getvalue()


def _pictures_hash(source: Source) -> str:
    """SHA-256 of keys and classes, in order: whether these are the same pictures."""
    digest = hashlib.sha256()
    for key, label in zip(source.keys, source.labels, strict=True):
        digest.update(os.fsencode(f"{key}\t{source.classes[label]}\n"))
    return digest.hexdigest()


def _made_of(plan: dict[str, Any], source: Source, chosen: Iterable[int]) -> str:
    """SHA-256 of the plan and of pictures' keys, classes and sizes."""
    digest = hashlib.sha256(json.dumps(plan).encode())
    for place in chosen:
        label = source.classes[source.labels[place]]
        digest.update(os.fsencode(f"{source.keys[place]}\t{label}\t{source.size_bytes(place)}\n"))
    return digest.hexdigest()


def _mended(told: Iterable[str], pictures: Iterable[tuple[Source, int]]) -> bool:
    """Whether one of those told as "KEY: why" can be read now."""
    entries = list(told)
    keys = {entry[: colon.start()] for entry in entries for colon in re.finditer(": ", entry)}
    broken = 0
    for source, place in pictures if entries else ():
        if source.keys[place] in keys:
            try:
                source.read(place)
            except FoveateError:
                broken += 1
    return broken < len(entries)


def _refuse_changed(done: Pack, sources: dict[str, Source], made_of: dict[str, str]) -> None:
    """OutputError where pictures are no longer what they were when they were packed."""
    every = ((source, place) for source in sources.values() for place in range(len(source)))
    changed = done.made_of not in ({}, made_of)  # the first packs have none
    if changed or _mended(done.unreadable, every):
        raise OutputError(
            f"{printable(done.folder)} was packed before some of its pictures were changed or "
            f"mended: choose another -o, or remove it"
        )


def _refuse_empty(images: Path, source: Source, shards: dict[str, Shard]) -> None:
    """DatasetError where a part, or a class in train, has lost all its pictures."""
    kept = {label for shard in shards.values() for label in shard.labels}
    told = [why for shard in shards.values() for why in shard.unreadable]
    lost = sorted(set(source.labels) - kept)
    if not lost or (kept and source.part != "train"):
        return
    what = f"class '{printable(source.classes[lost[0]])}'" if kept else source.part
    of_class = tuple(
        f"{key}: "
        for key, label in zip(source.keys, source.labels, strict=True)
        if label == lost[0]
    )
    such = next(why for why in told if why.startswith(of_class))
    raise DatasetError(
        f"{printable(images)}: no picture of {what} can be read (such as {without_key(such)})"
    )


def _manifest(
    plan: dict[str, Any],
    sources: dict[str, Source],
    shards: dict[str, dict[str, Shard]],
) -> dict[str, Any]:
    first = next(iter(sources.values()))
    train = list(shards["train"].values())
    files = {file: s for each in shards.values() for file, s in each.items() if s.count}
    count = max(1, sum(shard.count for shard in train))
    mean = np.sum([shard.sums for shard in train], axis=0) / (255 * count)
    return {
        "name": first.name,
        "version": 1,
        "counts": {part: sum(s.count for s in each.values()) for part, each in shards.items()},
        "classes": list(first.classes),
        "titles": dict(first.titles),
        "side": plan["side"],
        "stored_side": plan["stored_side"],
        "model": plan["model"],
        "mean": {"rgb": mean[:3].round(5).tolist(), "map": round(float(mean[3]), 5)},
        "flat_maps": {
            part: sum(s.flat_maps for s in each.values()) for part, each in shards.items()
        },
        "unreadable": [
            why for each in shards.values() for s in each.values() for why in s.unreadable
        ],
        **({"terms": first.terms} if first.terms else {}),
        "layout": "KEY.jpg (RGB), KEY.map.jpg (grey), KEY.cls (index into classes), KEY.json",
        "shards": {file: shard.sha256 for file, shard in files.items()},
        "sizes": {file: shard.size_bytes for file, shard in files.items()},
        "plan": plan,
    }


@contextlib.contextmanager
def _silent(total: int) -> Iterator[Tick]:
    yield lambda key: None
