"""How a file without a profile says that its colours are coded, by numbers or by curves.

PNG's chunks in the order of precedence of its third edition (4.3): cICP, iCCP, sRGB, then gAMA and
cHRM; and the box "nclx" of AVIF and HEIF. The numbers are ITU-T H.273's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from foveate.pictures.colours.colour_profiles import (
    BT709,
    BT709_CURVE,
    BT2020,
    D65,
    DISPLAY_P3,
    SRGB_CURVE,
    Chromaticity,
    Primaries,
)
from foveate.pictures.containers.isobmff import CodingPoints, coding_points
from foveate.pictures.containers.png_chunks import chunks

PQ, HLG = "PQ", "HLG"
_NAMED = {
    1: BT709,
    4: Primaries((0.310, 0.316), (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: Primaries(D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: Primaries(D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: Primaries(D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: BT2020,
    11: Primaries((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: DISPLAY_P3,
    22: Primaries(D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
"""H.273, table 2."""
_CURVES: dict[int, tuple[float, ...] | str] = {
    **dict.fromkeys((1, 6, 11, 14, 15), BT709_CURVE),
    4: (2.2,),
    5: (2.8,),
    8: (1.0,),
    13: SRGB_CURVE,
    16: PQ,
    17: (2.6,),
    18: HLG,
}
"""H.273, table 3: a power, a parametric curve as ICC has it, or a name of an HDR curve."""
_UNSPECIFIED = 2
_SRGB_GAMMA, _NEAR = 0.45455, 0.006


@dataclass(frozen=True)
class ColourCoding:
    """Primaries and curve of coded colours, and whether black and white lie at 16 and 235."""

    primaries: Primaries
    curve: tuple[float, ...] | str
    full_range: bool = True

    @property
    def is_hdr(self) -> bool:
        return isinstance(self.curve, str)

    @property
    def is_srgb(self) -> bool:
        """Whether the colours look right untagged.

        BT.709's curve with its primaries counts too: viewers show it as they show sRGB.
        """
        return (
            self.full_range
            and self.primaries.is_near(BT709)
            and self.curve in (SRGB_CURVE, BT709_CURVE)
        )


def png_coding(data: bytes) -> tuple[ColourCoding | None, bool]:
    """How a PNG file's colours are coded, and whether that goes before its ICC profile.

    None where it says nothing that is known.
    """
    found = {c.kind: c.body for c in chunks(data) if c.is_sound}
    cicp = found.get(b"cICP", b"")
    if len(cicp) >= 4 and cicp[2] == 0:
        coding = coding_of(CodingPoints(cicp[0], cicp[1], bool(cicp[3])))
        if coding is not None:
            return coding, True
    if b"sRGB" in found:
        return ColourCoding(BT709, SRGB_CURVE), False
    gamma, primaries = _gamma(found.get(b"gAMA", b"")), _primaries(found.get(b"cHRM", b""))
    if gamma is None and primaries is None:
        return None, False
    curve: tuple[float, ...] = SRGB_CURVE
    if gamma is not None and abs(gamma - _SRGB_GAMMA) > _NEAR:
        curve = (1 / gamma,)
    return ColourCoding(primaries or BT709, curve), False


def boxed_coding(data: bytes) -> ColourCoding | None:
    """How an AVIF's or HEIF's colours are coded; decoders have brought them to full range."""
    points = coding_points(data)
    if points is None:
        return None
    return coding_of(CodingPoints(points.primaries, points.transfer))


def coding_of(points: CodingPoints) -> ColourCoding | None:
    """The coding that numbers of H.273 mean; None for unknown ones."""
    curve = SRGB_CURVE if points.transfer == _UNSPECIFIED else _CURVES.get(points.transfer)
    primaries = BT709 if points.primaries == _UNSPECIFIED else _NAMED.get(points.primaries)
    if curve is None or primaries is None:
        return None
    # Television's primaries, as video encoders write them, are so near that viewers ignore them.
    if points.primaries in (5, 6, 7, 22) and curve in (SRGB_CURVE, BT709_CURVE):
        primaries = BT709
    return ColourCoding(primaries, curve, points.full_range)


def _gamma(body: bytes) -> float | None:
    value = int.from_bytes(body[:4], "big") / 100_000 if len(body) >= 4 else 0.0
    return value if 0.1 <= value <= 10 else None


def _primaries(body: bytes) -> Primaries | None:
    """cHRM's numbers, unless they describe no colour space."""
    if len(body) < 32:
        return None
    numbers = [v / 100_000 for v in struct.unpack(">8I", body[:32])]
    points: list[Chromaticity] = list(zip(numbers[::2], numbers[1::2], strict=True))
    (_, wy), (rx, ry), (gx, gy), (bx, by) = points
    area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry)
    if abs(area) < 0.01 or wy < 0.1 or min(ry, gy, by) < 0.001 or max(numbers) > 1:
        return None
    return Primaries(*points)
