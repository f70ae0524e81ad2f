"""Search the encoder's constants on pictures with human fixations, and print the record.

The objective, a mean over pictures at the bytes of Pillow's quality 50: luma PSNR over the fifth
of the picture where people looked most, less six times every dB by which a guarded metric falls
short of plain JPEG plus its margin. Steered by the viewers' own density (which no model's faults
shape) or by a model's map.

    python benchmarks/tune_encoder.py --data DIR [--map viewers|NAME] [--trials 300] [--every 5]

DIR holds images/*.webp and fixations/KEY.npy (viewer, x, y). Never tune on what you measure.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import optuna
from PIL import Image

from foveate.experiments.gaze import top_fifth, viewers_density
from foveate.jpeg.blockwise import block_grid
from foveate.jpeg.bytes_target import BytesTarget
from foveate.jpeg.encode import Options, encode
from foveate.jpeg.plain import plain_jpeg
from foveate.jpeg.tuning import Tuning
from foveate.metrics import quality
from foveate.pictures import read_picture
from foveate.saliency import map_from_array, saliency_map
from foveate.saliency.weights import BOLDNESS, block_weights

MARGINS = {
    "psnr_y": 0.3,
    "psnr_rgb": 0.3,
    "psnr_hvs": 0.25,
    "psnr_cb": 0.2,
    "psnr_cr": 0.2,
    "ssim": 0.001,
}
PENALTY = 6.0
SSIM_SCALE = 100.0
"""A hundredth of SSIM counts as one dB."""
RANGES = {
    "step_power": (0.3, 0.9),
    "sensitivity_power": (0.6, 1.8),
    "chroma_steps": (0.6, 1.4),
    "chroma_weight": (0.08, 0.8),
    "dc_steps": (0.5, 1.3),
    "lambda_ratio": (0.08, 0.3),
    "masking": (0.0, 0.25),
}
BOLDNESS_RANGE = (0.3, 1.6)


def decoded(data: bytes) -> np.ndarray:
    return read_picture(data).pixels


def measure(pixels: np.ndarray, data: bytes, looked: np.ndarray) -> dict[str, float]:
    copy = decoded(data)
    values = {name: getattr(quality, name)(pixels, copy, data_range=255.0) for name in MARGINS}
    error = (quality.luma(pixels) - quality.luma(copy)) ** 2
    values["psnr_fix"] = float(10 * np.log10(255**2 / error[looked].mean()))
    return values


class Case:
    """A picture with its map, what plain JPEG reaches, and how a tuning differs from that."""

    def __init__(self, pixels: np.ndarray, density: np.ndarray, map_name: str) -> None:
        self.pixels, self.looked = pixels, top_fifth(density)
        plain = plain_jpeg(pixels, 50)
        self.aim, self.plain = len(plain), measure(pixels, plain, self.looked)
        if map_name == "viewers":
            found = map_from_array(density.astype(np.float32), read_picture(pixels))
        else:
            found = saliency_map(pixels, model=map_name)
        self.values = found.resized(*block_grid(*pixels.shape[:2]))
        self.confidence = found.confidence

    def gains(self, tuning: Tuning, boldness: float) -> dict[str, float]:
        weights = block_weights(self.values, self.confidence, boldness=boldness)
        target = BytesTarget(int(0.994 * self.aim), int(0.998 * self.aim), self.aim)
        data = encode(self.pixels, weights, target, Options(tuning=tuning)).data
        mine = measure(self.pixels, data, self.looked)
        return {name: mine[name] - self.plain[name] for name in mine}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--map", default="viewers")
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--every", type=int, default=5, help="use every n-th picture")
    parser.add_argument("--boldness-only", action="store_true", help="keep the other constants")
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    digest = hashlib.sha256()
    cases = []
    paths = sorted((options.data / "images").glob("*.webp"))[:: options.every]
    for path in paths:
        digest.update(path.read_bytes())
        image = Image.open(path).convert("RGB")
        fixations = np.load(options.data / "fixations" / f"{path.stem}.npy")
        density = viewers_density(fixations, image.height, image.width)
        cases.append(Case(np.asarray(image), density, options.map))

    def objective(trial: optuna.Trial) -> float:
        ranges = {} if options.boldness_only else RANGES
        constants = {name: trial.suggest_float(name, *r) for name, r in ranges.items()}
        boldness = trial.suggest_float("boldness", *BOLDNESS_RANGE)
        tuning = dataclasses.replace(Tuning(), **constants)
        gains = [case.gains(tuning, boldness) for case in cases]
        means = {name: float(np.mean([g[name] for g in gains])) for name in gains[0]}
        trial.set_user_attr("gains", {name: round(v, 3) for name, v in means.items()})
        shortfall = sum(
            max(0.0, margin - means[name]) * (SSIM_SCALE if name == "ssim" else 1.0)
            for name, margin in MARGINS.items()
        )
        return means["psnr_fix"] - PENALTY * shortfall

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=1, multivariate=True)
    )
    current = {name: getattr(Tuning(), name) for name in RANGES}
    study.enqueue_trial({**current, "boldness": BOLDNESS})
    study.optimize(objective, n_trials=options.trials)
    record = {
        "command": f"tune_encoder.py --map {options.map} --trials {options.trials}"
        f" --every {options.every}" + (" --boldness-only" if options.boldness_only else ""),
        "objective": "psnr_fix - 6 * sum of shortfalls of the guarded metrics below their margins",
        "margins": MARGINS,
        "corpus": {"pictures": len(paths), "sha256": digest.hexdigest()},
        "best": study.best_value,
        "constants": study.best_params,
        "gains": study.best_trial.user_attrs["gains"],
        "tried": len(study.trials),
        "start": study.trials[0].value,
        "start_gains": study.trials[0].user_attrs["gains"],
    }
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
