"""Compact ICC profiles of RGB colour spaces: primaries, a white point and one curve."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Chromaticity = tuple[float, float]
_D50 = np.array([0.96422, 1.0, 0.82521])
"""The white of ICC's connection space (ICC.1:2022, 7.2.16), as s15Fixed16 numbers round it."""
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""To the cones' responses in which whites are adapted (ICC.1:2022, annex E)."""

SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c, d of ICC's parametric curve of type 3: IEC 61966-2-1."""
BT709_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
"""The same of the inverse of ITU-R BT.709's and BT.2020's curve."""


@dataclass(frozen=True)
class Primaries:
    """Chromaticities x, y of a colour space's white and primaries."""

    white: Chromaticity
    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity

    def is_near(self, other: Primaries, within: float = 0.004) -> bool:
        mine, others = (np.array([p.white, p.red, p.green, p.blue]) for p in (self, other))
        return bool(np.abs(mine - others).max() <= within)

    def to_xyz(self) -> npt.NDArray[np.float64]:
        """The matrix from linear RGB to XYZ in which white has Y = 1 (SMPTE RP 177)."""
        columns = np.array([_xyz(p) for p in (self.red, self.green, self.blue)]).T
        return np.asarray(columns * np.linalg.solve(columns, _xyz(self.white)))


D65 = (0.3127, 0.3290)
BT709 = Primaries(D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
DISPLAY_P3 = Primaries(D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BT2020 = Primaries(D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))


def rgb_profile(primaries: Primaries, curve: Sequence[float], name: str) -> bytes:
    """An ICC v4 profile of about 500 bytes (ICC.1:2022, 8.3.3: three-component matrix-based).

    Args:
        primaries: of the colour space.
        curve: one number for a power, or the five of a parametric curve of type 3.
        name: what programs call it; ASCII.
    """
    adaptation = _to_d50(primaries.white)
    colorants = (adaptation @ primaries.to_xyz()).T
    kind = 0 if len(curve) == 1 else 3
    para = b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _fixed(curve)
    bodies = {
        b"desc": _text(name),
        b"cprt": _text("CC0"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(_D50),
        b"chad": b"sf32\0\0\0\0" + _fixed(adaptation.reshape(9)),
        b"rXYZ": b"XYZ \0\0\0\0" + _fixed(colorants[0]),
        b"gXYZ": b"XYZ \0\0\0\0" + _fixed(colorants[1]),
        b"bXYZ": b"XYZ \0\0\0\0" + _fixed(colorants[2]),
        b"rTRC": para,
        b"gTRC": para,
        b"bTRC": para,
    }
    places: dict[bytes, int] = {}
    data, table = b"", b""
    start = 128 + 4 + 12 * len(bodies)
    for tag, body in bodies.items():
        if body not in places:  # tags may share an element
            places[body] = start + len(data)
            data += body + bytes(-len(body) % 4)
        table += tag + struct.pack(">II", places[body], len(body))
    size = start + len(data)
    head = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI12s4s16s28s",
        *(size, b"\0\0\0\0", 0x04300000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp"),
        *(b"\0\0\0\0", 0, 0, 0, 0, 0, _fixed(_D50), b"\0\0\0\0", bytes(16), bytes(28)),
    )
    return head + struct.pack(">I", len(bodies)) + table + data


def _to_d50(white: Chromaticity) -> npt.NDArray[np.float64]:
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ _xyz(white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD)


def _xyz(point: Chromaticity) -> npt.NDArray[np.float64]:
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(values: Sequence[float] | npt.NDArray[np.float64]) -> bytes:
    """s15Fixed16 numbers."""
    return b"".join(struct.pack(">i", round(float(v) * 65_536)) for v in values)


def _text(text: str) -> bytes:
    """A multi-localised text in one language (10.15)."""
    body = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(body), 28) + body
