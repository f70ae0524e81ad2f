"""The 64 levels of libaom's quantiser: what Pillow calls them, and their steps."""

from __future__ import annotations

LEVELS = 64
FINEST, COARSEST = 1, LEVELS - 1
"""The levels that are used. Level 0 is lossless but for the conversion of colours."""

_DC_STEPS = (
    *(4, 10, 13, 17, 20, 24, 27, 31, 34, 38, 41, 44, 48, 51, 54, 57, 61, 64, 67, 70, 74, 77, 80),
    *(83, 87, 93, 99, 105, 111, 117, 123, 131, 140, 148, 156, 166, 177, 187, 199, 211, 223, 237),
    *(250, 265, 280, 296, 313, 330, 349, 369, 389, 411, 435, 461, 489, 522, 559, 602, 654, 717),
    *(796, 896, 1058, 1336),
)
_AC_STEPS = (
    *(4, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55, 59, 63, 67, 71, 75, 79, 83, 87, 91, 95),
    *(99, 104, 112, 120, 128, 136, 144, 152, 164, 176, 188, 200, 215, 231, 247, 265, 285, 305, 329),
    *(353, 380, 408, 440, 474, 510, 550, 593, 639, 689, 743, 801, 864, 933, 1007, 1087, 1173, 1267),
    *(1369, 1479, 1628, 1828),
)
"""AV1's for 8 bits, 7.12.2, at the indices that libaom gives its levels: 0, 4, 8 ... 244, 249, 255.

In eighths of what an orthonormal transform gives.
"""


def steps_of(level: int) -> tuple[int, int]:
    """The steps of DC and of AC coefficients at a level, in eighths."""
    return _DC_STEPS[level], _AC_STEPS[level]


def quality_of(level: int) -> int:
    """The highest quality, 0 to 100, that libavif turns into this level."""
    return max(quality for quality in range(101) if _level_of(quality) == level)


def _level_of(quality: int) -> int:
    """libavif's linear rule."""
    return ((100 - quality) * (LEVELS - 1) + 50) // 100
