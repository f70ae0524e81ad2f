"""Foveate and its rivals at the bytes of plain JPEG: what each makes of a set of pictures.

    python benchmarks/coding.py --set kodak|coding|tuning|photos --data DIR [--match-quality 50]
                                [--rows NAME ...] [--limit N] [--save results/coding-SET.json]

DIR holds the sets' folders. Rows: `pillow` (its default JPEG, the measure of all others),
`pillow-progressive` (optimised and progressive, tables scaled until the bytes are the same),
`mosaic` (the paper's method, steered by the `auto` map), and Foveate steered by a map: `none`,
`centre`, `auto`, `foveate-s-gaze`, `foveate-s-mask`, and `viewers` (the density of the viewers' own
fixations: the ceiling) where a set has fixations. The encoder is the same in all of Foveate's rows.

Prints JSON: per row and metric the mean, its difference to `pillow` and that difference's 95 %
bootstrap interval over pictures; how far `auto` is above the other Foveate rows; and every number
per picture; a table of differences goes to stderr. Metrics: `bytes_ratio`; `psnr_y`, `psnr_rgb`,
`psnr_hvs`, `psnr_hvs_m`, `ssim`; over the salient fifth of the `auto` map `psnr_s` (luma),
`psnr_cb_s`, `psnr_cr_s`; and `psnr_fix`: luma over the fifth where viewers looked most.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import foveate
from foveate.experiments.gaze import top_fifth, viewers_density
from foveate.experiments.records import files_hash, head, publish
from foveate.jpeg.plain import plain_jpeg
from foveate.jpeg.sized import jpeg_of_size
from foveate.metrics import quality
from foveate.pictures import read_picture
from foveate.saliency import SaliencyMap, map_from_array, saliency_map

LAYOUTS = {
    "kodak": ("", "*.png"),
    "photos": ("", "*.webp"),
    "coding": ("images", "*.webp"),
    "tuning": ("images", "*.webp"),
}
MODELS = ("none", "centre", "auto", "foveate-s-gaze", "foveate-s-mask")
RESAMPLES = 10_000
PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime")


@dataclass(frozen=True)
class Subject:
    """One picture and what is measured against."""

    key: str
    pixels: np.ndarray
    density: np.ndarray | None
    maps: dict[str, SaliencyMap]
    """Those that the rows asked for need, `auto` always."""
    plain: bytes
    match_quality: int


def by_map(name: str) -> Callable[[Subject], bytes]:
    def row(subject: Subject) -> bytes:
        return foveate.compress(
            subject.pixels, match_quality=subject.match_quality, map=subject.maps[name]
        ).data

    return row


def by_pillow_progressive(subject: Subject) -> bytes:
    image = Image.fromarray(subject.pixels)
    return jpeg_of_size(image, len(subject.plain), progressive=True).data


def by_mosaic(subject: Subject) -> bytes:
    return foveate.compress(
        subject.pixels,
        match_quality=subject.match_quality,
        map=subject.maps["auto"],
        method="mosaic",
        progressive=False,  # the paper's second coding is a standard encoder's default
    ).data


ROWS: dict[str, Callable[[Subject], bytes]] = {
    "pillow": lambda subject: subject.plain,
    "pillow-progressive": by_pillow_progressive,
    "mosaic": by_mosaic,
    **{name: by_map(name) for name in MODELS},
    "viewers": by_map("viewers"),
}


def set_paths(data: Path, name: str) -> list[Path]:
    folder, pattern = LAYOUTS[name]
    paths = sorted((data / name / folder).glob(pattern))
    if not paths:
        raise SystemExit(f"{data / name / folder} holds no {pattern}; give the folder of the sets")
    return paths


def read_subject(path: Path, match_quality: int, rows: Sequence[str]) -> Subject:
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    fixations = path.parent.parent / "fixations" / f"{path.stem}.npy"
    density = None
    maps = {name: saliency_map(pixels, model=name) for name in MODELS if name in {*rows, "auto"}}
    if path.parent.name == "images" and fixations.exists():
        density = viewers_density(np.load(fixations), height, width)
        maps["viewers"] = map_from_array(density.astype(np.float32), read_picture(pixels))
    plain = plain_jpeg(pixels, match_quality)
    return Subject(path.stem, pixels, density, maps, plain, match_quality)


def psnr_over(error: np.ndarray, chosen: np.ndarray) -> float:
    mean = float((error[chosen] ** 2).mean())
    return 10 * math.log10(255**2 / mean) if mean > 0 else math.inf


def measure(subject: Subject, data: bytes) -> dict[str, float]:
    """Every metric of one file."""
    pixels = subject.pixels
    copy = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    errors = {
        name: plane(pixels) - plane(copy)
        for name, plane in (("s", quality.luma), ("cb_s", quality.cb), ("cr_s", quality.cr))
    }
    values = {"bytes_ratio": len(data) / len(subject.plain)}
    for name in ("psnr_y", "psnr_rgb", "psnr_hvs", "psnr_hvs_m", "ssim"):
        values[name] = getattr(quality, name)(pixels, copy, data_range=255.0)
    salient = quality.salient_pixels(subject.maps["auto"].values)
    for name, error in errors.items():
        values[f"psnr_{name}"] = psnr_over(error, salient)
    if subject.density is not None:
        values["psnr_fix"] = psnr_over(errors["s"], top_fifth(subject.density))
    return values


def difference(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    """Mean of paired differences and its 95 % bootstrap interval."""
    gains = np.array(ours) - np.array(theirs)
    gains = gains[np.isfinite(gains)]  # where both are without error there is none
    rng = np.random.default_rng(0)
    means = gains[rng.integers(0, len(gains), (RESAMPLES, len(gains)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "difference": round(float(gains.mean()), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
    }


def finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def summary(table: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Per row and metric: mean, and difference to `pillow`."""
    means: dict[str, Any] = {}
    for row, pictures in table.items():
        means[row] = {}
        for metric in pictures[0]:
            ours = [p[metric] for p in pictures]
            theirs = [p[metric] for p in table["pillow"]]
            shown = [v for v in ours if math.isfinite(v)]
            means[row][metric] = {"mean": round(float(np.mean(shown)), 4)}
            if row != "pillow":
                means[row][metric] |= difference(ours, theirs)
    return means


