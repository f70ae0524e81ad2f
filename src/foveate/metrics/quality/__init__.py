"""Pictures against pictures: `METRICS` lists the metrics, and `measure` takes all of them.

Pictures are (H, W, 3) RGB or (H, W) grey, uint8 or floating point from 0 to `data_range`. Each
function names the domain it measures in; luma and chroma are BT.601 full range, not rounded.
"""

from foveate.metrics.quality.butteraugli import butteraugli, butteraugli_max
from foveate.metrics.quality.catalogue import METRICS, Metric, measure, measure_pooled
from foveate.metrics.quality.error_maps import error_map
from foveate.metrics.quality.gmsd import gmsd
from foveate.metrics.quality.hvs import psnr_hvs, psnr_hvs_m
from foveate.metrics.quality.planes import cb, cr, luma
from foveate.metrics.quality.psnr import (
    psnr_cb,
    psnr_cr,
    psnr_rgb,
    psnr_s,
    psnr_y,
    salient_pixels,
)
from foveate.metrics.quality.ssim import ms_ssim, ssim
from foveate.metrics.quality.ssimulacra2 import ssimulacra2
from foveate.metrics.quality.vifp import vifp

__all__ = [
    "METRICS",
    "Metric",
    "butteraugli",
    "butteraugli_max",
    "cb",
    "cr",
    "error_map",
    "gmsd",
    "luma",
    "measure",
    "measure_pooled",
    "ms_ssim",
    "psnr_cb",
    "psnr_cr",
    "psnr_hvs",
    "psnr_hvs_m",
    "psnr_rgb",
    "psnr_s",
    "psnr_y",
    "salient_pixels",
    "ssim",
    "ssimulacra2",
    "vifp",
]
