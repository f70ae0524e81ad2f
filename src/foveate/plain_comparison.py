"""How a finished file compares with plain JPEG of as many bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from foveate.coders.base import Encoded
from foveate.coders.plain.pillow_jpeg import plain_jpeg, plain_quality_of
from foveate.metrics.quality import psnr_s, psnr_y, salient_pixels, ssimulacra2
from foveate.pictures import Picture, read_picture
from foveate.saliency import SaliencyMap


@dataclass(frozen=True)
class PlainComparison:
    """PSNR of luma (BT.601) in dB, and SSIMULACRA 2, beside those of plain JPEG.

    PSNRs are None where nothing differs.
    """

    psnr: float | None
    psnr_salient: float | None
    """PSNR over the salient pixels: those at or above the map's 80th percentile and above zero."""
    plain_quality: int
    """The quality at which Pillow's default JPEG takes as many bytes, metadata left out."""
    plain_psnr: float | None
    plain_psnr_salient: float | None
    ssimulacra2_salient: float
    """SSIMULACRA 2, a score of what is seen, where only errors in the salient pixels count."""
    plain_ssimulacra2_salient: float

    @property
    def salient_gain_ssimulacra2(self) -> float:
        """How much better the salient pixels are seen than in plain JPEG of as many bytes."""
        return self.ssimulacra2_salient - self.plain_ssimulacra2_salient

    @property
    def salient_gain_db(self) -> float | None:
        """How much sharper the salient pixels are than in plain JPEG of as many bytes."""
        if self.psnr_salient is None or self.plain_psnr_salient is None:
            return None
        return self.psnr_salient - self.plain_psnr_salient


def compared_with_plain(
    picture: Picture, encoded: Encoded, saliency: SaliencyMap
) -> PlainComparison:
    """The finished file and plain JPEG of as many bytes, both decoded and held against the picture.

    The salient pixels are those of `foveate.compare`, so that both report equal numbers.
    """
    size = len(encoded.data) - encoded.metadata_bytes
    subsampling = "444" if encoded.facts.get("subsampling") == "444" else "420"
    quality = plain_quality_of(picture.pixels, size, subsampling)
    plain = plain_jpeg(picture.pixels, quality, subsampling=subsampling)

    salient = salient_pixels(saliency.values)

    def measured(data: bytes) -> tuple[float | None, float | None, float]:
        pair = picture.pixels, read_picture(data).pixels
        whole = psnr_y(*pair, data_range=255)
        there = psnr_s(*pair, saliency.values, data_range=255)
        seen = ssimulacra2(*pair, data_range=255, weights=salient)
        return _finite(whole), _finite(there), seen

    (psnr, psnr_there, seen), (plain_psnr, plain_there, plain_seen) = (
        measured(data) for data in (encoded.data, plain)
    )
    return PlainComparison(psnr, psnr_there, quality, plain_psnr, plain_there, seen, plain_seen)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
