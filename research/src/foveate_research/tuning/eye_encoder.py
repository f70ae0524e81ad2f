"""Search the constants of the encoder for eyes.

The data hold `tuning` (pictures with human fixations) and `photos`. A case is a picture at the
bytes of one of plain JPEG's qualities, with its map or without, and with as many looks at the
decoded picture as an effort has. What counts is how many bytes more, in per cent, mozjpeg would
have taken to be seen as well, with the better of its tables 3 and 5: by SSIMULACRA 2's raw sum, by
that sum pooled where people look, and by PSNR-HVS-M, which counts half as much again. Chroma detail
in the less salient half that falls short of mozjpeg's costs a third of a per cent for each per
cent. Never tune on what you measure.
"""

from __future__ import annotations

import dataclasses
import io
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate import native
from foveate.coders.jpeg.encode import Options
from foveate.coders.jpeg.eyes.bytes_target import meet_bytes
from foveate.coders.jpeg.eyes.encode import eye_encoder
from foveate.coders.jpeg.eyes.tuning import EYE_TUNING, EyeTuning
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.errors import DatasetError
from foveate.metrics.quality import psnr_hvs_m
from foveate.metrics.quality.eye_weights import scale_weights
from foveate.metrics.quality.planes import cb, cr
from foveate.saliency import saliency_map
from foveate.saliency.weights import Weights
from foveate_research.coders.gaze import viewers_density
from foveate_research.coders.rivals import mozjpeg
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head
from foveate_research.tuning.study import VERSIONED, Constants, Search, Study, tuning_pictures

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

RANGES = {
    "anchor": (0.15, 0.85),
    "anchor_power": (0.5, 1.8),
    "anchor_low": (0.7, 4.0),
    "anchor_chroma_power": (0.3, 1.8),
    "anchor_chroma": (0.4, 6.0),
    "masking": (0.0, 0.3),
    "edges": (0.5, 8.0),
    "tamed": (0.0, 0.8),
    "first_chroma": (0.7, 5.0),
    "visible": (0.1, 1.2),
    "hidden_share": (0.02, 0.6),
    "rate": (0.3, 1.8),
    "limit": (0.25, 0.9),
    "memory": (0.1, 0.9),
    "step_power": (0.3, 1.1),
    "dc_steps": (0.4, 1.1),
    "chroma_steps": (0.5, 1.4),
    "lambda_ratio": (0.04, 0.16),
}
LOGARITHMIC = ("anchor_low", "anchor_chroma", "edges", "first_chroma", "visible", "lambda_ratio")
TABLES = (3, 5)
RIVAL_QUALITIES = (15, 22, 30, 38, 46, 54, 62, 70, 78, 86, 92)
METRICS = ("ssimulacra2", "ssimulacra2_pooled", "psnr_hvs_m")
SHARES = {"ssimulacra2": 1.0, "ssimulacra2_pooled": 1.0, "psnr_hvs_m": 1.5}
KEPT_SHARE = 1 / 3
MEAN_OF = 10
_UNSEEN = 0.02
"""Added to raw sums before their logarithm."""


@dataclass(frozen=True)
class Kind:
    """What is asked of a case: plain JPEG's quality, looks at the picture, and whether by a map."""

    quality: int
    rounds: int
    by_map: bool


KINDS = (
    Kind(50, 2, by_map=True),
    Kind(30, 2, by_map=True),
    Kind(75, 2, by_map=False),
    Kind(50, 0, by_map=True),
    Kind(30, 2, by_map=False),
    Kind(75, 2, by_map=True),
    Kind(40, 6, by_map=True),
)
"""Taken in turn."""


