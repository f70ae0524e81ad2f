"""Fit how foveate-s's density becomes the map that steers, on pictures it did not learn from.

Three sets: crowds and scenes of gaze-more's val part, and gaze-scenes' val part, from whose train
part the tail that runs learnt nothing, though the trunk did. What a map is worth to the coder is
foretold from its block weights: `foretold_gain`. The record holds

1. every `Readout` of a grid, by set, as a share of what the viewers' own map is worth there; the
   best in the mean over sets is the one that `foveate.models.readout` has;
2. for each set the best on the other sets, and what it is worth on the one left out;
3. how steep the curve of fixations by rank is, by the density's nats, beside the curve of
   `foveate.saliency.weights`: what `foveate.models.confidence` interpolates;
4. how well the foretold gain agrees with that of real files, on some of the pictures.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate import compress
from foveate.coders.plain.pillow_jpeg import bytes_at_quality
from foveate.metrics.quality import psnr_y, salient_pixels
from foveate.models.confidence import information
from foveate.models.readings.foveate_s import PIXELS
from foveate.models.readout import Readout, mixed, read_out, spread
from foveate.models.session import run_network
from foveate.models.working_size import working_size
from foveate.saliency import SaliencyMap, saliency_map
from foveate.saliency.glance import glance
from foveate.saliency.weights import CURVE_LOG_WEIGHTS, block_weights, ranks
from foveate_research.coders.gaze import viewers_density
from foveate_research.datasets.attention import AttentionPicture, read_densities, read_fixations
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.measuring import Pixels, Tick, ignore, resized
from foveate_research.records import head
from foveate_research.tuning.weight_curve import curve_of

Floats = npt.NDArray[np.float64]
Map = npt.NDArray[np.float32]

UNSQUASHED = (320, 240)
"""gaze-scenes is stored squashed to a square; most of its pictures were 4:3."""

BEFORE = Readout(sharp=0.0, broad=0.0, broad_share=0.0, centre_share=0.0)
SHARP = (0.0, 0.02, 0.03, 0.04)
BROAD = (0.08, 0.12)
BROAD_SHARES = (0.0, 0.15, 0.3, 0.45)
CENTRE_SHARES = (0.0, 0.05, 0.1, 0.2)
NATS_EDGES = (0.0, 0.5, 0.65, 0.8, 0.95, 1.1, 1.3, 1.6, 9.0)
RISING = (0.5, 1.1)
"""Between these nats steepness rises; a line is fitted to it there."""

BOLDNESS = 0.63  # of the default tuning at the scale of plain JPEG's bytes at quality 50
ERROR_POWER = 0.6
"""A block's error falls as its weight to this power: the best agreement of 0.3, 0.45 and 0.6."""
CHECKED_EVERY = 9
QUALITY = 50


@dataclass(frozen=True, eq=False)
class Watched:
    """One picture, the network's densities and where people looked.

    mix, gaze (h, w): outputs of mean 1. region (H, W): the fifth looked at most. area (rows, cols):
    how many pixels of it lie in each block. own: the viewers' own map.
    """

    name: str
    pixels: Pixels
    mix: Map
    gaze: Map
    region: npt.NDArray[np.bool_]
    area: Floats
    own: SaliencyMap

    def map(self, values: Map, confidence: float = 1.0) -> SaliencyMap:
        """A map of this picture from a density."""
        height, width = self.region.shape
        return SaliencyMap(values / values.max(), height, width, confidence, "fit")


def watched(name: str, picture: AttentionPicture) -> Watched:
    """What the network and the viewers say of a picture."""
    pixels, density = picture.pixels, picture.density
    if density is not None:
        pixels = np.asarray(Image.fromarray(pixels).resize(UNSQUASHED, Image.Resampling.BICUBIC))
    height, width = pixels.shape[:2]
    if density is None:
        assert picture.fixations is not None
        seen = viewers_density(picture.fixations, height, width)
    else:
        seen = resized(density, height, width).astype(np.float64)
    region = salient_pixels(seen)
    rows, cols = working_size(height, width, pixels=PIXELS)
    found = run_network("foveate-s", glance(pixels, height=rows, width=cols), 1)
    own = SaliencyMap((seen / seen.max()).astype(np.float32), height, width, 1.0, "viewers")
    return Watched(name, pixels, found["mix"], found["gaze"], region, in_blocks(region), own)


