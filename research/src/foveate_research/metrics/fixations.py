"""How well a map finds fixations (NSS, AUCs, information), how like a density it is (CC, SIM, KL).

Definitions after Bylinskii et al., "What do different evaluation metrics tell us about saliency
models?" (2016). Maps are (H, W) of any real dtype; points are (N, 2) = x, y in pixels of the map,
from 0. Every fixation counts the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SHUFFLED_SPLITS = 100
FLOOR = 1e-12
"""The least probability of a pixel: what a map's zeros count as where a logarithm is taken."""


def nss(saliency: npt.ArrayLike, points: npt.ArrayLike) -> float:
    """Normalised scanpath saliency: the standardised map's mean at the points; a flat map has 0."""
    values = np.asarray(saliency, dtype=np.float64)
    spread = values.std()
    if spread <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return 0.0
    at_points = _at(values, points)
    return float((at_points.mean() - values.mean()) / spread)


def auc_judd(saliency: npt.ArrayLike, points: npt.ArrayLike) -> float:
    """Area under the ROC curve: fixated pixels against all others, a threshold a fixated value."""
    values = np.asarray(saliency, dtype=np.float64)
    at_points = np.sort(_at(values, points))
    count, total = at_points.size, values.size
    thresholds = np.unique(at_points)
    # by how many thresholds each pixel reaches: much cheaper than sorting all pixels
    reached = np.bincount(
        np.searchsorted(thresholds, values.ravel(), side="right"), minlength=thresholds.size + 1
    )
    above = np.cumsum(reached[:0:-1])
    thresholds = thresholds[::-1]
    hits = count - np.searchsorted(at_points, thresholds, side="left")
    rate = np.concatenate(([0.0], hits / count, [1.0]))
    false = np.concatenate(([0.0], np.maximum(above - hits, 0) / max(total - count, 1), [1.0]))
    return float((np.diff(false) * (rate[1:] + rate[:-1])).sum() / 2)


def shuffled_auc(
    saliency: npt.ArrayLike,
    points: npt.ArrayLike,
    elsewhere: npt.ArrayLike,
    *,
    splits: int = SHUFFLED_SPLITS,
    seed: int = 0,
) -> float:
    """Area under the ROC curve: fixated pixels against where people look in other pictures.

    elsewhere (M, 2): fixations of other pictures, moved into this one (`points_elsewhere`). Each of
    the splits draws as many of them as there are points, with replacement; the result is the mean
    over splits of the exact rank statistic, equals counting half (Zhang et al., JoV 2008; Borji et
    al., TIP 2013 draw 100 splits too). A map of the centre alone scores about a half.
    """
    values = np.asarray(saliency, dtype=np.float64)
    at_points = np.sort(_at(values, points))
    negatives = _at(values, elsewhere)
    rng = np.random.default_rng(seed)
    drawn = negatives[rng.integers(0, negatives.size, splits * at_points.size)]
    below = np.searchsorted(at_points, drawn, side="right")
    equal = below - np.searchsorted(at_points, drawn, side="left")
    above = at_points.size - below
    return float((above + equal / 2).mean() / at_points.size)


def points_elsewhere(
    points: Sequence[npt.NDArray[np.integer]], shapes: Sequence[tuple[int, int]], index: int
) -> npt.NDArray[np.int64]:
    """(M, 2): the fixations of all pictures but one, at the same shares of that one's sides.

    points: (N, 2) x, y per picture; shapes: (height, width) per picture.
    """
    height, width = shapes[index]
    moved = [np.zeros((0, 2), dtype=np.int64)]
    for other, (places, (other_height, other_width)) in enumerate(zip(points, shapes, strict=True)):
        if other != index:
            scaled = (places + 0.5) * [width / other_width, height / other_height]
            moved.append(np.clip(scaled.astype(np.int64), 0, [width - 1, height - 1]))
    return np.concatenate(moved)


def information_gain(saliency: npt.ArrayLike, points: npt.ArrayLike, prior: npt.ArrayLike) -> float:
    """Bits per fixation by which a map tells more than a prior (Kuemmerer et al., PNAS 2015).

    Both (H, W), each scaled to sum 1 over the picture; probabilities below 1e-12 count as that.
    """
    predicted = np.maximum(_at(_distribution(saliency), points), FLOOR)
    expected = np.maximum(_at(_distribution(prior), points), FLOOR)
    return float(np.log2(predicted / expected).mean())


def fixation_density(points: npt.ArrayLike, height: int, width: int, *, sigma_px: float) -> Floats:
    """(height, width): points (N, 2) blurred by a Gaussian, nothing beyond the edges; not scaled.

    Each point is a Gaussian of sum 1, cut at four standard deviations and at the edges. Gaussians
    are products of their sides: a matrix product makes their sum without blurring every pixel.
    """
    places = np.asarray(points, dtype=np.int64)
    radius = int(4 * sigma_px + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma_px) ** 2)
    kernel /= kernel.sum()

    def along(middles: npt.NDArray[np.int64], length: int) -> Floats:
        offsets = np.arange(length) - np.clip(middles, 0, length - 1)[:, None] + radius
        within = (offsets >= 0) & (offsets < kernel.size)
        return np.where(within, kernel[np.clip(offsets, 0, kernel.size - 1)], 0.0)

    return np.asarray(along(places[:, 1], height).T @ along(places[:, 0], width))


def correlation(saliency: npt.ArrayLike, density: npt.ArrayLike) -> float:
    """CC: Pearson's correlation of two maps of one shape; 0 where either is flat."""
    first = np.asarray(saliency, dtype=np.float64).ravel()
    second = np.asarray(density, dtype=np.float64).ravel()
    first, second = first - first.mean(), second - second.mean()
    norm = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second / norm) if norm > 0 else 0.0


def similarity(saliency: npt.ArrayLike, density: npt.ArrayLike) -> float:
    """SIM: the common part of two maps, each scaled to sum 1; in [0, 1]."""
    return float(np.minimum(_distribution(saliency), _distribution(density)).sum())


def kl_divergence(saliency: npt.ArrayLike, density: npt.ArrayLike) -> float:
    """KL of the viewers' density from the map, in nats; the map's zeros count as 1e-12."""
    predicted, seen = _distribution(saliency), _distribution(density)
    kept = seen > 0
    ratio = seen[kept] / np.maximum(predicted[kept], FLOOR)
    return float((seen[kept] * np.log(ratio)).sum())


def _at(values: Floats, points: npt.ArrayLike) -> Floats:
    """The map's values at (N, 2) points x, y."""
    places = np.asarray(points, dtype=np.int64)
    if places.ndim != 2 or places.shape[1] != 2 or places.shape[0] == 0:
        raise ValueError(f"points must be (N, 2) with N > 0, not {places.shape}")
    at_points: Floats = values[places[:, 1], places[:, 0]]
    return at_points


def _distribution(values: npt.ArrayLike) -> Floats:
    """A map shifted to start at 0 where it is negative and scaled to sum 1; uniform when flat 0."""
    array = np.asarray(values, dtype=np.float64)
    array = array - min(0.0, float(array.min()))
    total = float(array.sum())
    return array / total if total > 0 else np.full(array.shape, 1.0 / array.size)
