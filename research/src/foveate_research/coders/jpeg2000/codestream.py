"""A JPEG 2000 code stream as its code-blocks, and back, with fewer coding passes of each.

Each code-block is coded alone, most significant bits first, so its bytes may end after any layer.
Nothing is decoded and coded again here: packet headers are read and written anew, which is what the
standard calls Tier 2 (ISO/IEC 15444-1, annexes A and B).

Read are files as OpenJPEG writes them by default: one tile at the origin, packets by layer (LRCP),
components of one size, one precinct a resolution, and a code-block's bytes in one piece.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from foveate.errors import PictureError
from foveate_research.coders.jpeg2000.packet_bits import (
    UNKNOWN,
    HeaderReader,
    HeaderWriter,
    TagTree,
)

SIZ, COD, SOT, SOD, EOC = 0xFF51, 0xFF52, 0xFF90, 0xFF93, b"\xff\xd9"
FIRST_LENGTH_BITS = 3
_OTHER = "is no JPEG 2000 file as OpenJPEG writes it by default"


@dataclass(eq=False)
class CodeBlock:
    """One code-block. top, left, side: what it covers, in pixels of the picture.

    ends: for each layer, the coding passes and bytes of `data` that it and those before hold.
    """

    top: int
    left: int
    height: int
    width: int
    zero_bit_planes: int = 0
    data: bytearray = field(default_factory=bytearray)
    ends: list[tuple[int, int]] = field(default_factory=list)


@dataclass(eq=False)
class Band:
    """A sub-band's grid of code-blocks, row by row; it may be empty."""

    rows: int
    cols: int
    blocks: list[CodeBlock]


@dataclass(eq=False)
class CodeStream:
    """A file taken apart.

    before: all bytes up to the first packet, with the place of what changes in them. packets: the
    bands of each packet of one layer, in their order.
    """

    before: bytes
    layers: int
    packets: list[list[Band]]

    @property
    def blocks(self) -> list[CodeBlock]:
        """All code-blocks, in the order of the file."""
        return [block for bands in self.packets for band in bands for block in band.blocks]

    def written(self, cuts: Sequence[int]) -> bytes:
        """A file of one layer, in which each block holds what the layers before its cut hold.

        cuts: for each of `blocks` a number of layers, from 0 to `layers`.
        """
        kept = dict(zip(map(id, self.blocks), cuts, strict=True))
        body = b"".join(_packet(bands, kept) for bands in self.packets)
        return _headers(self.before, len(body)) + body + EOC


def read_codestream(data: bytes) -> CodeStream:
    """The code-blocks of a JP2 file or a bare code stream.

    Raises:
        PictureError: it is not as OpenJPEG writes it by default.
    """
    try:
        return _read(data)
    except (IndexError, struct.error) as error:
        raise PictureError(f"code stream: {_OTHER}") from error


def _read(data: bytes) -> CodeStream:
    at = _start(data) + 2
    width = height = components = layers = levels = 0
    block_width = block_height = 0
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        body = at + 4
        if marker == SIZ:
            width, height, *origins = struct.unpack_from(">8I", data, body + 2)
            components = struct.unpack_from(">H", data, body + 34)[0]
            steps = data[body + 36 : body + 36 + 3 * components]
            plain = origins == [0, 0, width, height, 0, 0] and set(steps[1::3] + steps[2::3]) == {1}
            _need(plain)
        elif marker == COD:
            style, order, layers, _, levels, wide, high, flags = struct.unpack_from(
                ">BBHBBBBB", data, body
            )
            _need(style == 0 and order == 0 and flags == 0)
            block_width, block_height = 4 << wide, 4 << high
        elif marker == SOT:
            break
        at += 2 + length
    tile_end = at + struct.unpack_from(">I", data, at + 6)[0]
    _need(struct.unpack_from(">H", data, at + 12)[0] == SOD)
    first = at + 14
    packets = [
        _bands(width, height, levels, resolution, block_width, block_height)
        for resolution in range(levels + 1)
        for _ in range(components)
    ]
    stream = CodeStream(data[:first], layers, packets)
    trees = [[_Trees(band) for band in bands] for bands in packets]
    at = first
    for layer in range(layers):
        for of in trees:
            at = _read_packet(data, at, layer, of)
    _need(at == tile_end)
    return stream


def _need(plain: bool) -> None:
    if not plain:
        raise PictureError(f"code stream: {_OTHER}")


def _start(data: bytes) -> int:
    """Where the code stream begins: at once, or in the box jp2c."""
    if data[:2] == b"\xff\x4f":
        return 0
    at = 0
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"jp2c":
            return at + 8
        _need(length >= 8)
        at += length


