"""Pixels, block weights and a target to a JPEG file: the room's one way in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.base import Encoded
from foveate.coders.jpeg.looked_at import LookedAt
from foveate.coders.jpeg.scripts import Script, baseline_script, progressive_script
from foveate.coders.jpeg.stored.coefficients import SourceCoefficients
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.bytes_target import meet_bytes
from foveate.coders.jpeg.targets.quality_target import PlainQuality, meet_quality
from foveate.coders.jpeg.targets.source_steps import nearest_to_source, smallest_of_source
from foveate.coders.jpeg.trellis_passes import Blocks, Component, Encoder, FixedSteps, Quantised
from foveate.coders.jpeg.tuning import DEFAULT_TUNE, TUNINGS, Tuning
from foveate.coders.plain.masking import REACH, SENSITIVITY, block_contrast, busyness

_UNSEEN = 1e-3
"""Less visible error than this is not told apart."""


@dataclass(frozen=True)
class Options:
    """How the stream is written. `chroma_420` has no effect on grey pictures."""

    chroma_420: bool = True
    progressive: bool = True
    threads: int = 1
    tuning: Tuning = TUNINGS[DEFAULT_TUNE]
    source: SourceCoefficients | None = None
    """The coefficients that showed the pixels, at the resolution of chroma that is asked for."""


def _on_grid(
    values: npt.NDArray[np.float32], rows: int, cols: int, *, halved: bool
) -> npt.NDArray[np.float32]:
    """Values of luma blocks on the grid of a component; halved chroma takes means of 2x2.

    Values at the edges are repeated where the component's grid is larger.
    """
    scale = 2 if halved else 1
    grown = values[: rows * scale, : cols * scale]
    for axis, length in enumerate((rows * scale, cols * scale)):
        if grown.shape[axis] < length:
            places = np.minimum(np.arange(length), grown.shape[axis] - 1)
            grown = grown.take(places, axis=axis)
    if halved:
        grown = grown.reshape(rows, 2, cols, 2).mean(axis=(1, 3), dtype=np.float64)
    return np.ascontiguousarray(grown, dtype=np.float32)


def _centred(log_weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The same with mean zero, so that lambda keeps its meaning whatever unit weights had."""
    return log_weights - np.float32(log_weights.mean(dtype=np.float64))


def _background(importance: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """1 for blocks up to the median, so that the equal zeros of a mask are background too, else 0.

    Where all blocks matter alike there is no background.
    """
    low = (importance <= np.median(importance)) & (importance < importance.max())
    return np.asarray(low, dtype=np.float32)


class Contrast(Protocol):
    """What an encoder's constants say of contrast masking; see `Tuning`."""

    @property
    def masking(self) -> float: ...
    @property
    def masking_energy(self) -> float: ...
    @property
    def perceptual(self) -> float: ...


def transform(
    pixels: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.float32] | None,
    options: Options,
    tuning: Contrast | None = None,
) -> Blocks:
    """The picture's blocks. `weights` are positive, one for each luma block; None: all equal.

    `tuning`: where it is not that of the options.
    """
    tuning = tuning or options.tuning
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    chroma_420 = options.chroma_420 and not grey
    grids: Sequence[npt.NDArray[np.int16]]
    if options.source is not None:
        grids = options.source.coefficients
    else:
        grids = native.forward(np.ascontiguousarray(pixels), chroma_420, options.threads)
    used = native.used_blocks(height, width, 1 if grey else 3, chroma_420)
    rows, cols = used[0]
    importance = np.zeros((rows, cols), np.float32) if weights is None else np.log(weights)
    importance = _centred(importance)
    background = _background(importance)
    log_weights = importance
    hidden, mean_square = block_contrast(grids[0], used[0], threads=options.threads)
    if tuning.masking > 0:
        busy = busyness(mean_square, tuning.masking_energy)
        log_weights = _centred(importance - np.float32(tuning.masking) * busy)
    components = []
    for i, (grid, own) in enumerate(zip(grids, used, strict=True)):
        shape, halved = grid.shape[:2], i > 0 and chroma_420
        components.append(
            Component(
                grid,
                np.exp(_on_grid(log_weights, *shape, halved=halved)),
                np.exp(_on_grid(importance, *shape, halved=halved)),
                _on_grid(background, *shape, halved=halved),
                own,
                _on_grid(hidden, *shape, halved=False)
                if i == 0 and tuning.perceptual > 0
                else None,
            )
        )
    return Blocks(tuple(components), height, width, chroma_420)


def chosen_script(blocks: Blocks, options: Options) -> Script:
    """The scans of the file."""
    count = len(blocks.components)
    if options.progressive:
        return progressive_script(count)
    return baseline_script(count, chroma_420=blocks.chroma_420)


def encode(
    pixels: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.float32] | None,
    target: BytesTarget | PlainQuality,
    options: Options,
    segments: bytes = b"",
) -> Encoded:
    """A JPEG of (H, W) grey or (H, W, 3) RGB pixels with a weight for each 8x8 luma block.

    Args:
        pixels: uint8, sides 1 to 65,500.
        weights: positive float32 (ceil(H / 8), ceil(W / 8)): how much the error of each block
            counts. None and a constant give the same bytes.
        target: bytes or quality to meet.
        options: how the stream is written.
        segments: whole APPn segments, which are put after JFIF's.

    Raises:
        TargetError: the bytes asked for are too few.
    """

    def encoder_of(steps: FixedSteps | None, from_source: bool) -> Encoder:
        start = options if from_source else replace(options, source=None)
        blocks = transform(pixels, weights, start)
        script = chosen_script(blocks, start)
        return Encoder(blocks, script, options.tuning, threads=options.threads, fixed_steps=steps)

    source = options.source
    if isinstance(target, PlainQuality):
        found = smallest_of_source(
            source,
            lambda steps, from_source: meet_quality(
                encoder_of(steps, from_source), pixels, target, segments
            ),
            on_free_steps=True,
        )
    elif source is None:
        found = meet_bytes(encoder_of(None, False), target, segments)
    else:
        found = nearest_to_source(
            source,
            lambda steps, from_source: meet_bytes(encoder_of(steps, from_source), target, segments),
            _visible_to(encoder_of(None, True)),
            lambda: LookedAt(pixels, weights),
        )
    return Encoded(found.data, at_ceiling=found.at_ceiling)


def _visible_to(encoder: Encoder) -> Callable[[Quantised], float]:
    """Finds the log of what PSNR-HVS-M sees in luma, all blocks alike, of levels under their steps.

    `encoder`: one whose coefficients are without error.
    """
    luma, threads = encoder.blocks.components[0], encoder.threads
    contrast, _ = block_contrast(luma.coefficients, luma.used, threads=threads)
    hidden = _on_grid(contrast, *luma.weights.shape, halved=False)

    def visible(quantised: Quantised) -> float:
        seen = native.visible_error(
            luma.coefficients,
            quantised.steps[0].tolist(),
            quantised.levels[0],
            hidden,
            REACH,
            SENSITIVITY,
            luma.used,
            None,
            threads,
        )
        return math.log(seen + _UNSEEN)

    return visible
