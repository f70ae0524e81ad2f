"""Fit foveate-s's size, its mask's weight and where confidence begins, not on measuring pictures.

1. The size at which the network looks: NSS on the val part of gaze-more at several areas.
2. The weight of the mask beside the gaze (log gaze + weight · mask logit): NSS on the same.
3. Where confidence begins: the density's information in nats on featureless pictures; beside it
   that of the train parts of osie and gaze-more.
4. The ends of the masks' confidence: how far the probabilities of foveate-s and menet part on the
   same featureless pictures, and on the val part of duts; beside it, over those, its correlation
   and that of the probabilities' spread with what the masks are worth: how much likelier a pixel
   is the object's where the mask says so than anywhere, over how much likelier it can be.

The constants live in models/readings/foveate_s.py, the network's record and models/confidence.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.models.confidence import information, parting
from foveate.models.readings.foveate_s import PIXELS
from foveate.models.registry import get_model
from foveate.models.session import run_network
from foveate.models.working_size import working_size
from foveate.saliency import SaliencyMap
from foveate.saliency.glance import glance
from foveate_research.datasets.attention import AttentionPicture, read_fixations, read_masks
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.measuring import Pixels, Tick, ignore, resized
from foveate_research.metrics.fixations import nss
from foveate_research.metrics.masks import object_pixels
from foveate_research.records import head

Floats = npt.NDArray[np.floating]

AREAS = (256 * 192, 320 * 256, 384 * 288, 448 * 352, 512 * 384)
MASK_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
LONGEST_LOGIT = 6.0
TRAIN_COUNT = 300
MASKS = {"foveate-s": "mask", "menet": "probability"}
STEPS = len(AREAS) + 4
"""How often `map_fit` ticks."""
QUANTILES = (0, 0.05, 0.1, 0.25, 0.5, 0.75, 1)


def outputs(pixels: Pixels, area: int) -> dict[str, Floats]:
    """The network's outputs for a picture seen at about `area` pixels."""
    height, width = working_size(*pixels.shape[:2], pixels=area)
    return run_network("foveate-s", glance(pixels, height=height, width=width), 2)


def score(values: Floats, picture: AttentionPicture) -> float:
    """NSS of a map of any resolution at the picture's own."""
    assert picture.fixations is not None
    height, width = picture.pixels.shape[:2]
    whole = SaliencyMap((values / values.max()).astype(np.float32), height, width, 1.0, "fit")
    return nss(whole.values, picture.fixations[:, 1:3])


def mixed(found: dict[str, Floats], weight: float) -> Floats:
    """Gaze and mask pooled in log space, as the ONNX file does."""
    mask = np.clip(found["mask"].astype(np.float64), 1e-6, 1 - 1e-6)
    logit = np.clip(np.log(mask / (1 - mask)), -LONGEST_LOGIT, LONGEST_LOGIT)
    return np.asarray(found["gaze"] * np.exp(weight * logit))


def by_kind(pictures: list[AttentionPicture], values: list[float]) -> dict[str, float]:
    """Means of the crowd and the scene pictures apart."""
    kinds: dict[str, list[float]] = {}
    for picture, value in zip(pictures, values, strict=True):
        kinds.setdefault(picture.key.split("-")[0], []).append(value)
    return {kind: round(float(np.mean(found)), 4) for kind, found in kinds.items()}