def auto_above(table: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """What the map is worth: `auto` against the same encoder steered by others."""
    if "auto" not in table:
        return {}
    others = [row for row in (*MODELS, "viewers") if row in table and row != "auto"]
    return {
        other: {
            metric: difference(
                [p[metric] for p in table["auto"]], [p[metric] for p in table[other]]
            )
            for metric in table["auto"][0]
        }
        for other in others
    }


def print_differences(means: dict[str, Any]) -> None:
    """For people: each row's mean differences to `pillow`."""
    metrics = list(means["pillow"])
    print(f"{'':20}" + "".join(f"{m.removeprefix('psnr_'):>12}" for m in metrics), file=sys.stderr)
    for row, values in means.items():
        shown = [v.get("difference", v["mean"]) for v in values.values()]
        print(f"{row:20}" + "".join(f"{v:12.3f}" for v in shown), file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=LAYOUTS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--match-quality", type=int, default=50, help="plain JPEG's (default 50)")
    parser.add_argument("--rows", nargs="+", choices=ROWS, help="default: all that the set allows")
    parser.add_argument("--limit", type=int, help="only the first N pictures")
    parser.add_argument("--save", type=Path, help="write the JSON to this file too")
    options = parser.parse_args()

    paths = set_paths(options.data, options.set)[: options.limit]
    with_viewers = options.set in ("coding", "tuning")
    rows = [r for r in options.rows or ROWS if with_viewers or r != "viewers"]
    rows = ["pillow", *(row for row in rows if row != "pillow")]
    table: dict[str, list[dict[str, float]]] = {row: [] for row in rows}
    for n, path in enumerate(paths, 1):
        subject = read_subject(path, options.match_quality, rows)
        for row in rows:
            table[row].append(measure(subject, ROWS[row](subject)))
        print(f"{n}/{len(paths)} {path.stem}", file=sys.stderr)

    means = summary(table)
    print_differences(means)
    publish(
        {
            **head(PACKAGES),
            "set": options.set,
            "match_quality": options.match_quality,
            "count": len(paths),
            "sha256": files_hash(paths),
            "means": means,
            "auto_above": auto_above(table),
            "pictures": [path.stem for path in paths],
            "per_picture": {
                row: {metric: [finite(p[metric]) for p in values] for metric in values[0]}
                for row, values in table.items()
            },
        },
        options.save,
    )


if __name__ == "__main__":
    main()
