"""JPEG 2000 by OpenJPEG, its code-blocks cut where a byte saves the most weighted error.

No program interface of OpenJPEG takes regions: its `roi` shifts a whole component, and Pillow and
imagecodecs do not even have that. But OpenJPEG writes layers. All blocks of a layer end where a
byte more would save less squared error than that layer's slope. If the error of a block counts
w times, the best place to cut it is the layer whose slope is the picture's divided by w (weighted
rate-distortion optimisation, Taubman and Marcellin, "JPEG2000", 2002, chapter 8). So one file of
many layers holds all that is needed, and cutting is a rewriting of packet headers
(`codestream`). The result is a file of Part 1 that any decoder reads.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.errors import TargetError
from foveate_research.coders.jpeg2000.codestream import CodeBlock, CodeStream, read_codestream

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LAYER_PSNRS = tuple(float(value) for value in np.arange(20, 54.1, 0.75))
"""What OpenJPEG's layers aim at, in dB over all samples."""
BLOCK_SIDE = 32
"""Of code-blocks. Those of 64 cover 128 pixels and more a side, which few objects fill; those of 16
cost half a decibel."""
BOLDNESS = 0.5
"""The power of the weights. On eight pictures of `tuning` 0.75 brings SSIMULACRA 2 nothing more
where people looked, and costs twice as much on the whole."""
STEPS, TRIALS = 40, 4
"""Halvings of the search for a slope; files that are written to learn what headers take."""


@dataclass(frozen=True, eq=False)
class LayeredPicture:
    """A picture as a code stream of many layers, and the slope at which each of them ends.

    log_slopes (layers,): natural logarithm of squared error saved by a byte, falling.
    """

    stream: CodeStream
    log_slopes: Floats

    @staticmethod
    def of(pixels: npt.NDArray[np.uint8], *, block_side: int = BLOCK_SIDE) -> LayeredPicture:
        """(H, W, 3) uint8 coded once."""
        file = io.BytesIO()
        Image.fromarray(pixels).save(
            file,
            "JPEG2000",
            irreversible=True,
            mct=1,
            codeblock_size=(block_side, block_side),
            quality_mode="dB",
            quality_layers=list(LAYER_PSNRS),
        )
        stream = read_codestream(file.getvalue())
        return LayeredPicture(stream, _log_slopes(stream.blocks))

    def of_size(self, size_bytes: int, weights: npt.NDArray[np.float32] | None = None) -> bytes:
        """The file of at most so many bytes.

        weights: of each 8x8 block of the picture, how much its squared error counts; None where all
        count the same.

        Raises:
            TargetError: an empty picture would take more bytes.
        """
        log_weights = _of_code_blocks(self.stream.blocks, weights)
        lengths = np.array([[0, *(end for _, end in b.ends)] for b in self.stream.blocks])
        best, budget = self.stream.written([0] * len(lengths)), size_bytes
        if len(best) > size_bytes:
            raise TargetError(f"JPEG 2000: {size_bytes} bytes are too few")
        for _ in range(TRIALS):
            cuts = self._cuts(budget, lengths, log_weights)
            data = self.stream.written(cuts.tolist())
            if len(best) < len(data) <= size_bytes:
                best = data
            headers = len(data) - _kept(lengths, cuts)
            budget = size_bytes - headers
        return best

    def _cuts(self, budget: int, lengths: Integers, log_weights: Floats) -> Integers:
        """How many layers of each block to keep, for so many bytes without headers.

        All blocks end where a byte more would save about as much weighted error. What is left over
        goes to the blocks that come first in the file.
        """

        def at(log_slope: float) -> Integers:
            wanted = log_slope - log_weights
            return np.searchsorted(-self.log_slopes, -wanted, side="right")

        few = float(self.log_slopes.max() + log_weights.max()) + 1
        many = float(self.log_slopes.min() + log_weights.min()) - 1
        if _kept(lengths, at(many)) <= budget:
            return at(many)
        for _ in range(STEPS):
            middle = (few + many) / 2
            few, many = (middle, many) if _kept(lengths, at(middle)) <= budget else (few, middle)
        cuts, more = at(few), at(many)
        every = np.arange(len(cuts))
        grown = np.cumsum(lengths[every, more] - lengths[every, cuts])
        fitting = int(np.searchsorted(grown, budget - _kept(lengths, cuts), side="right"))
        return np.where(every < fitting, more, cuts)


def _kept(lengths: Integers, cuts: Integers) -> int:
    """The bytes of all blocks; lengths (blocks, layers + 1)."""
    return int(lengths[np.arange(len(cuts)), cuts].sum())


def _log_slopes(blocks: Sequence[CodeBlock]) -> Floats:
    """Where each layer ends: the mean of the logarithms of the slopes before and after it."""
    sizes = np.sum([[end for _, end in block.ends] for block in blocks], axis=0)
    errors = 10 ** (-np.array(LAYER_PSNRS) / 10)
    bytes_more = np.maximum(np.diff(sizes, prepend=0), 0.5)
    saved = -np.diff(errors, prepend=1.0)
    slopes = np.log(saved / bytes_more)
    ends = (slopes + np.append(slopes[1:], slopes[-1] - 0.4)) / 2
    return np.asarray(np.minimum.accumulate(ends))


def _of_code_blocks(blocks: Sequence[CodeBlock], weights: npt.NDArray[np.float32] | None) -> Floats:
    """(blocks,): the logarithm of the mean weight of what each code-block covers."""
    if weights is None:
        return np.zeros(len(blocks))
    rows, cols = weights.shape
    found = []
    for block in blocks:
        top, left = min(block.top // 8, rows - 1), min(block.left // 8, cols - 1)
        bottom = max(-(-(block.top + block.height) // 8), top + 1)
        right = max(-(-(block.left + block.width) // 8), left + 1)
        found.append(np.log(weights[top:bottom, left:right].mean(dtype=np.float64)))
    return np.array(found)