def featureless() -> dict[str, Pixels]:
    """Pictures in which nothing stands out."""
    rng = np.random.default_rng(0)
    made = {f"grey {level}": np.full((480, 640, 3), level, np.uint8) for level in (0, 128, 255)}
    for sigma in (5, 10, 20, 40, 80):
        noise = 128 + sigma * rng.standard_normal((480, 640, 3))
        made[f"noise {sigma}"] = np.clip(noise, 0, 255).astype(np.uint8)
    made["uniform noise"] = rng.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    for cell in (4, 8, 20, 40):
        small = rng.integers(0, 256, (480 // cell, 640 // cell, 3), dtype=np.uint8)
        made[f"blobs {cell}"] = np.asarray(
            Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC)
        )
    ramp = np.linspace(60, 220, 640).astype(np.uint8)
    made["ramp across"] = np.broadcast_to(ramp[None, :, None], (480, 640, 3)).copy()
    made["ramp down"] = np.broadcast_to(ramp[:480, None, None], (480, 640, 3)).copy()
    return made


def probabilities(model: str, pixels: Pixels) -> Floats:
    """The mask of a model's network, (h, w)."""
    entry = get_model(model)
    height, width = entry.size(*pixels.shape[:2])
    found = run_network(model, glance(pixels, height=height, width=width), 2)
    return found[MASKS[model]]


def partings(model: str, pictures: list[AttentionPicture]) -> dict[str, Any]:
    """What point 4 says, of one model."""
    parted, spread, worth = [], [], []
    for picture in pictures:
        assert picture.mask is not None
        mask = probabilities(model, picture.pixels)
        inside = resized(object_pixels(picture.mask), *mask.shape)
        parted.append(parting(mask))
        spread.append(float(mask.std()))
        gained = (mask * inside).sum() / mask.sum() - inside.mean()
        worth.append(float(gained / (1 - inside.mean())))
    return {
        "of_featureless_pictures": {
            name: round(parting(probabilities(model, pixels)), 3)
            for name, pixels in featureless().items()
        },
        "quantiles_0_5_10_25_50_75_100": np.quantile(parted, QUANTILES).round(3).tolist(),
        "correlation_with_worth": round(float(np.corrcoef(parted, worth)[0, 1]), 3),
        "correlation_of_spread_with_worth": round(float(np.corrcoef(spread, worth)[0, 1]), 3),
    }


def map_fit(data: Path, *, tick: Tick = ignore) -> dict[str, Any]:
    """All four. data: the folder of the sets."""
    pictures = read_fixations(data / "gaze-more", "val")
    areas = {}
    for area in AREAS:
        tick(f"{area} pixels")
        found = [score(outputs(picture.pixels, area)["gaze"], picture) for picture in pictures]
        areas[str(area)] = by_kind(pictures, found)
    tick("mask weights")
    seen = [(outputs(picture.pixels, PIXELS), picture) for picture in pictures]
    weights = {
        str(weight): by_kind(pictures, [score(mixed(maps, weight), of) for maps, of in seen])
        for weight in MASK_WEIGHTS
    }
    tick("flips")
    flips = []
    for maps, picture in seen:
        other = outputs(picture.pixels[:, ::-1], PIXELS)["gaze"][:, ::-1]
        flips.append(score((maps["gaze"] + other) / 2, picture))
    tick("confidence")
    nothing = {
        name: round(information(outputs(pixels, PIXELS)["gaze"]), 3)
        for name, pixels in featureless().items()
    }
    nats = {}
    for name in ("osie", "gaze-more"):
        trained = read_fixations(data / name, "train")[:TRAIN_COUNT]
        found = [information(outputs(picture.pixels, PIXELS)["gaze"]) for picture in trained]
        nats[name] = np.quantile(found, [0, 0.05, 0.25, 0.5, 0.75, 1]).round(3).tolist()
    masked = read_masks(data / "duts", "val")
    tick("masks")
    return {
        **head(("numpy", "onnxruntime", "foveate")),
        "set": describe_shards(data / "gaze-more", "val", len(pictures)),
        "nss_by_area": areas,
        "area": PIXELS,
        "nss_by_mask_weight": weights,
        "nss_with_flips_averaged": by_kind(pictures, flips),
        "nats_of_featureless_pictures": nothing,
        "nats_of_train_pictures_quantiles_0_5_25_50_75_100": nats,
        "partings_of_masks": {
            **describe_shards(data / "duts", "val", len(masked)),
            "models": {model: partings(model, masked) for model in MASKS},
        },
    }