def in_blocks(region: npt.NDArray[np.bool_]) -> Floats:
    """How many of a region's pixels lie in each 8x8 block."""
    rows, cols = (-(-side // 8) for side in region.shape)
    whole = np.zeros((rows * 8, cols * 8))
    whole[: region.shape[0], : region.shape[1]] = region
    return np.asarray(whole.reshape(rows, 8, cols, 8).sum(axis=(1, 3)))


def foretold_gain(saliency: SaliencyMap, area: Floats) -> float:
    """dB over no map that the region gains at equal bytes, up to a factor: `check` fits it.

    Weights have geometric mean 1, so that at a high rate the bytes stay; a block's error falls as
    its weight to ERROR_POWER.
    """
    weights = block_weights(saliency.of_blocks(), saliency.confidence, boldness=BOLDNESS)
    if weights is None:
        return 0.0
    return float(-10 * np.log10((area * weights**-ERROR_POWER).sum() / area.sum()))


def readouts() -> list[Readout]:
    """The grid; a broad blur without a share is tried once."""
    found = [BEFORE]
    for sharp, share, centre in itertools.product(SHARP, BROAD_SHARES, CENTRE_SHARES):
        broads = BROAD if share else BROAD[:1]
        found.extend(Readout(sharp, broad, share, centre) for broad in broads)
    return found


def worths(picture: Watched, tried: Sequence[Readout]) -> Floats:
    """What each read-out's map is worth, as foretold, at full confidence."""
    blurred = {sigma: spread(picture.mix, sigma) for sigma in {0.0, *SHARP, *BROAD}}
    return np.array(
        [
            foretold_gain(
                picture.map(mixed(blurred[each.sharp], blurred[each.broad], readout=each)),
                picture.area,
            )
            for each in tried
        ]
    )


def by_set(pictures: Sequence[Watched], values: npt.ArrayLike) -> dict[str, Floats]:
    """Means over the pictures of each set, of numbers (pictures, ...)."""
    rows = np.asarray(values, dtype=np.float64)
    names = [picture.name for picture in pictures]
    return {
        name: rows[[own == name for own in names]].mean(axis=0) for name in dict.fromkeys(names)
    }


def chosen(shares: Mapping[str, Floats], names: Iterable[str]) -> int:
    """The read-out with the best mean share over some sets."""
    return int(np.mean([shares[name] for name in names], axis=0).argmax())


def readout_fit(pictures: Sequence[Watched]) -> dict[str, Any]:
    """Points 1 and 2."""
    tried = readouts()
    worth = by_set(pictures, [worths(picture, tried) for picture in pictures])
    own = by_set(pictures, [foretold_gain(each.own, each.area) for each in pictures])
    shares = {name: worth[name] / own[name] for name in worth}

    def row(index: int) -> dict[str, Any]:
        found = {name: round(float(share[index]), 4) for name, share in shares.items()}
        return {**asdict(tried[index]), "share_of_own": found}

    left_out = {}
    for name in shares if len(shares) > 1 else ():
        left_out[name] = row(chosen(shares, [other for other in shares if other != name]))
    order = np.argsort(-np.mean(list(shares.values()), axis=0), kind="stable")
    return {
        "chosen": row(chosen(shares, shares)),
        "as_it_comes": row(tried.index(BEFORE)),
        "left_out": left_out,
        "best_first": [row(int(index)) for index in order[:20]],
        "tried": len(tried),
    }


def steepness_fit(pictures: Sequence[Watched], readout: Readout) -> dict[str, Any]:
    """Point 3: powers of the curve, by the set and by the density's nats."""
    maps = [each.map(read_out(each.mix, readout)) for each in pictures]
    seen = [
        (ranks(saliency.of_blocks()), each.region)
        for saliency, each in zip(maps, pictures, strict=True)
    ]
    nats = np.array([information(each.gaze) for each in pictures])
    reference = CURVE_LOG_WEIGHTS - CURVE_LOG_WEIGHTS.mean()

    def steepness(kept: npt.ArrayLike) -> dict[str, Any]:
        places = np.flatnonzero(kept)
        if not len(places):
            return {"count": 0, "steepness": None}
        _, curve = curve_of(seen[place] for place in places)
        power = float(reference @ (curve - curve.mean()) / (reference @ reference))
        return {"count": len(places), "steepness": round(power, 3)}

    names = [picture.name for picture in pictures]
    of_nats = [
        {"from": low, "to": high, **steepness((nats >= low) & (nats < high))}
        for low, high in itertools.pairwise(NATS_EDGES)
    ]
    return {
        "of_sets": {
            name: steepness([own == name for own in names]) for name in dict.fromkeys(names)
        },
        "of_nats": of_nats,
        "line": rising_line(of_nats),
    }


def rising_line(rows: Sequence[Mapping[str, Any]]) -> dict[str, float] | None:
    """Where steepness starts and where it is 1, by a line through the bins in RISING, by count."""
    low, high = RISING
    known = [
        ((row["from"] + row["to"]) / 2, row["steepness"], row["count"])
        for row in rows
        if row["from"] >= low and row["to"] <= high and row["steepness"] is not None
    ]
    if len(known) < 2:
        return None
    nats, steepness, counts = np.array(known).T
    slope, start = np.polyfit(nats - low, steepness, 1, w=np.sqrt(counts))
    return {
        f"steepness_at_{low}_nats": round(float(start), 2),
        "nats_at_steepness_1": round(float(low + (1 - start) / slope), 2),
    }


def check(pictures: Sequence[Watched], readout: Readout) -> dict[str, Any]:
    """Point 4: gains in dB of real files and as foretold, under four maps."""
    real, foretold = [], []
    for each in pictures:
        maps = {
            "as it comes": each.map(each.mix),
            "read out": each.map(read_out(each.mix, readout)),
            "centre": saliency_map(each.pixels, model="centre"),
            "own": each.own,
        }
        plain = psnr_there(each, saliency_map(each.pixels, model="none"))
        real.append([psnr_there(each, saliency) - plain for saliency in maps.values()])
        foretold.append([foretold_gain(saliency, each.area) for saliency in maps.values()])
    found, told = np.array(real), np.array(foretold)
    within = [rows - rows.mean(axis=1, keepdims=True) for rows in (found, told)]
    factor = float((found * told).sum() / (told * told).sum())
    return {
        "pictures": len(pictures),
        "dB_for_each_foretold": round(factor, 3),
        "correlation_within_pictures": round(
            float(np.corrcoef(within[0].ravel(), within[1].ravel())[0, 1]), 3
        ),
        "dB": dict(zip(maps, found.mean(axis=0).round(3).tolist(), strict=True)),
        "dB_foretold": dict(zip(maps, (factor * told).mean(axis=0).round(3).tolist(), strict=True)),
    }


def psnr_there(picture: Watched, saliency: SaliencyMap) -> float:
    """Luma PSNR where people looked, of a file of plain JPEG's bytes that a map steers."""
    size = bytes_at_quality(picture.pixels, QUALITY)
    data = compress(picture.pixels, size_bytes=size, map=saliency, tune="fidelity").data
    with Image.open(io.BytesIO(data)) as image:
        copy = np.asarray(image.convert("RGB"))
    return psnr_y(picture.pixels, copy, data_range=255, weights=picture.region.astype(np.float64))


def steering_fit(data: Path, *, tick: Tick = ignore) -> dict[str, Any]:
    """All four. data: the folder of the sets."""
    points = read_fixations(data / "gaze-more", "val")
    maps = read_densities(data / "gaze-scenes", "val")
    pictures = []
    for picture in (*points, *maps):
        tick(picture.key)
        name = "gaze-scenes" if picture.fixations is None else picture.key.split("-")[0]
        pictures.append(watched(name, picture))
    tick("read-outs")
    readout = readout_fit(pictures)
    best = Readout(**{name: readout["chosen"][name] for name in asdict(BEFORE)})
    tick("confidence")
    steepness = steepness_fit(pictures, best)
    tick("files")
    return {
        **head(("numpy", "pillow", "onnxruntime", "foveate")),
        "sets": [
            describe_shards(data / "gaze-more", "val", len(points)),
            describe_shards(data / "gaze-scenes", "val", len(maps)),
        ],
        "readout": readout,
        "steepness": steepness,
        "check": check(pictures[::CHECKED_EVERY], best),
    }
