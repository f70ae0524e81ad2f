"""Pictures to bytes by codebooks, and back.

Each block's means are rounded to steps and told as differences to what the blocks around promise;
its details are told as the number of a word in each stage's codebook. A word is chosen for the
least weighted squared error plus a price for its bits (Chou, Lookabaugh and Gray, 1989), so a
block that counts little ends with zero words, which cost next to nothing. All numbers are bytes,
and are coded by LZMA's adaptive arithmetic coder.
"""

from __future__ import annotations

import lzma
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.errors import PictureError, TargetError
from foveate_research.coders.vector_quantiser.blocks import (
    CHANNELS,
    MULTIPLE,
    SIDE,
    Blocks,
    Floats,
    Pixels,
    blocks_of,
    picture_of,
    weights_of,
)
from foveate_research.coders.vector_quantiser.lbg import Indices, nearest
from foveate_research.coders.vector_quantiser.training import Codebooks

Bytes = npt.NDArray[np.uint8]

HEADER = struct.Struct(">HHH")
"""Height, width, and the step of the means in 1/256."""
LENGTH = 3
TRIALS = 7
CHEAPEST, DEAREST, USUAL = 0.5, 2e5, 100.0
"""Prices of a bit between which files are sought, and where to begin, in squared error."""
SLOPE = -0.4
"""Of the logarithm of the bytes over that of the price, about."""
ENOUGH = 0.99
MEAN_PRICE = 2 * np.log(2) / 12 * SIDE * SIDE
"""By how many squared steps of the mean the price of a bit is had, where steps are fine."""
_FILTERS = [{"id": lzma.FILTER_LZMA1, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 16}]

Bits = dict[tuple[str, int], Floats]
"""Kind and stage -> what each word's number takes."""


@dataclass(frozen=True, eq=False)
class VectorQuantiser:
    """Codes pictures by codebooks."""

    books: Codebooks

    def of_size(self, pixels: Pixels, size_bytes: int, weights: Floats | None = None) -> bytes:
        """The largest file of at most so many bytes that a short search finds.

        weights: of each 8x8 block, how much its squared error counts; None where all count the
        same.

        Raises:
            TargetError: the smallest file takes more bytes.
        """
        blocks, bits = blocks_of(pixels), self._equal_bits()
        size = pixels.shape[:2]
        low, high, price, best = np.log(CHEAPEST), np.log(DEAREST), np.log(USUAL), b""
        for _ in range(TRIALS):
            data = self._encoded(size, blocks, float(np.exp(price)), weights, bits)
            if len(data) <= size_bytes:
                high, best = price, max(best, data, key=len)
                if len(data) >= ENOUGH * size_bytes:
                    break
            else:
                low = price
            wanted = price + np.log(0.996 * size_bytes / len(data)) / SLOPE
            margin = 0.1 * (high - low)
            price = float(np.clip(wanted, low + margin, high - margin))
        if not best:
            best = self._encoded(size, blocks, DEAREST, weights, bits)
        if len(best) > size_bytes:
            raise TargetError(f"vector quantiser: {size_bytes} bytes are too few")
        return best

    def encode(self, pixels: Pixels, price: float, weights: Floats | None = None) -> bytes:
        """The file at a price of a bit, in squared error of a block that counts once."""
        return self._encoded(
            pixels.shape[:2], blocks_of(pixels), price, weights, self._equal_bits()
        )

    def _equal_bits(self) -> Bits:
        """All words cost the same, but for zero, which costs a bit."""
        found = {}
        for kind, books in self.books.stages.items():
            for stage, book in enumerate(books):
                found[kind, stage] = np.full(len(book), np.log2(len(book)), np.float32)
                found[kind, stage][0] = 1
        return found

    def _encoded(
        self,
        size: tuple[int, ...],
        blocks: dict[str, Blocks],
        price: float,
        weights: Floats | None,
        bits: Bits,
    ) -> bytes:
        """The file; `bits` become those that its words have taken."""
        weighted = weights_of(weights, blocks)
        step = round(256 * float(np.clip(np.sqrt(price / MEAN_PRICE), 1, 100)))
        out = [HEADER.pack(*size, step)]
        for kind, of in blocks.items():
            levels = np.rint(of.means * (256 / step)).astype(np.int64)
            streams = [_differences(levels[..., at]) for at in range(levels.shape[2])]
            rest = of.details
            prices = (price / weighted[kind]).astype(np.float32)
            for stage, book in enumerate(self.books.stages[kind]):
                chosen = nearest(rest, book, bits=bits[kind, stage], price=prices)
                used = np.bincount(chosen, minlength=len(book)) + 0.5
                bits[kind, stage] = -np.log2(used / used.sum()).astype(np.float32)
                rest = rest - book[chosen]
                streams.append(chosen.astype(np.uint8))
            for stream in streams:
                packed = lzma.compress(stream.tobytes(), lzma.FORMAT_RAW, filters=_FILTERS)
                out += [len(packed).to_bytes(LENGTH, "big"), packed]
        return b"".join(out)

    def decode(self, data: bytes) -> Pixels:
        """The picture of a file, (H, W, 3).

        Raises:
            PictureError: the file is damaged.
        """
        try:
            return self._decoded(data)
        except (struct.error, lzma.LZMAError, ValueError, IndexError, EOFError) as error:
            raise PictureError("vector quantiser: the file is damaged") from error

    def _decoded(self, data: bytes) -> Pixels:
        height, width, step = HEADER.unpack_from(data)
        at = HEADER.size
        rows, cols = -(-height // MULTIPLE), -(-width // MULTIPLE)
        blocks = {}
        for kind, channels in CHANNELS.items():
            shape = (rows, cols) if kind == "chroma" else (2 * rows, 2 * cols)
            streams = []
            for _ in range(channels + len(self.books.stages[kind])):
                length = int.from_bytes(data[at : at + LENGTH], "big")
                at += LENGTH
                plain = lzma.decompress(data[at : at + length], lzma.FORMAT_RAW, filters=_FILTERS)
                at += length
                streams.append(np.frombuffer(plain, np.uint8).reshape(shape))
            means = np.stack([_summed(stream) for stream in streams[:channels]], axis=-1)
            details = sum(
                book[stream.ravel()]
                for book, stream in zip(self.books.stages[kind], streams[channels:], strict=True)
            )
            blocks[kind] = Blocks((means * (step / 256)).astype(np.float32), np.asarray(details))
        return picture_of(blocks, height, width)


def _differences(levels: Indices) -> Bytes:
    """Levels (rows, cols) of a byte as bytes: less what is promised, the small ones first."""
    padded = np.pad(levels, ((1, 0), (1, 0)))
    padded[0, 1:], padded[1:, 0] = 0, padded[:-1, 1]
    left, up, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    promised = np.clip(left + up - corner, np.minimum(left, up), np.maximum(left, up))
    signed = (levels - promised + 128) % 256 - 128
    return np.where(signed < 0, -2 * signed - 1, 2 * signed).astype(np.uint8)


def _summed(differences: Bytes) -> Indices:
    """The levels again."""
    folded = differences.astype(np.int64)
    signed = np.where(folded % 2, -(folded + 1) // 2, folded // 2).tolist()
    above = [0] * (len(signed[0]) + 1)
    found = []
    for row in signed:
        line = [above[1]]
        for at, difference in enumerate(row, 1):
            left, up, corner = line[-1], above[at], above[at - 1]
            promised = min(max(left + up - corner, min(left, up)), max(left, up))
            line.append((promised + difference) % 256)
        above = line
        found.append(line[1:])
    return np.array(found)
