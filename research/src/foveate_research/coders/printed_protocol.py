"""The paper's metrics as its authors' scripts took them, which explains what Table 1 prints.

`get_metrics.py` of iamaaditya/image-compression-cnn has ffmpeg scale each file to multiples of 16
as yuv420p, then VQMT measure the luma. Two things follow. The luma is of limited range (16 to 235)
while the peak stays 255: about 1.3 dB too many. And VQMT is told width and height the wrong way
round: it reads the rows with a wrong length, so that all metrics but PSNR see scrambled pictures.

PSNR-S has no script anywhere; it is taken here as everywhere in Foveate, over the salient fifth of
the map, but of this luma. Scaling is by Pillow's bicubic filter; Kodak's pictures need none.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.metrics.quality import luma, ms_ssim, psnr_s, psnr_y, ssim, vifp
from foveate.metrics.quality import psnr_hvs as hvs
from foveate.metrics.quality import psnr_hvs_m as hvs_m
from foveate_research.coders.scenes import Scene

Plane = npt.NDArray[np.uint8]

MULTIPLE = 16
HALVINGS = 4
COARSEST_EXPONENT = 0.1333
"""The published exponent of MS-SSIM's last scale; VQMT leaves it at 1."""
FIVE_SCALES = 176
"""The shortest side at which MS-SSIM has all its scales."""


def printed_numbers(scene: Scene, data: bytes) -> dict[str, float]:
    """The paper's seven metrics of a copy's file, by the names that the right ones have too."""
    reference = scaled(limited(luma(scene.pixels)))
    copy = scaled(limited(coded_luma(data)))
    saliency = scene.saliency.resized(*reference.shape)
    x, y = swapped(reference), swapped(copy)
    return {
        "psnr_s": psnr_s(reference, copy, saliency, data_range=255),
        "psnr_y": psnr_y(x, y, data_range=255),
        "psnr_hvs": hvs(x, y, data_range=255),
        "psnr_hvs_m": hvs_m(x, y, data_range=255),
        "ssim": ssim(x, y, data_range=255),
        "ms_ssim": vqmt_ms_ssim(x, y),
        "vifp": vifp(x, y, data_range=255),
    }


def coded_luma(data: bytes) -> npt.NDArray[np.float64]:
    """(H, W) full-range luma of a file; a JPEG's as it is stored, as ffmpeg takes it."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("YCbCr", image.size)  # of JPEGs only; others stay as they are
        if image.mode == "YCbCr":
            return np.asarray(image)[..., 0].astype(np.float64)
        return np.rint(luma(np.asarray(image.convert("RGB"))))


def limited(full: npt.NDArray[np.float64]) -> Plane:
    """Luma of 0 to 255 as yuv420p stores it: 16 to 235, rounded once."""
    return np.rint(16 + full * (219 / 255)).astype(np.uint8)


def scaled(plane: Plane) -> Plane:
    """A plane at the multiples of 16 next below its sides, 16 at least."""
    height, width = (max(MULTIPLE, side - side % MULTIPLE) for side in plane.shape)
    if (height, width) == plane.shape:
        return plane
    image = Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def swapped(plane: Plane) -> Plane:
    """The same samples in the same order, read with rows as long as columns should be."""
    height, width = plane.shape
    return plane.reshape(width, height)


def vqmt_ms_ssim(reference: Plane, copy: Plane) -> float:
    """MS-SSIM with the coarsest scale's exponent left at 1, as VQMT has it."""
    published = ms_ssim(reference, copy, data_range=255)
    if min(reference.shape) < FIVE_SCALES:
        return published
    coarse = (_halved(plane, HALVINGS) for plane in (reference, copy))
    similarity = max(ssim(*coarse, data_range=255), 0.0)
    return float(published * similarity ** (1 - COARSEST_EXPONENT))


def _halved(plane: Plane, times: int) -> npt.NDArray[np.float64]:
    """Averaged over squares of 2 ** times pixels; what is left at the edges is dropped."""
    side = 2**times
    rows, columns = (length // side for length in plane.shape)
    whole = plane[: rows * side, : columns * side].astype(np.float64)
    return np.asarray(whole.reshape(rows, side, columns, side).mean(axis=(1, 3)))
