"""The models of the eye once more in NumPy, in float64 and as plainly as can be.

SSIMULACRA 2's raw sum is a function of real-valued samples here, so that it can be differentiated
by small differences; its gradient and curvature are those of the native core's documentation.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.coders.jpeg.tables import ZIGZAG

Plane = npt.NDArray[np.float64]

metric = importlib.import_module("foveate.metrics.quality.ssimulacra2")

BLOCK_SCALE = 3
C2 = 0.0009
RGB_OF_YCC = np.array([[1, 0, 1.402], [1, -0.344136286, -0.714136286], [1, 1.772, 0]])


def scale_weights(scales: int) -> npt.NDArray[np.float32]:
    """The metric's own weights, (scales, 3, 6)."""
    weights = np.array(metric.WEIGHTS, np.float32).reshape(3, 6, 6)
    return np.ascontiguousarray(weights.transpose(1, 0, 2)[:scales])


def blurred(plane: Plane) -> Plane:
    """The plane under the metric's window, zeros around it."""
    reach = len(metric.WINDOW) // 2
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)])
        plane = sum(
            weight * np.take(padded, range(i, i + plane.shape[axis]), axis)
            for i, weight in enumerate(metric.WINDOW)
        )
    return plane


def halved(values: Plane) -> Plane:
    """Means of 2x2; an odd last row or column is its own partner."""
    odd = [(0, side % 2) for side in values.shape[:2]]
    v = np.pad(values, odd + [(0, 0)] * (values.ndim - 2), mode="edge")
    return (v[::2, ::2] + v[1::2, ::2] + v[::2, 1::2] + v[1::2, 1::2]) / 4


def scaled_field(field: Plane | None, scale: int, shape: tuple[int, int]) -> Plane:
    """How much each sample of a scale counts, from how much each luma block does."""
    if field is None:
        return np.ones(shape)
    for _ in range(scale - BLOCK_SCALE):
        field = halved(field)
    side = 2 ** max(BLOCK_SCALE - scale, 0)
    return np.kron(field, np.ones((side, side)))[: shape[0], : shape[1]]


@dataclass(frozen=True)
class Errors:
    """The maps of one scale and channel."""

    structure: Plane
    edges: Plane
    """Above 0 where gained, below where lost."""
    variances: Plane
    distance: Plane
    """Of the original's samples from their means."""


def errors(x: Plane, y: Plane) -> Errors:
    mean_x, mean_y = blurred(x), blurred(y)
    variances = blurred(x * x + y * y) - mean_x**2 - mean_y**2 + C2
    covariance = blurred(x * y) - mean_x * mean_y
    likeness = (1 - (mean_x - mean_y) ** 2) * (2 * covariance + C2) / variances
    distance = np.abs(x - mean_x)
    edges = (1 + np.abs(y - mean_y)) / (1 + distance) - 1
    return Errors(np.maximum(1 - likeness, 0), edges, variances, distance)


def scales_of(samples: Plane, scales: int) -> list[tuple[Plane, Plane, Plane]]:
    """X, Y and B - Y of real-valued sRGB samples (H, W, 3) from 0 to 255, scale by scale."""
    linear = metric._linear(samples / 255)
    found = []
    for _ in range(scales):
        found.append(metric._xyb(linear))
        linear = halved(linear)
    return found


def norms(map_: Plane, field: Plane) -> tuple[float, float]:
    share = field / field.sum()
    return float((share * map_).sum()), float((share * map_**4).sum() ** 0.25)


def raw_sum(
    original: Plane, decoded: Plane, weights: npt.NDArray[np.float32], field: Plane | None = None
) -> float:
    """SSIMULACRA 2 before its last formula, of samples (H, W, 3)."""
    total = 0.0
    pairs = zip(scales_of(original, len(weights)), scales_of(decoded, len(weights)), strict=True)
    for scale, (xs, ys) in enumerate(pairs):
        counts = scaled_field(field, scale, xs[0].shape)
        for channel, (x, y) in enumerate(zip(xs, ys, strict=True)):
            found = errors(x, y)
            for kind, map_ in enumerate(
                (found.structure, np.maximum(found.edges, 0), np.maximum(-found.edges, 0))
            ):
                mean, fourth = norms(map_, counts)
                own = weights[scale, channel].astype(float)
                total += own[kind] * mean + own[3 + kind] * fourth
    return total


