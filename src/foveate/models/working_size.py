"""The bounded size at which a network looks at a picture of any size."""

from __future__ import annotations

STRIDE = 32
LONGEST_SIDES_RATIO = 4.0  # beyond it a picture is squashed: no training picture is longer


def working_size(height: int, width: int, *, pixels: int) -> tuple[int, int]:
    """(height, width), multiples of 32, near `pixels` in area and near the picture's aspect.

    Depends on the aspect alone, so that a picture and its enlargement are seen alike.
    """
    ratio = min(max(width / height, 1 / LONGEST_SIDES_RATIO), LONGEST_SIDES_RATIO)
    best = (STRIDE, STRIDE)
    best_cost = float("inf")
    limit = int((pixels * LONGEST_SIDES_RATIO) ** 0.5) // STRIDE + 2
    for rows in range(1, limit + 1):
        for columns in range(1, limit + 1):
            area = rows * columns * STRIDE * STRIDE
            squash = columns / rows / ratio
            excess = area / pixels
            cost = max(squash, 1 / squash) + 0.5 * max(excess, 1 / excess)
            if cost < best_cost - 1e-9:
                best, best_cost = (rows * STRIDE, columns * STRIDE), cost
    return best


def shorter_side_size(height: int, width: int, *, shortest: int, stride: int) -> tuple[int, int]:
    """(height, width) of the whole picture with its shorter side at `shortest`, a multiple of
    `stride`, and the other in proportion to the nearest multiple."""
    ratio = min(max(width / height, 1 / LONGEST_SIDES_RATIO), LONGEST_SIDES_RATIO)
    longer = round(shortest * max(ratio, 1 / ratio) / stride) * stride
    return (shortest, longer) if ratio >= 1 else (longer, shortest)


def longer_side_size(height: int, width: int, *, longest: int, multiple: int) -> tuple[int, int]:
    """(height, width) near the picture's aspect, its longer side the largest multiple of
    `multiple` within `longest`, the other the nearest multiple; long strips are squashed."""
    ratio = min(max(width / height, 1 / LONGEST_SIDES_RATIO), LONGEST_SIDES_RATIO)
    longer = longest // multiple * multiple
    shorter = max(multiple, round(longer * min(ratio, 1 / ratio) / multiple) * multiple)
    return (shorter, longer) if ratio >= 1 else (longer, shorter)
