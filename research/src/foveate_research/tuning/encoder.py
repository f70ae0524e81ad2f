"""Search the encoder's constants for one of its tunings.

The data hold `tuning` (pictures with human fixations) and `photos`. Each picture is encoded at the
bytes of one of Pillow's qualities 50, 30 and 80 (every second picture at 50). The objective, a mean
over pictures and then over qualities, is where people look: luma PSNR over the fifth of the
picture where viewers looked most (in `photos`: the fifth that the map marks), plus 0.3 times
PSNR-HVS-M there; less six times every dB by which a guarded metric falls short of its margin over
the rival. CMA-ES, started from the constants as they are. Never tune on what you measure.
"""

from __future__ import annotations

import dataclasses
import io
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from foveate.coders.jpeg.encode import Options, encode
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.tuning import TUNINGS, Tuning
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.metrics import quality
from foveate.saliency import saliency_map
from foveate.saliency.weights import block_weights
from foveate_research.coders.codecs import CODECS
from foveate_research.coders.gaze import viewers_density
from foveate_research.coders.scenes import Scene
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head
from foveate_research.tuning.study import VERSIONED, Constants, Search, Study, tuning_pictures

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

RANGES = {
    "step_power": (0.2, 0.9),
    "sensitivity_power": (0.4, 1.6),
    "chroma_step_power": (0.2, 0.9),
    "chroma_sensitivity_power": (0.3, 1.7),
    "chroma_steps": (0.6, 1.8),
    "chroma_weight": (0.08, 1.5),
    "dc_steps": (0.3, 1.4),
    "lambda_ratio": (0.05, 0.35),
    "masking": (0.0, 0.35),
    "masking_energy": (4.0, 1200.0),
    "perceptual": (0.0, 0.9),
    "perceptual_slope": (0.0, 2.0),
    "reach": (0.4, 1.6),
    "boldness": (0.1, 0.9),
    "boldness_slope": (0.0, 1.0),
}
LOGARITHMIC = ("chroma_weight", "masking_energy")
HVS_M_SHARE = 0.3
PENALTY = 6.0
UNITS = {"ssim": 100.0, "ssimulacra2": 0.4}
"""What counts as one dB: a hundredth of SSIM, two and a half of SSIMULACRA 2."""
QUALITIES = (50, 30, 50, 80)


@dataclass(frozen=True)
class Aim:
    """A tuning's rival and by how much no guarded metric may stay behind it plus that margin."""

    rival: str
    margins: dict[str, float]


AIMS = {
    "fidelity": Aim(
        "pillow",
        {
            "psnr_y": 0.3,
            "psnr_rgb": 0.3,
            "psnr_cb": 0.35,
            "psnr_cr": 0.35,
            "psnr_hvs": 0.2,
            "psnr_hvs_m": 0.2,
            "ssim": 0.001,
            "ssimulacra2": 0.5,
        },
    ),
    "eyes": Aim(
        "mozjpeg",
        {
            "psnr_fix": 1.3,
            "psnr_hvs_m_fix": 0.9,
            "psnr_hvs_m": -0.2,
            "ssimulacra2": -0.4,
        },
    ),
}


