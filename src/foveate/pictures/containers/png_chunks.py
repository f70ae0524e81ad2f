"""The chunks of a PNG file beside its pixels (PNG, third edition): texts, colours and the rest."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from foveate.deadline import check_time

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_TEXT = 1 << 20
"""Bytes that a compressed text may take; Pillow refuses files with longer ones."""
_LEAST_BYTES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9}
"""Shorter ones keep Pillow from reading a file."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True)
class Chunk:
    """A chunk: data[start:end] with its length and checksum."""

    kind: bytes
    body: bytes
    start: int
    end: int
    is_sound: bool
    """Whether its checksum is right."""

    @property
    def is_ancillary(self) -> bool:
        return bool(self.kind[0] & 0x20)


@dataclass(frozen=True)
class Text:
    """A text with its keyword; None in place of one that is too long or broken."""

    keyword: str
    text: str | None


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a file as far as they are whole; pixels' checksums are not looked at."""
    at = len(SIGNATURE)
    while data.startswith(SIGNATURE) and at + 12 <= len(data):
        check_time()  # what is done with each of a million texts adds up
        size = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            return
        pixels = kind in (b"IDAT", b"fdAT")
        body = b"" if pixels else data[at + 8 : end - 4]
        told = int.from_bytes(data[end - 4 : end], "big")
        yield Chunk(kind, body, at, end, pixels or zlib.crc32(kind + body) == told)
        if kind == b"IEND":
            return
        at = end


def readable_png(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file without chunks that only keep Pillow from reading it, and what these were.

    Returns the file itself where nothing keeps Pillow from it.
    """
    dropped: list[Chunk] = []
    names: list[str] = []
    for chunk in chunks(data):
        short = len(chunk.body) < _LEAST_BYTES.get(chunk.kind, 0)
        if short or (chunk.is_ancillary and not chunk.is_sound):
            dropped.append(chunk)
            names.append(f"the damaged PNG chunk {_shown(chunk.kind)}")
        elif chunk.kind in (b"zTXt", b"iTXt"):
            text = text_of(chunk)
            if text.text is None:
                dropped.append(chunk)
                names.append(f"the text {text.keyword!r}, which is broken or over 1 MiB long")
    if not dropped:
        return data, ()
    parts, at = [], 0
    for chunk in dropped:
        parts.append(data[at : chunk.start])
        at = chunk.end
    return b"".join([*parts, data[at:]]), tuple(names)


def text_of(chunk: Chunk) -> Text:
    """What a tEXt, zTXt or iTXt chunk says (11.3.3)."""
    keyword, _, rest = chunk.body.partition(b"\0")
    name = keyword[:79].decode("latin-1")
    if chunk.kind == b"tEXt":
        return Text(name, rest.decode("latin-1"))
    if chunk.kind == b"zTXt":
        plain = _inflated(rest[1:])
        return Text(name, None if plain is None else plain.decode("latin-1"))
    parts = rest[2:].split(b"\0", 2)
    if len(rest) < 2 or len(parts) < 3:
        return Text(name, None)
    packed = _inflated(parts[2]) if rest[0] else parts[2]
    return Text(name, None if packed is None else packed.decode("utf-8", "replace"))


def texts(data: bytes) -> list[Text]:
    """The sound texts of a file."""
    return [text_of(chunk) for chunk in chunks(data) if chunk.kind in _TEXTS and chunk.is_sound]


def header(data: bytes) -> tuple[int, int]:
    """Bits a sample and colour type; zeros for a file without a header."""
    if len(data) < 26 or not data.startswith(SIGNATURE):
        return 0, 0
    depth, colour = struct.unpack_from("BB", data, 24)
    return depth, colour


def _inflated(packed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, MOST_TEXT)
    except zlib.error:
        return None
    return plain if unpacker.eof else None


def _shown(kind: bytes) -> str:
    name = kind.decode("latin-1")
    return name if name.isascii() and name.isalpha() else "of no name"