def curvature_maps(
    original: Plane, decoded: Plane | None, weights: npt.NDArray[np.float32], field: Plane | None
) -> list[list[tuple[Plane, Plane]]]:
    """For each scale and channel, blurred: what structure and edges cost a unit of energy."""
    other = original if decoded is None else decoded
    found = []
    pairs = zip(scales_of(original, len(weights)), scales_of(other, len(weights)), strict=True)
    for scale, (xs, ys) in enumerate(pairs):
        counts = scaled_field(field, scale, xs[0].shape)
        share = counts / counts.sum()
        channels = []
        for own, x, y in zip(weights[scale].astype(float), xs, ys, strict=True):
            e = errors(x, y)
            norm = norms(e.structure, counts)[1]
            cube = (e.structure / norm) ** 3 if decoded is not None else 1.0
            structure = share * (own[0] + own[3] * cube) / e.variances
            edges = np.zeros_like(x)
            for kind, map_ in ((4, np.maximum(e.edges, 0)), (5, np.maximum(-e.edges, 0))):
                norm = norms(map_, counts)[1]
                if norm > 0:
                    edges += share * own[kind] / (2 * norm**3) * (map_ / (1 + e.distance)) ** 2
            channels.append((blurred(structure), blurred(edges)))
        found.append(channels)
    return found


def luma_curvature(
    maps: list[list[tuple[Plane, Plane]]],
    slopes: npt.NDArray[np.float32],
    energies: npt.NDArray[np.float32],
) -> Plane:
    """(rows, cols, 64): what a unit of squared error of each luma coefficient costs."""
    rows, cols = slopes.shape[:2]
    out = np.zeros((rows, cols, 64))
    for scale, channels in enumerate(maps):
        for channel, kinds in enumerate(channels):
            for kind, map_ in enumerate(kinds):
                side = max(8 >> scale, 1)
                for row, col in np.ndindex(rows, cols):
                    at = (slice(None), slice(None))
                    if scale <= BLOCK_SCALE:
                        at = tuple(slice(i * side, (i + 1) * side) for i in (row, col))
                    else:
                        at = tuple(
                            slice(i >> (scale - BLOCK_SCALE), (i >> (scale - BLOCK_SCALE)) + 1)
                            for i in (row, col)
                        )
                    mean = map_[at].mean()
                    out[row, col] += slopes[row, col, channel, 0] * mean * energies[kind, scale]
    return out


def basis(k: int) -> Plane:
    """The 8x8 samples that a coefficient of 1 at a zigzag index adds."""
    down, across = divmod(int(ZIGZAG[k]), 8)
    sample = 2 * np.arange(8) + 1
    waves = [
        np.cos(sample * f * np.pi / 16) * (np.sqrt(0.125) if f == 0 else 0.5) for f in range(8)
    ]
    return np.outer(waves[down], waves[across])


def upsampled(plane: Plane, shape: tuple[int, int]) -> Plane:
    """Twice as many samples along each axis, by the triangle filter, cut to the shape."""
    for axis, side in enumerate(shape):
        before = np.take(plane, np.maximum(np.arange(plane.shape[axis]) - 1, 0), axis)
        last = plane.shape[axis] - 1
        after = np.take(plane, np.minimum(np.arange(plane.shape[axis]) + 1, last), axis)
        pair = np.stack([0.75 * plane + 0.25 * before, 0.75 * plane + 0.25 * after], axis + 1)
        merged = [*plane.shape]
        merged[axis] *= 2
        plane = np.take(pair.reshape(merged), range(side), axis)
    return plane


def moved_samples(
    component: int, at: tuple[int, int, int], shape: tuple[int, int], *, chroma_420: bool
) -> Plane:
    """By how much the samples (H, W, 3) move when a coefficient does by 1."""
    row, col, k = at
    halves = component > 0 and chroma_420
    own = tuple(-(-side // 2) for side in shape) if halves else shape
    plane = np.zeros([8 * -(-side // 8) for side in own])
    plane[8 * row : 8 * row + 8, 8 * col : 8 * col + 8] = basis(k)
    plane = plane[: own[0], : own[1]]
    if halves:
        plane = upsampled(plane, shape)
    return plane[..., None] * RGB_OF_YCC[:, component]


def visible(error: Plane, hidden: Plane, reach: Plane, sensitivity: Plane) -> tuple[Plane, Plane]:
    """The visible error of each coefficient, and its square weighted."""
    seen = np.maximum(np.abs(error) - hidden[..., None] * reach, 0)
    return seen, sensitivity * seen**2