class Case:
    """A picture with its map, what the rival makes of it, and how a tuning differs from that."""

    def __init__(self, path: Path, rival: str, match_quality: int, map_name: str) -> None:
        self.pixels = np.asarray(Image.open(path).convert("RGB"))
        height, width = self.pixels.shape[:2]
        found = saliency_map(self.pixels, model=map_name)
        self.values = found.of_blocks()
        self.confidence = found.confidence
        fixations = path.parent.parent / "fixations" / f"{path.stem}.npy"
        density = None
        if fixations.exists():
            density = viewers_density(np.load(fixations), height, width)
        scene = Scene(path.stem, self.pixels, found, density)
        looked = scene.salient if scene.looked_at is None else scene.looked_at
        self.looked = looked.astype(np.float32)
        self.match_quality = match_quality
        plain_bytes = len(plain_jpeg(self.pixels, match_quality))
        rival_file = CODECS[rival].encode(scene, plain_bytes).data
        self.aim, self.rival = len(rival_file), self.measured(rival_file)

    def measured(self, data: bytes) -> dict[str, float]:
        copy = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        names = list(AIMS["fidelity"].margins)
        values = quality.measure(self.pixels, copy, data_range=255, names=names)
        for name in ("psnr_y", "psnr_hvs_m"):
            pooled = getattr(quality, name)(self.pixels, copy, data_range=255, weights=self.looked)
            values[f"{name.removesuffix('_y')}_fix"] = pooled
        return values

    def gains(self, tuning: Tuning) -> dict[str, float]:
        weights = block_weights(self.values, self.confidence, boldness=tuning.boldness)
        target = BytesTarget(int(0.994 * self.aim), int(0.998 * self.aim), self.aim)
        mine = self.measured(encode(self.pixels, weights, target, Options(tuning=tuning)).data)
        return {name: mine[name] - self.rival[name] for name in mine}


def mean_gains(
    cases: list[Case], tuning: Tuning, pool: ProcessPoolExecutor
) -> dict[int, dict[str, float]]:
    """By plain JPEG's quality: each metric's mean difference to the rival."""
    gains = list(pool.map(Case.gains, cases, [tuning] * len(cases)))
    return {
        level: {
            name: float(
                np.mean(
                    [g[name] for g, c in zip(gains, cases, strict=True) if c.match_quality == level]
                )
            )
            for name in gains[0]
        }
        for level in sorted(set(QUALITIES))
    }


def score(gains: dict[str, float], margins: dict[str, float]) -> float:
    """The objective at one quality, from the mean differences to the rival."""
    shortfall = sum(
        max(0.0, margin - gains[name]) * UNITS.get(name, 1.0) for name, margin in margins.items()
    )
    return gains["psnr_fix"] + HVS_M_SHARE * gains["psnr_hvs_m_fix"] - PENALTY * shortfall


def tuned(
    name: str, data: Path, search: Search, *, map_name: str = "auto", tick: Tick = ignore
) -> dict[str, Any]:
    """The constants that reach the best score among the trials; the first are those of today.

    name: one of AIMS. data: the folder of the sets. Raises DatasetError where it has no pictures.
    """
    aim, start = AIMS[name], TUNINGS[name]
    paths = tuning_pictures(data, search, least=len(QUALITIES))
    cases = [
        Case(path, aim.rival, QUALITIES[n % len(QUALITIES)], map_name)
        for n, path in enumerate(paths)
    ]
    pool = ProcessPoolExecutor(search.workers)

    def gains_of(constants: Constants) -> tuple[float, dict[int, dict[str, float]]]:
        gains = mean_gains(cases, dataclasses.replace(start, **constants), pool)
        return float(np.mean([score(gains[level], aim.margins) for level in QUALITIES])), gains

    study = Study(start, RANGES, LOGARITHMIC, gains_of, search)
    study.run(search.trials, tick)

    def told(trial: FrozenTrial) -> dict[str, Any]:
        gains = trial.user_attrs["gains"]
        rounded = {q: {k: round(v, 4) for k, v in of.items()} for q, of in gains.items()}
        return {"score": round(float(trial.value), 4), "gains": rounded}

    (best,) = study.best(1)
    return head(VERSIONED) | {
        "objective": f"PSNR where people look + {HVS_M_SHARE} PSNR-HVS-M there"
        f" - {PENALTY} x shortfalls below the margins (dB; 0.01 SSIM or 2.5 SSIMULACRA 2 as one)",
        "tune": name,
        "rival": aim.rival,
        "margins": aim.margins,
        "corpus": {"pictures": len(paths), "sha256": files_hash(paths)},
        "tried": len(study.trials),
        "start": told(study.trials[0]),
        "best": told(best),
        "constants": {k: round(v, 4) for k, v in best.params.items()},
    }
