"""Pixels brought to what JPEG can say of colours: sRGB, or a wide gamut with a compact profile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foveate.pictures.colours.colour_coding import PQ, ColourCoding
from foveate.pictures.colours.colour_profiles import (
    BT709,
    BT2020,
    DISPLAY_P3,
    SRGB_CURVE,
    rgb_profile,
)

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
_STRIP_ROWS = 256
_LEAST_POWER = 1.5
"""Curves nearer to light itself spend too few of 8 bits on dark colours to be kept."""
_WHITE_NITS, _HLG_PEAK_NITS = 203.0, 1000.0
"""What HDR pictures show paper white at, and HLG's usual display (ITU-R BT.2408, 2.1)."""
_KNEE = 0.5
"""The share of paper white's light up to which tone mapping changes nothing."""


def as_shown(
    samples: Samples, coding: ColourCoding, notes: list[str]
) -> tuple[Pixels, bytes | None]:
    """Pixels of 8 bits that look as the coding says, and the profile that they need.

    Args:
        samples: (H, W, 3) or (H, W), of 8 or 16 bits.
        coding: how they are coded.
        notes: gets a line where colours are converted.
    """
    if coding.is_srgb:
        return _scaled(samples), None
    if coding.is_hdr:
        notes.append(f"HDR colours ({coding.curve}) tone-mapped to sRGB")
        return _tone_mapped(samples, coding), None
    grey = samples.ndim == 2
    wide = not grey and not coding.primaries.is_near(BT709)
    assert not isinstance(coding.curve, str)
    kept = wide and coding.full_range and (len(coding.curve) > 1 or coding.curve[0] >= _LEAST_POWER)
    if kept:
        return _scaled(samples), rgb_profile(coding.primaries, coding.curve, _name_of(coding))
    pixels = _through_table(samples, coding)
    if coding.curve != SRGB_CURVE or not coding.full_range:
        notes.append("colours converted to the curve of sRGB")
    if not wide:
        return pixels, None
    return pixels, rgb_profile(coding.primaries, SRGB_CURVE, _name_of(coding))


def _name_of(coding: ColourCoding) -> str:
    for primaries, name in ((DISPLAY_P3, "Display P3"), (BT2020, "Rec. 2020")):
        if coding.primaries.is_near(primaries):
            return name
    return "RGB of the file"


def _scaled(samples: Samples) -> Pixels:
    if samples.dtype == np.uint8:
        return np.asarray(samples, np.uint8)
    return ((samples.astype(np.uint32) * 255 + 32_767) // 65_535).astype(np.uint8)


def _levels(samples: Samples, coding: ColourCoding) -> npt.NDArray[np.float64]:
    """Every value that a sample can have, from 0 to 1."""
    most = int(np.iinfo(samples.dtype).max)
    levels = np.arange(most + 1) / most
    if coding.full_range:
        return levels
    return np.clip((levels * 255 - 16) / 219, 0, 1)


def _through_table(samples: Samples, coding: ColourCoding) -> Pixels:
    light = to_light(_levels(samples, coding), coding.curve)
    table = np.rint(255 * from_light(light)).astype(np.uint8)
    return np.asarray(table[samples])


def to_light(levels: npt.NDArray[np.float64], curve: object) -> npt.NDArray[np.float64]:
    """Linear light of levels from 0 to 1; of HDR curves, with paper white at 1."""
    if curve == PQ:  # SMPTE ST 2084, equation 4.1
        power = levels ** (1 / 78.84375)
        ratio = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        return np.asarray(10_000 / _WHITE_NITS * ratio ** (1 / 0.1593017578125))
    if isinstance(curve, str):  # HLG, ITU-R BT.2100, table 5
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        high = (np.exp((np.maximum(levels, 0.5) - c) / a) + b) / 12
        return np.asarray(np.where(levels <= 0.5, levels**2 / 3, high))
    assert isinstance(curve, tuple)
    if len(curve) == 1:
        return np.asarray(levels ** curve[0])
    g, a, b, c, d = curve
    return np.asarray(np.where(levels < d, c * levels, (a * levels + b) ** g))


def from_light(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sRGB's levels of linear light (IEC 61966-2-1)."""
    light = np.clip(light, 0, 1)
    bent = 1.055 * light ** (1 / 2.4) - 0.055
    return np.asarray(np.where(light <= 0.0031308, 12.92 * light, bent))


def _tone_mapped(samples: Samples, coding: ColourCoding) -> Pixels:
    """Light above the knee is compressed so that the brightest reaches white; hues stay."""
    table = to_light(_levels(samples, coding), coding.curve)
    matrix = np.linalg.solve(BT709.to_xyz(), coding.primaries.to_xyz())
    luma = coding.primaries.to_xyz()[1]
    strips = [slice(top, top + _STRIP_ROWS) for top in range(0, samples.shape[0], _STRIP_ROWS)]

    def light_of(strip: slice) -> npt.NDArray[np.float64]:
        light = table[samples[strip]]
        if light.ndim == 2:
            return np.asarray(_displayed(light, light, coding))
        return np.asarray(_displayed(light, light @ luma, coding) @ matrix.T)

    peak = max(max(float(light_of(strip).max()) for strip in strips), 1.0)
    pixels = np.empty(samples.shape, np.uint8)
    for strip in strips:
        light = np.maximum(light_of(strip), 0)
        most = light if light.ndim == 2 else light.max(axis=-1, keepdims=True)
        scale = _compressed(most, peak) / np.maximum(most, 1e-9)
        pixels[strip] = np.rint(255 * from_light(light * scale))
    return pixels


def _displayed(
    light: npt.NDArray[np.float64], luminance: npt.NDArray[np.float64], coding: ColourCoding
) -> npt.NDArray[np.float64]:
    """HLG's light of the scene as displays of 1000 nits show it (BT.2100, table 5)."""
    if coding.curve == PQ:
        return light
    power = np.maximum(luminance, 1e-9) ** 0.2
    shown = power if light.ndim == 2 else power[..., None]
    return np.asarray(light * shown * (_HLG_PEAK_NITS / _WHITE_NITS))


def _compressed(light: npt.NDArray[np.float64], peak: float) -> npt.NDArray[np.float64]:
    """Unchanged below the knee, then bent with the same slope so that `peak` becomes 1.

    Above the knee Reinhard's curve with a white point (SIGGRAPH 2002, equation 4).
    """
    over = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
    top = (peak - _KNEE) / (1 - _KNEE)
    bent = over * (1 + over / top**2) / (1 + over)
    return np.asarray(np.where(light <= _KNEE, light, _KNEE + (1 - _KNEE) * np.minimum(bent, 1)))
