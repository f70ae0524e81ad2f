"""What the fuzzers call: each target reads a stranger's bytes, or refuses them politely."""

from __future__ import annotations

import json
import struct
import tempfile
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np

from foveate import FoveateError, Limits, read_picture
from foveate.cli.batch.manifest import NAME as MANIFEST
from foveate.cli.batch.manifest import Manifest
from foveate.coders.jpeg.metadata import segments, without_metadata
from foveate.coders.jpeg.source import bare_jpeg
from foveate.coders.jpeg.whole_file import joined
from foveate.models.adapters.adapter import parsed_adapter, read_adapter
from foveate.models.card_fields import parsed_card
from foveate.models.own import ENTRIES
from foveate.models.registry import size_of
from foveate.pictures.containers.isobmff import brands, coding_points
from foveate.pictures.containers.jxl_header import jxl_header
from foveate.pictures.metadata.keeping import with_metadata
from foveate.saliency.given import map_from_file
from foveate.votes.results import read_results
from foveate.votes.scoring import scored
from fuzz.corpus import RAMP, pictures

LIMITS = Limits(pixels=1_000_000, bytes=1 << 20, scans=50, counted=10, seconds=5)
PICTURE = read_picture(RAMP)
_FOLDER = tempfile.TemporaryDirectory(prefix="foveate-fuzz-")
_HERE = Path(_FOLDER.name)


def _politely(read: Callable[[], object]) -> None:
    """Runs `read`, which may raise a FoveateError of one printable line and nothing else."""
    try:
        read()
    except FoveateError as error:
        message = str(error)
        if not message.isprintable() or len(message) > 2000:
            raise AssertionError(f"a message that is no line: {message!r}") from error


def picture(data: bytes) -> None:
    """A picture file of any format."""

    def read() -> None:
        found = read_picture(data, limits=LIMITS)
        assert found.pixels.dtype == np.uint8
        assert found.width * found.height <= LIMITS.pixels
        assert all(note.isprintable() for note in found.notes)

    _politely(read)


_JPEG = pictures()[0]
_PNG = next(each for each in pictures() if each.startswith(b"\x89PNG"))


def metadata(data: bytes) -> None:
    """A good JPEG with a segment whose marker is the first byte and whose payload is the rest."""
    marker = 0xE0 | data[0] & 15 if data and data[0] != 0xFE else 0xFE
    payload = data[1:65_534]
    segment = struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
    jpeg = _JPEG[:2] + segment + _JPEG[2:]

    def read() -> None:
        read_picture(jpeg, limits=LIMITS)
        if without_metadata(jpeg) is not None:
            bare_jpeg(jpeg)

    _politely(read)


def chunks(data: bytes) -> None:
    """A PNG picture with a chunk of four letters and a body, whose checksum is made right."""
    kind, body = data[:4].ljust(4, b"a"), data[4:]
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    png = _PNG[:33] + chunk + _PNG[33:]  # after the header
    _politely(lambda: read_picture(png, limits=LIMITS))


def trailer(data: bytes) -> None:
    """A JPEG with an APP2 segment, up to the bar, and what follows its end, written anew."""

    def read() -> None:
        head, _, rest = data.partition(b"|")
        body = head[:65_000]
        index = struct.pack(">BBH", 0xFF, 0xE2, len(body) + 2) + body
        found = read_picture(_JPEG[:2] + index + _JPEG[2:] + rest, limits=LIMITS)
        for kept in ("all", "rights", "none"):
            picture = with_metadata(found, kept)
            assert len(joined(_JPEG, picture.carried.appended)) <= len(_JPEG) + 2 * len(data) + 1000
            segments(
                exif=picture.exif,
                xmp=picture.xmp,
                icc=picture.icc,
                photoshop=picture.carried.photoshop,
                comments=picture.carried.comments,
            )

    _politely(read)


def boxes(data: bytes) -> None:
    """A file of boxes, such as HEIF, AVIF and JPEG XL are: what is told of it before decoding."""
    coding_points(data)
    brands(data)
    jxl_header(data)
    _politely(lambda: read_picture(data, limits=LIMITS))


def text(data: bytes) -> None:
    """Files of texts, by the first byte: results of votes, an adapter, or a batch's manifest."""
    kind, body = data[:1], data[1:]
    path = _HERE / ("adapter.toml" if kind == b"a" else "votes.json")
    path.write_bytes(body)
    if kind == b"a":
        _politely(lambda: read_adapter(path))
    elif kind == b"m":
        folder = _HERE / "batch"
        folder.mkdir(exist_ok=True)
        (folder / MANIFEST).write_bytes(body)
        _politely(lambda: Manifest(folder).done(path, folder / "a.jpg", "0", in_place=True))
    else:
        _politely(lambda: scored(read_results([path]).votes))


def map(data: bytes) -> None:
    """A map's file: a .npy file where it begins as one, else a picture."""
    path = _HERE / ("map.npy" if data[:6] == b"\x93NUMPY" else "map.png")
    path.write_bytes(data)
    _politely(lambda: map_from_file(path, PICTURE, limits=LIMITS))


def shard(data: bytes) -> None:
    """A shard of a set with classes."""
    from foveate_research.datasets.attention import read_attention
    from foveate_research.datasets.indexed_shards import index_shards
    from foveate_research.datasets.labels import read_labelled
    from foveate_research.datasets.packed import open_shards

    folder = _HERE / "shards"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text('{"classes": ["dog", "cat"]}')
    (folder / "val-000000.tar").write_bytes(data)
    _politely(lambda: open_shards(folder, "val"))
    _politely(lambda: list(islice(read_attention(folder, "val"), 4)))
    _politely(lambda: list(islice(read_labelled(folder, "val"), 4)))

    def indexed() -> None:
        index = index_shards(folder, "val")
        for number in range(min(len(index), 4)):
            for name in index.fields:
                if index.has(number, name):
                    index.read(number, name)

    _politely(indexed)


def card(data: bytes) -> None:
    """A model's record, or an adapter's tables, as JSON."""

    def read() -> None:
        found = parsed_card(data, "card")
        height, width = size_of(found, ENTRIES[0])(300, 400)
        assert 1 <= height <= 4096
        assert 1 <= width <= 4096

    _politely(read)
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict):
        _politely(lambda: parsed_adapter(values.get("adapter", values), "adapter"))


def fixations(data: bytes) -> None:
    """A file of fixations, of the kind that its first byte says."""
    from foveate_research.datasets.fixation_files import read_fixation_file

    suffix = {b"n": ".npy", b"c": ".csv", b"t": ".txt"}.get(data[:1], ".mat")
    path = _HERE / f"fixations{suffix}"
    path.write_bytes(data[1:])
    _politely(lambda: read_fixation_file(path, 48, 64))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "picture": picture,
    "metadata": metadata,
    "chunks": chunks,
    "trailer": trailer,
    "boxes": boxes,
    "text": text,
    "map": map,
    "shard": shard,
    "card": card,
    "fixations": fixations,
}