class Case:
    """A picture, what is asked of it, and how well mozjpeg's files of it are seen."""

    def __init__(self, path: Path, kind: Kind, map_name: str) -> None:
        self.kind = kind
        with Image.open(path) as image:
            self.pixels = np.ascontiguousarray(np.asarray(image.convert("RGB")))
        height, width = self.pixels.shape[:2]
        self.saliency = saliency_map(self.pixels, model=map_name)
        grid = -(-height // 8), -(-width // 8)
        weights = Weights(self.saliency).of_blocks(boldness=1.0)
        field = np.ones(grid, np.float32) if weights is None else weights
        self._background = _less_salient_squares(field, height, width)
        fixations = path.parent.parent / "fixations" / f"{path.stem}.npy"
        if fixations.exists():
            density = viewers_density(np.load(fixations), height, width)
            field = np.asarray(_block_means(density) + 1e-3, np.float32)
        self._field = field
        self._chroma = _chroma_detail(self.pixels)[self._background].sum()
        self.aim = bytes_at_quality(self.pixels, kind.quality)
        self._rivals = {
            table: [self._told(mozjpeg(self.pixels, q, table=table)) for q in RIVAL_QUALITIES]
            for table in TABLES
        }

    def _told(self, data: bytes) -> dict[str, float]:
        """A file's bytes and how well it is seen."""
        with Image.open(io.BytesIO(data)) as image:
            copy = np.ascontiguousarray(np.asarray(image.convert("RGB")))
        kept = _chroma_detail(copy)[self._background].sum() / max(self._chroma, 1e-9)
        return {
            "log_bytes": float(np.log(len(data))),
            "ssimulacra2": -float(np.log(_raw_sum(self.pixels, copy) + _UNSEEN)),
            "ssimulacra2_pooled": -float(
                np.log(_raw_sum(self.pixels, copy, self._field) + _UNSEEN)
            ),
            "psnr_hvs_m": psnr_hvs_m(self.pixels, copy, data_range=255),
            "kept": float(kept),
        }

    def gains(self, tuning: EyeTuning) -> dict[str, float]:
        """Per cent of bytes more than mozjpeg's at its best, by metric, and `kept` over mozjpeg's.

        `kept` is held against table 3.
        """
        weights = None
        if self.kind.by_map:
            weights = Weights(self.saliency).of_blocks(boldness=tuning.boldness)
        encoder = eye_encoder(self.pixels, weights, Options(), tuning)
        target = BytesTarget(int(0.991 * self.aim), int(0.9965 * self.aim), self.aim)
        found = meet_bytes(encoder, None, target, b"", rounds=self.kind.rounds)
        if found is None:
            raise DatasetError("a picture has too few bytes for its constants")
        mine = self._told(found.data)
        gains = {}
        for metric in METRICS:
            least = min(_bytes_at(mine[metric], of, metric) for of in self._rivals.values())
            gains[metric] = 100 * float(np.expm1(mine["log_bytes"] - least))
        plain = self._rivals[TABLES[0]]
        kept = np.interp(
            mine["log_bytes"], [of["log_bytes"] for of in plain], [of["kept"] for of in plain]
        )
        gains["kept"] = mine["kept"] / max(float(kept), 1e-9)
        return gains


def _bytes_at(value: float, rows: list[dict[str, float]], metric: str) -> float:
    """The log bytes at which a rival is seen as well."""
    return float(np.interp(value, [of[metric] for of in rows], [of["log_bytes"] for of in rows]))


def _block_means(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means over 8x8 blocks of (H, W), those at the edges cut."""
    sums, counts = values, np.ones_like(values)
    for axis in (0, 1):
        starts = np.arange(0, values.shape[axis], 8)
        sums, counts = (np.add.reduceat(part, starts, axis=axis) for part in (sums, counts))
    return np.asarray(sums / counts)


def _less_salient_squares(
    field: npt.NDArray[np.float32], height: int, width: int
) -> npt.NDArray[np.bool_]:
    """Which whole 16x16 squares are of the half whose field is least."""
    rows, cols = height // 16, width // 16
    means = field[: 2 * rows, : 2 * cols].reshape(rows, 2, cols, 2).mean(axis=(1, 3))
    return np.asarray(means <= np.median(means))


def _chroma_detail(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """The energy of Cb and Cr about their means in each whole 16x16 square."""
    rows, cols = pixels.shape[0] // 16, pixels.shape[1] // 16
    total = np.zeros((rows, cols))
    for plane in (cb(pixels), cr(pixels)):
        squares = np.asarray(plane, np.float64)[: 16 * rows, : 16 * cols]
        total += squares.reshape(rows, 16, cols, 16).var(axis=(1, 3))
    return total


def _raw_sum(
    original: npt.NDArray[np.uint8],
    copy: npt.NDArray[np.uint8],
    field: npt.NDArray[np.float32] | None = None,
) -> float:
    """SSIMULACRA 2's raw sum, pooled by a field of blocks."""
    weights = scale_weights(*original.shape[:2])
    (total,) = native.ssimulacra2_sums(original, copy, weights, [field])
    return float(total)


def _mean(values: list[float], name: str) -> float:
    """The mean of a constant, on the scale on which it is searched."""
    logarithmic = name in LOGARITHMIC
    mean = float(np.mean(np.log(values) if logarithmic else values))
    return math.exp(mean) if logarithmic else mean


def score(gains: list[dict[str, float]]) -> float:
    """The objective: per cent of bytes that mozjpeg takes more, less the price of lost chroma."""
    taken = sum(share * np.mean([of[name] for of in gains]) for name, share in SHARES.items())
    short = np.mean([max(0.0, 1.0 - of["kept"]) for of in gains])
    return float(-taken / sum(SHARES.values()) - 100 * KEPT_SHARE * short)


def tuned(
    data: Path, search: Search, *, map_name: str = "auto", tick: Tick = ignore
) -> dict[str, Any]:
    """The means of the constants of the ten best trials; the first trial are those of today.

    The means are tried at last; CMA-ES takes its own next step from such a mean. data: the folder
    of the sets. Raises DatasetError where it has no pictures.
    """
    paths = tuning_pictures(data, search, least=len(KINDS))
    cases = [Case(path, KINDS[n % len(KINDS)], map_name) for n, path in enumerate(paths)]
    pool = ProcessPoolExecutor(search.workers)

    def gains_of(constants: Constants) -> tuple[float, dict[str, float]]:
        tuning = dataclasses.replace(EYE_TUNING, **constants)
        gains = list(pool.map(Case.gains, cases, [tuning] * len(cases)))
        means = {name: float(np.mean([of[name] for of in gains])) for name in gains[0]}
        return score(gains), means

    study = Study(EYE_TUNING, RANGES, LOGARITHMIC, gains_of, search)
    study.run(search.trials, tick)

    def told(trial: FrozenTrial) -> dict[str, Any]:
        gains = {name: round(value, 3) for name, value in trial.user_attrs["gains"].items()}
        return {"score": round(float(trial.value), 4), "gains": gains}

    best = study.best(MEAN_OF)
    constants = {name: _mean([trial.params[name] for trial in best], name) for name in RANGES}
    study.try_these(constants, ignore)
    return head(VERSIONED) | {
        "objective": "per cent of bytes that mozjpeg (the better of tables 3 and 5) takes more, "
        "weighted mean of SSIMULACRA 2, the same where people look, and PSNR-HVS-M (1, 1, 1.5); "
        "less a third of a per cent for each per cent of chroma detail below table 3's in the less "
        "salient half",
        "tune": "vision",
        "cases": [dataclasses.asdict(kind) for kind in KINDS],
        "corpus": {"pictures": len(paths), "sha256": files_hash(paths)},
        "tried": len(study.trials),
        "start": told(study.trials[0]),
        "best": told(best[0]),
        "mean_of": len(best),
        "mean": told(study.trials[-1]),
        "constants": {k: round(v, 4) for k, v in constants.items()},
    }
