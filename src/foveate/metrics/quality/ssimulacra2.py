"""SSIMULACRA 2: a score of structure and edges at six scales in a perceptual colour space.

Sneyers (Cloudinary, 2022), version 2.1. The definition and every constant are those of the author's
tools/ssimulacra2.cc in libjxl, which computes in float32. This computes in float64, so that scores
of flat pictures differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.metrics.quality.filters import filtered, products
from foveate.metrics.quality.planes import Plane, check_pair, eight_bit_pair, rgb, strips
from foveate.metrics.quality.pooling import Weights, check_weights

_SCALES = 6
LEAST_SIDE = 8
_SIGMA_PX, _RADIUS_PX = 1.5, 5
_C2 = 0.0009
_OPSIN = np.array(
    [
        [0.30, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
    ]
)
_BIAS = 0.0037930732552754493
# A row for each scale: the weights of the means of structure lost, edges gained and edges lost, and
# those of their 4-norms.
WEIGHTS = (
    # X, from the finest scale to the coarsest
    (0.0, 0.0007376606707406586, 0.0, 0.0, 0.0007793481682867309, 0.0),
    (
        0.0,
        0.0004371155730107379,
        0.0,
        1.1041726426657346,
        0.00066284834129271,
        0.00015231632783718752,
    ),
    (0.0, 0.0016406437456599754, 0.0, 1.8422455520539298, 11.441172603757666, 0.0),
    (0.0007989109436015163, 0.000176816438078653, 0.0, 1.8787594979546387, 10.94906990605142, 0.0),
    (
        0.0007289346991508072,
        0.9677937080626833,
        0.0,
        0.00014003424285435884,
        0.9981766977854967,
        0.00031949755934435053,
    ),
    (0.0004550992113792063, 0.0, 0.0, 0.0013648766163243398, 0.0, 0.0),
    # Y, from the finest scale to the coarsest
    (0.0, 0.0, 0.0, 7.466890328078848, 0.0, 17.445833984131262),
    (0.0006235601634041466, 0.0, 0.0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264),
    (225.20515300849274, 0.0, 0.0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985),
    (176.39317598450694, 0.0, 0.0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408),
    (0.0, 0.0, 0.0, 34.77906344483772, 44.835625328877896, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    # B - Y, from the finest scale to the coarsest
    (0.0, 0.0008680556573291698, 0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0005313191874358747, 0.0, 0.00016533814161379112, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.0004179171803251336, 0.0017290828234722833, 0.0),
    (0.0020827005846636437, 0.0, 0.0, 8.826982764996862, 23.19243343998926, 0.0),
    (
        95.1080498811086,
        0.9863978034400682,
        0.9834382792465353,
        0.0012286405048278493,
        171.2667255897307,
        0.9807858872435379,
    ),
    (0.0, 0.0, 0.0, 0.0005130064588990679, 0.0, 0.00010854057858411537),
)


def ssimulacra2(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    *,
    data_range: float,
    weights: Weights = None,
) -> float:
    """SSIMULACRA 2 of sRGB pictures: 100 for identical ones; 70 is high quality, and 30 low.

    Grey pictures count as three equal channels. Windows that reach over the border find zeros
    there, and an odd last row or column is averaged with itself. Another scale is added while both
    sides have 8 pixels or more. Pictures with a side under 113 have fewer than six scales; the
    weights are then used in their order without gaps, as the author's tool does. A side under 8,
    which that tool refuses, is first filled up with its last samples.

    With `weights` (H, W), at least 0, an error counts at every scale by the mean weight of the
    8x8 block that it lies in. This is computed in float32 from samples that are rounded to 8 bits,
    so that an even map may move the score by 0.03. Raises ValueError as `psnr_y` does.
    """
    check_pair(reference, copy, data_range)
    weights = check_weights(weights, reference)
    reference, copy = _filled_up(reference), _filled_up(copy)
    if weights is not None:
        return _pooled(reference, copy, data_range, _filled_up(weights))
    pictures = [_Linear(picture, data_range) for picture in (reference, copy)]
    norms = [_norms(*pictures)]
    while len(norms) < _SCALES and min(pictures[0].shape) >= LEAST_SIDE:
        pictures = [picture.halved() for picture in pictures]
        norms.append(_norms(*pictures))
    by_channel = np.stack(norms, axis=1).ravel()
    return _score(float(_FLAT_WEIGHTS[: by_channel.size] @ by_channel))


def _score(raw_sum: float) -> float:
    error = 0.9562382616834844 * raw_sum
    error *= 2.326765642916932 - 0.020884521182843837 * error + 6.248496625763138e-05 * error**2
    return 100.0 - 10.0 * float(np.power(max(error, 0.0), 0.6276336467831387))


def _filled_up(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    short = [(0, max(LEAST_SIDE - side, 0)) for side in picture.shape[:2]]
    if not any(after for _, after in short):
        return picture
    return np.pad(picture, short + [(0, 0)] * (picture.ndim - 2), mode="edge")


def _pooled(
    reference: npt.NDArray[Any],
    copy: npt.NDArray[Any],
    data_range: float,
    weights: npt.NDArray[Any],
) -> float:
    """The score where errors count by the weights of their blocks."""
    scales, side = 1, min(reference.shape[:2])
    while scales < _SCALES and side >= LEAST_SIDE:
        scales, side = scales + 1, (side + 1) // 2
    by_channel = _FLAT_WEIGHTS[: 3 * scales * 6].reshape(3, scales, 6)
    by_scale = np.ascontiguousarray(by_channel.transpose(1, 0, 2), np.float32)
    pictures = eight_bit_pair(reference, copy, data_range)
    (error,) = native.ssimulacra2_sums(*pictures, by_scale, [_of_blocks(weights)])
    return _score(error)


def _of_blocks(weights: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """The mean weight of each 8x8 block, also of those that reach over the border, at most 1."""
    starts = [np.arange(0, side, 8) for side in weights.shape]
    counts = [np.diff([*start, side]) for start, side in zip(starts, weights.shape, strict=True)]
    rows = np.add.reduceat(weights, starts[0], axis=0, dtype=np.float64)
    sums = np.add.reduceat(rows, starts[1], axis=1) / np.outer(*counts)
    return np.asarray(sums / sums.max(), np.float32)


class _Linear:
    """A picture in linear light. At full size it is converted strip by strip, to save memory."""

    def __init__(self, picture: npt.NDArray[Any], data_range: float | None = None) -> None:
        self._picture, self._data_range = picture, data_range
        self.shape: tuple[int, int] = picture.shape[:2]

    def rows(self, part: slice) -> npt.NDArray[np.float64]:
        """Some of the picture's rows, (rows, W, 3), from 0 to 1."""
        strip = self._picture[part]
        if self._data_range is None:
            return strip.astype(np.float64)
        if strip.dtype == np.uint8 and self._data_range == 255:
            return rgb(_LINEAR_OF_UINT8[strip])
        return rgb(_linear(strip / self._data_range))

    def halved(self) -> _Linear:
        """The picture at half the size: the means of 2x2 pixels."""
        height, width = ((side + 1) // 2 for side in self.shape)
        result = np.empty((height, width, 3), np.float32)
        for part in strips(height, width):
            fine = self.rows(slice(2 * part.start, 2 * part.stop))
            odd = [(0, side % 2) for side in fine.shape[:2]]
            fine = np.pad(fine, [*odd, (0, 0)], mode="edge") if any(map(any, odd)) else fine
            pairs = fine[::2] + fine[1::2]
            result[part] = (pairs[:, ::2] + pairs[:, 1::2]) / 4
        return _Linear(result)


def _norms(reference: _Linear, copy: _Linear) -> npt.NDArray[np.float64]:
    """The means of three errors and then their 4-norms, for X, Y and B - Y at a scale: (3, 6)."""
    height, width = reference.shape
    halo = len(WINDOW) // 2
    sums = np.zeros((3, 6))
    for part in strips(height, width):
        taken = slice(max(part.start - halo, 0), part.stop + halo)
        above = halo - (part.start - taken.start)
        below = max(part.stop + halo - height, 0)
        border = ((above, below), (halo, halo))
        channels = zip(_xyb(reference.rows(taken)), _xyb(copy.rows(taken)), strict=True)
        for channel, (x, y) in enumerate(channels):
            for kind, error in enumerate(_errors(np.pad(x, border), np.pad(y, border))):
                squares = error * error
                sums[channel, kind] += error.sum()
                sums[channel, 3 + kind] += np.square(squares, out=squares).sum()
    sums /= height * width
    sums[:, 3:] **= 0.25
    return sums


def _errors(x: Plane, y: Plane) -> Iterator[Plane]:
    """Structure lost, edges gained and edges lost, for planes that are padded for the window."""
    mean_x, mean_y = filtered(x, WINDOW, WINDOW), filtered(y, WINDOW, WINDOW)
    variances = filtered(x * x + y * y, WINDOW, WINDOW) - (mean_x**2 + mean_y**2)
    covariance = filtered(x * y, WINDOW, WINDOW) - mean_x * mean_y
    likeness = (1 - (mean_x - mean_y) ** 2) * (2 * covariance + _C2) / (variances + _C2)
    yield np.maximum(1 - likeness, 0.0)
    inside = slice(len(WINDOW) // 2, -(len(WINDOW) // 2))
    edges_x = np.abs(x[inside, inside] - mean_x)
    edges_y = np.abs(y[inside, inside] - mean_y)
    gained = (1 + edges_y) / (1 + edges_x) - 1
    yield np.maximum(gained, 0.0)
    yield np.maximum(-gained, 0.0)


def _xyb(linear: npt.NDArray[np.float64]) -> tuple[Plane, Plane, Plane]:
    """The planes X, Y and B - Y, scaled and shifted to be positive."""
    mixed = products(linear.reshape(-1, 3), _OPSIN.T)
    mixed += _BIAS
    np.cbrt(np.maximum(mixed, 0.0, out=mixed), out=mixed)
    long, medium, short = (cone.reshape(linear.shape[:2]) for cone in mixed.T)
    y = 0.5 * (long + medium) - np.cbrt(_BIAS)
    return 7.0 * (long - medium) + 0.42, y + 0.01, short - np.cbrt(_BIAS) - y + 0.55


def _linear(samples: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The linear light, 0 to 1, of sRGB samples from 0 to 1 (IEC 61966-2-1)."""
    bright = ((np.maximum(samples, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(samples <= 0.04045, samples / 12.92, bright)


def _truncated_cosines() -> Plane:
    """The window of the blur: a Gaussian made of three cosines with an odd number of half waves.

    Charalampidis, IEEE TSP 64(14), 2016, which libjxl runs as a recursion. The amplitudes are those
    nearest to the Gaussian's own that give a sum of 1 and the Gaussian's variance.
    """
    offsets = np.arange(1 - _RADIUS_PX, _RADIUS_PX)
    frequencies = np.array([1, 3, 5]) * np.pi / (2 * _RADIUS_PX)
    cosines = np.cos(np.outer(frequencies, offsets))
    moments = np.stack([cosines.sum(axis=1), cosines @ offsets**2])
    gaussian = np.exp(-0.5 * (_SIGMA_PX * frequencies) ** 2) / _RADIUS_PX
    missing = np.array([1, _SIGMA_PX**2]) - moments @ gaussian
    return np.asarray((gaussian + np.linalg.pinv(moments) @ missing) @ cosines, np.float64)


_FLAT_WEIGHTS = np.array(WEIGHTS).ravel()
_LINEAR_OF_UINT8 = _linear(np.arange(256) / 255)
WINDOW = _truncated_cosines()
