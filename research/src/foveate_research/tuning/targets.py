"""What the searches for bytes and quality start from: how a file answers to scale, lambda and map.

The searches in `foveate.coders.jpeg.targets` guess from typical slopes and shares until two passes
have shown the picture's own. Here these are measured, and so is how many passes the searches take.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.encode import Options, encode, transform
from foveate.coders.jpeg.scripts import progressive_script
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.prediction import SizePrediction
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.targets.sample import every
from foveate.coders.jpeg.trellis_passes import Encoder, Quantised
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.pictures import read_picture
from foveate.saliency import Weights, saliency_map
from foveate_research.datasets.folders import PICTURES, files_by_key
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head

SCALES = (8.0, 20.0, 50.0)
STEP = 0.2
"""How far, in log, scale and lambda are moved to see a slope; boldness is moved by as much."""
QUALITIES = (30, 50, 80)
SHARES = (4, 8)
"""The size of a picture is predicted from every fourth and every eighth piece of it."""
QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)

Pixels = npt.NDArray[np.uint8]
BlockWeights = npt.NDArray[np.float32] | None


class Answers:
    """One picture under the encoder: what its passes take, and how wrong they are."""

    def __init__(self, pixels: Pixels, weights: BlockWeights) -> None:
        self.blocks = transform(pixels, weights, Options(threads=2))
        self.tuning = Options().tuning

    def settled(self, scale: float, *, boldness: float = 1.0) -> tuple[Encoder, Quantised]:
        """An encoder whose rates and steps have settled at a scale, and its last pass."""
        script = progressive_script(len(self.blocks.components))
        encoder = Encoder(self.blocks, script, self.tuning, threads=2)
        encoder.follow_map(boldness)
        for _ in range(3):
            quantised = encoder.quantise(scale)
            encoder.adapt_shape(quantised, scale)
        return encoder, encoder.quantise(scale)

    def log_errors(self, encoder: Encoder, quantised: Quantised) -> tuple[float, float]:
        """Logs of the luma errors, weighted by importance and in the background."""
        luma = self.blocks.components[0]
        rows, cols = luma.used
        errors = encoder.block_errors(0, quantised.levels[0], quantised.steps[0])
        important = float((errors * luma.importance[:rows, :cols]).sum())
        background = float((errors * luma.background[:rows, :cols]).sum())
        return math.log(max(important, 1e-9)), math.log(max(background, 1e-9))


def slopes(answers: Answers, scale: float) -> dict[str, float]:
    """How bytes and errors answer at one scale."""
    encoder, here = answers.settled(scale)
    _, coarser = answers.settled(scale * math.exp(STEP))
    cheaper = encoder.quantise(scale, lambda_factor=math.exp(STEP))
    tamer, tame = answers.settled(scale, boldness=1 - STEP)
    important, background = answers.log_errors(encoder, here)
    important_tame, background_tame = answers.log_errors(tamer, tame)
    levels = sum(int(np.count_nonzero(own[..., 1:])) for own in here.levels)
    file = encoder.write(here, b"")
    size = math.log(here.size_bytes)
    found = {
        "log_bytes_over_log_scale": (math.log(coarser.size_bytes) - size) / STEP,
        "log_bytes_over_log_lambda": (math.log(cheaper.size_bytes) - size) / STEP,
        "log_error_over_log_scale": (answers.log_errors(encoder, coarser)[0] - important) / STEP,
        "log_important_error_over_boldness": (important - important_tame) / STEP,
        "log_background_error_over_boldness": (background - background_tame) / STEP,
        "bytes_with_stuffing": len(file) / here.size_bytes,
        "bits_a_level": 8 * here.size_bytes / max(levels, 1),
    }
    for share in SHARES:
        pieces = every(share, answers.blocks)
        if pieces is not None:
            part = pieces.of_blocks(answers.blocks)
            scout = Encoder(part, encoder.script, answers.tuning, threads=2)
            scout.adopt(encoder)
            predicted = SizePrediction(encoder, scout).size_bytes(scout.quantise(scale))
            found[f"size_predicted_from_1_in_{share}"] = predicted / here.size_bytes
    return found


def passes(pixels: Pixels, weights: BlockWeights, quality: int) -> dict[str, float]:
    """How many passes both searches take for one picture."""
    size = bytes_at_quality(pixels, quality)
    targets: dict[str, BytesTarget | PlainQuality] = {
        "passes_to_bytes": BytesTarget(math.ceil(0.991 * size), round(0.9965 * size), size),
        "passes_to_quality": PlainQuality(quality, max(quality - 20, 1)),
    }
    found = {}
    for name, target in targets.items():
        with patch.object(Encoder, "quantise", autospec=True, side_effect=Encoder.quantise) as made:
            encode(pixels, weights, target, Options(threads=2))
        found[name] = float(made.call_count)
    return found


def described(values: Sequence[float]) -> dict[str, Any]:
    """Quantiles of what was seen."""
    return {
        "quantiles_0_5_25_50_75_95_100": np.quantile(values, QUANTILES).round(4).tolist(),
        "count": len(values),
    }


def target_facts(data: Path, *, tick: Tick = ignore, every_nth: int = 4) -> dict[str, Any]:
    """The record: every quantity over pictures of `photos` and `tuning`, by quantiles.

    data: the folder of both sets. every_nth: which of their pictures are taken.
    """
    paths = [
        path
        for folder in (data / "photos", data / "tuning" / "images")
        for _, path in sorted(files_by_key(folder, PICTURES).items())[::every_nth]
    ]
    seen: dict[str, list[float]] = {}

    def add(found: dict[str, float]) -> None:
        for name, value in found.items():
            seen.setdefault(name, []).append(value)

    for path in paths:
        tick(path.stem)
        picture = read_picture(path)
        saliency = saliency_map(picture)
        weights = Weights(saliency).of_blocks(boldness=Options().tuning.boldness)
        answers = Answers(picture.pixels, weights)
        for scale in SCALES:
            add(slopes(answers, scale))
        for quality in QUALITIES:
            add(passes(picture.pixels, weights, quality))
    return {
        **head(("foveate", "numpy", "pillow", "onnxruntime")),
        "set": {"folders": ["photos", "tuning"], "count": len(paths), "sha256": files_hash(paths)},
        "scales": list(SCALES),
        "qualities": list(QUALITIES),
        "seen": {name: described(values) for name, values in seen.items()},
    }
