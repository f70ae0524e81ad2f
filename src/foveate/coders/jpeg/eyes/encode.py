"""Pixels, block weights and a target to a JPEG file for eyes: what other packages call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from foveate.coders.base import Encoded
from foveate.coders.jpeg.encode import Options, chosen_script, encode, transform
from foveate.coders.jpeg.eyes.bytes_target import meet_bytes
from foveate.coders.jpeg.eyes.model import LEAST_SIDE, EyeModel
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.eyes.quality_target import meet_quality
from foveate.coders.jpeg.eyes.scout import Scout, scout_of
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING, EyeTuning
from foveate.coders.jpeg.looked_at import LookedAt
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.targets.sample import SIDE, Pieces
from foveate.coders.jpeg.targets.search import Found
from foveate.coders.jpeg.targets.source_steps import nearest_to_source, smallest_of_source
from foveate.coders.jpeg.trellis_passes import Blocks, Component, FixedSteps
from foveate.errors import TargetError

_ALMOST_EMPTY = 400.0
"""The scale beyond which hardly a level is left for anyone to see."""


def eye_encoder(
    pixels: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.float32] | None,
    options: Options,
    tuning: EyeTuning = EYE_TUNING,
    steps: FixedSteps | None = None,
) -> EyeEncoder:
    """An encoder of the pixels that has not begun.

    The weights are positive, one for each luma block. They are the anchor's and the field that
    pools what the models see; None: all blocks count alike.
    """
    blocks = transform(pixels, weights, options, tuning)
    field = None if weights is None else np.ascontiguousarray(weights, np.float32)
    return _encoder(pixels, blocks, field, options, tuning, steps)


def _encoder(
    pixels: npt.NDArray[np.uint8],
    blocks: Blocks,
    field: npt.NDArray[np.float32] | None,
    options: Options,
    tuning: EyeTuning,
    steps: FixedSteps | None = None,
) -> EyeEncoder:
    return EyeEncoder(
        blocks,
        chosen_script(blocks, options),
        tuning,
        EyeModel(pixels, blocks, tuning, field, threads=options.threads),
        [_anchor(c, chroma=i > 0) for i, c in enumerate(blocks.components)],
        threads=options.threads,
        fixed_steps=steps,
        aims_at_picture=options.source is None,
    )


def scout_in(
    pixels: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.float32] | None,
    blocks: Blocks,
    options: Options,
    tuning: EyeTuning = EYE_TUNING,
    steps: FixedSteps | None = None,
) -> Scout | None:
    """An encoder of pieces of the picture, where it is large."""

    def encoder_of(pieces: Pieces) -> EyeEncoder:
        part = np.ascontiguousarray(pieces.of(pixels, SIDE))
        field = None if weights is None else np.ascontiguousarray(pieces.of(weights, 2), np.float32)
        return _encoder(part, pieces.of_blocks(blocks), field, options, tuning, steps)

    return scout_of(blocks, encoder_of)


def _anchor(component: Component, *, chroma: bool) -> npt.NDArray[np.float32]:
    """How much the squared error of each block counts. No map takes colour from the background."""
    if not chroma:
        return component.weights
    floor = np.minimum(component.importance, np.float32(1.0))
    return np.ascontiguousarray(component.weights / floor, np.float32)


def encode_for_eyes(
    pixels: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.float32] | None,
    target: BytesTarget | PlainQuality,
    options: Options,
    segments: bytes = b"",
    *,
    rounds: int,
) -> Encoded:
    """A JPEG as `encode` makes it, but with the least that models of the eye see of its errors.

    `rounds`: how often the decoded picture is looked at. Pictures too small for the models, and
    byte targets that hardly a level fits into, are left to `encode`.

    Raises:
        TargetError: the bytes asked for are too few.
    """
    if min(pixels.shape[:2]) < LEAST_SIDE:
        return encode(pixels, weights, target, options, segments)

    def encoder_of(steps: FixedSteps | None, from_source: bool) -> tuple[EyeEncoder, Scout | None]:
        start = options if from_source else replace(options, source=None)
        encoder = eye_encoder(pixels, weights, start, steps=steps)
        return encoder, scout_in(pixels, weights, encoder.blocks, start, steps=steps)

    def in_bytes(encoder: EyeEncoder, scout: Scout | None, looks: int) -> Found:
        assert isinstance(target, BytesTarget)
        fitting = meet_bytes(encoder, scout, target, segments, rounds=looks)
        if fitting is None:
            raise TargetError(f"{target.most} bytes are too few for this picture")
        return fitting

    encoders: list[EyeEncoder] = []

    def made(steps: FixedSteps | None, from_source: bool) -> Found:
        encoder, scout = encoder_of(steps, from_source)
        encoders.append(encoder)
        # What a source keeps without error would only be moved by looks at the decoded picture.
        return in_bytes(encoder, scout, 0 if from_source else rounds)

    source = options.source
    try:
        if isinstance(target, PlainQuality):
            found = smallest_of_source(
                source,
                lambda steps, from_source: meet_quality(
                    *encoder_of(steps, from_source),
                    target,
                    segments,
                    rounds=rounds,
                    hurried=rounds == 0,
                ),
                on_free_steps=False,  # of 36 photographs' files one was smaller, by 0.2 %
            )
        elif source is None:
            found = in_bytes(*encoder_of(None, False), rounds)
        else:
            found = nearest_to_source(
                source,
                made,
                lambda quantised: encoders[-1].seen_error(quantised),
                lambda: LookedAt(pixels, weights),
            )
    except TargetError:
        return encode(pixels, weights, target, options, segments)
    if isinstance(target, BytesTarget) and found.scale > _ALMOST_EMPTY:
        return encode(pixels, weights, target, options, segments)
    return Encoded(found.data, at_ceiling=found.at_ceiling)
