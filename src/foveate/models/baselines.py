"""Models without weights: what every network has to beat, and no map at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.blur import gaussian_blurred
from foveate.colour import LUMA_OF_RGB
from foveate.models.entry import Prediction, baseline

CENTRE_SIGMA = 0.25  # of each side
GRID = 64  # cells along the longer side
RESIDUAL_SIDE = 64
RESIDUAL_SIGMA = 2.5  # cells
RESIDUAL_RADIUS = 8  # cells: three sigma
FLAT_CONTRAST = 1.0  # grey levels
# How steep its own curve of fixations by rank is beside the network's: results/weight-curve.json.
# The centre's is 0.62; it is given full strength all the same, since a control should be as strong
# as it can be.
RESIDUAL_CONFIDENCE = 0.40


def _grid(height: int, width: int) -> tuple[int, int]:
    """About GRID cells on the longer side, at least 8 on the shorter."""
    longer = max(height, width)
    return max(8, round(GRID * height / longer)), max(8, round(GRID * width / longer))


def _residual_size(height: int, width: int) -> tuple[int, int]:
    """A square, as in the paper's own code."""
    return RESIDUAL_SIDE, RESIDUAL_SIDE


def spectral_residual(pixels: npt.NDArray[np.uint8]) -> Prediction:
    """What the log spectrum has beyond its own local average, back in the picture, blurred."""
    grey = pixels.astype(np.float64) @ np.array(LUMA_OF_RGB)
    if grey.std() < FLAT_CONTRAST:
        return Prediction(np.ones(grey.shape, dtype=np.float32), 0.0)
    spectrum = np.fft.fft2(grey)
    log_amplitude = np.log(np.abs(spectrum) + 1e-9)
    residual = log_amplitude - _mean_of_three(log_amplitude)
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    energy = gaussian_blurred(
        np.abs(back) ** 2, RESIDUAL_SIGMA, radius=RESIDUAL_RADIUS, edges="symmetric"
    )
    energy -= energy.min()
    values = (energy / max(float(energy.max()), 1e-30)).astype(np.float32)
    return Prediction(values, RESIDUAL_CONFIDENCE)


def centre(pixels: npt.NDArray[np.uint8]) -> Prediction:
    """A Gaussian in the middle of the picture."""
    return Prediction(centred_gaussian(*pixels.shape[:2]), 1.0)


def centred_gaussian(rows: int, columns: int) -> npt.NDArray[np.float32]:
    """(rows, columns) of a Gaussian in the middle, as wide and high as CENTRE_SIGMA says."""
    y = (np.arange(rows) + 0.5) / rows - 0.5
    x = (np.arange(columns) + 0.5) / columns - 0.5
    distance = (y[:, None] ** 2 + x[None] ** 2) / CENTRE_SIGMA**2
    return np.exp(-0.5 * distance).astype(np.float32)


def none(pixels: npt.NDArray[np.uint8]) -> Prediction:
    """A flat map, of confidence 0."""
    return Prediction(np.ones((1, 1), dtype=np.float32), 0.0)


def _mean_of_three(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """3x3 mean, edges repeated."""
    padded = np.pad(values, 1, mode="edge")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return np.asarray((across[:-2] + across[1:-1] + across[2:]) / 9)


ENTRIES = (
    baseline(
        "spectral-residual",
        "what departs from a smooth log spectrum (Hou and Zhang, CVPR 2007)",
        spectral_residual,
        size=_residual_size,
    ),
    baseline("centre", "a Gaussian in the middle, whatever the picture", centre, size=_grid),
    baseline("none", "no map: every place counts the same", none, size=_grid),
)