def _bands(
    width: int, height: int, levels: int, resolution: int, block_width: int, block_height: int
) -> list[Band]:
    """The sub-bands of a resolution (B.5): LL of the lowest, HL, LH and HH of the others."""
    depth = levels - max(resolution - 1, 0)
    scale = 1 << depth
    kinds = ((0, 0),) if resolution == 0 else ((1, 0), (0, 1), (1, 1))
    bands = []
    for right, down in kinds:
        across = -(-(width - (scale >> 1) * right) // scale)
        along = -(-(height - (scale >> 1) * down) // scale)
        cols, rows = -(-across // block_width), -(-along // block_height)
        if not cols * rows:
            rows = cols = 0
        blocks = [
            CodeBlock(
                row * block_height * scale,
                col * block_width * scale,
                min(block_height, along - row * block_height) * scale,
                min(block_width, across - col * block_width) * scale,
            )
            for row in range(rows)
            for col in range(cols)
        ]
        bands.append(Band(rows, cols, blocks))
    return bands


class _Trees:
    """What is known of a band's blocks while layer after layer is read."""

    def __init__(self, band: Band) -> None:
        self.band = band
        if band.blocks:
            self.inclusion = TagTree(band.rows, band.cols)
            self.zero_bit_planes = TagTree(band.rows, band.cols)
        self.length_bits = [FIRST_LENGTH_BITS] * len(band.blocks)


def _read_packet(data: bytes, at: int, layer: int, of: Sequence[_Trees]) -> int:
    """Adds one packet's bytes to its blocks, and gives the place after it."""
    bits = HeaderReader(data, at)
    found: list[tuple[CodeBlock, int, int]] = []
    filled = bits.bit()
    for trees in of:
        for index, block in enumerate(trees.band.blocks):
            passes = length = 0
            if filled and _included(trees, index, layer, bits):
                passes = _read_passes(bits)
                while bits.bit():
                    trees.length_bits[index] += 1
                length = bits.number(trees.length_bits[index] + passes.bit_length() - 1)
            found.append((block, passes, length))
    at = bits.end()
    for block, passes, length in found:
        block.data += data[at : at + length]
        at += length
        before = block.ends[-1][0] if block.ends else 0
        block.ends.append((before + passes, len(block.data)))
    return at


def _included(trees: _Trees, index: int, layer: int, bits: HeaderReader) -> bool:
    block = trees.band.blocks[index]
    if block.ends and block.ends[-1][0]:
        return bool(bits.bit())
    row, col = divmod(index, trees.band.cols)
    if not trees.inclusion.read(row, col, layer + 1, bits):
        return False
    while not trees.zero_bit_planes.read(row, col, block.zero_bit_planes + 1, bits):
        block.zero_bit_planes += 1
    return True


def _read_passes(bits: HeaderReader) -> int:
    """How many coding passes follow (table B.4)."""
    for width, lowest in ((1, 1), (1, 2), (2, 3), (5, 6)):
        value = bits.number(width)
        if value < (1 << width) - 1:
            return lowest + value
    return 37 + bits.number(7)


def _write_passes(count: int, bits: HeaderWriter) -> None:
    for width, lowest in ((1, 1), (1, 2), (2, 3), (5, 6)):
        full = (1 << width) - 1
        if count < lowest + full:
            bits.number(count - lowest, width)
            return
        bits.number(full, width)
    bits.number(count - 37, 7)


def _packet(bands: Sequence[Band], cuts: dict[int, int]) -> bytes:
    """The packet of the one layer that holds what is kept of each block."""
    kept = [
        [block.ends[cuts[id(block)] - 1] if cuts[id(block)] else (0, 0) for block in band.blocks]
        for band in bands
    ]
    bits = HeaderWriter()
    if not any(passes for of in kept for passes, _ in of):
        bits.bit(0)
        return bits.whole()
    bits.bit(1)
    body = bytearray()
    for band, of in zip(bands, kept, strict=True):
        if not band.blocks:
            continue
        shape = band.rows, band.cols
        out = np.array([passes == 0 for passes, _ in of], np.int64).reshape(shape)
        planes = np.array([block.zero_bit_planes for block in band.blocks]).reshape(shape)
        inclusion = TagTree(*shape, out)
        zero_bit_planes = TagTree(*shape, np.where(out, UNKNOWN, planes))
        for index, (block, (passes, length)) in enumerate(zip(band.blocks, of, strict=True)):
            row, col = divmod(index, band.cols)
            inclusion.write(row, col, 1, bits)
            if not passes:
                continue
            for threshold in range(1, block.zero_bit_planes + 2):
                zero_bit_planes.write(row, col, threshold, bits)
            _write_passes(passes, bits)
            width = FIRST_LENGTH_BITS + passes.bit_length() - 1
            for _ in range(width, length.bit_length()):
                bits.bit(1)
            bits.bit(0)
            bits.number(length, max(width, length.bit_length()))
            body += block.data[:length]
    return bits.whole() + bytes(body)


def _headers(before: bytes, packet_bytes: int) -> bytes:
    """Everything before the packets: one layer, and the lengths of the tile and of the box."""
    out = bytearray(before)
    start = _start(before)
    at = start + 2
    while True:
        marker, length = struct.unpack_from(">HH", out, at)
        if marker == COD:
            struct.pack_into(">H", out, at + 6, 1)
        if marker == SOT:
            struct.pack_into(">I", out, at + 6, len(out) - at + packet_bytes)
            break
        at += 2 + length
    if start:
        struct.pack_into(">I", out, start - 8, len(out) - start + 8 + packet_bytes + len(EOC))
    return bytes(out)
