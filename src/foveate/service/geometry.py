"""Which window of a picture is shown, and at which size, by the rules of imgproxy's options."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.service.refusals import RefusedError
from foveate.service.wanted import COMPASS, Gravity, Resizing, Wanted
from foveate.settings import Box

Size = tuple[int, int]


@dataclass(frozen=True)
class Cut:
    """A window of that width and height, placed by a gravity in what the cut before it left."""

    size: Size
    gravity: Gravity


@dataclass(frozen=True)
class Plan:
    """The windows that are cut out, one in the other, and the result's width and height."""

    cuts: tuple[Cut, ...]
    size: Size


def planned(width: int, height: int, wanted: Wanted, *, most_pixels: int) -> Plan:
    """What becomes of an upright picture. Raises RefusedError for a result of too many pixels."""
    cuts = []
    across, down = width, height
    if wanted.crop is not None:
        asked_across, asked_down, gravity = wanted.crop
        across, down = _part(asked_across, width), _part(asked_down, height)
        cuts.append(Cut((across, down), gravity or wanted.gravity))
    window, size = _resized(across, down, wanted)
    if window != (across, down):
        cuts.append(Cut(window, wanted.gravity))
    if size[0] * size[1] > most_pixels:
        raise RefusedError(
            422,
            f"the result would have {size[0]} x {size[1]} pixels, over the limit of"
            f" {most_pixels:,}; ask for fewer",
        )
    return Plan(tuple(cuts), size)


def reduction(plan: Plan, whole: Size) -> int:
    """How often smaller a picture may be decoded: 1, 2, 4 or 8.

    What is shown keeps twice the result's pixels along each side, so that the last step is still a
    filter of our own, as libvips leaves it.
    """
    shown = plan.cuts[-1].size if plan.cuts else whole
    shrinks = min(shown[0] / plan.size[0], shown[1] / plan.size[1])
    return next((factor for factor in (8, 4, 2) if shrinks >= 2 * factor), 1)


def placed(gravity: Gravity, whole: Size, size: Size) -> Box:
    """Where a window of `size` lies by a gravity that needs no map."""
    free = whole[0] - size[0], whole[1] - size[1]
    if gravity.kind == "fp":
        middle = gravity.point
    elif gravity.kind == "obj":
        x, y, width, height = gravity.box
        middle = x + width / 2, y + height / 2
    else:
        shares = COMPASS[gravity.kind]
        moved = []
        for axis in (0, 1):
            offset = gravity.offset[axis]
            offset = offset * whole[axis] if abs(offset) < 1 else offset
            towards = -1 if shares[axis] == 1.0 else 1
            moved.append(shares[axis] * free[axis] + towards * offset)
        return _within(moved[0], moved[1], free, size)
    return _within(
        middle[0] * whole[0] - size[0] / 2, middle[1] * whole[1] - size[1] / 2, free, size
    )


def _within(x: float, y: float, free: Size, size: Size) -> Box:
    return min(max(0, round(x)), free[0]), min(max(0, round(y)), free[1]), *size


def _part(asked: float, side: int) -> int:
    """A side of a crop: all of it for 0, a share below 1, pixels otherwise."""
    if asked == 0:
        return side
    return min(side, max(1, round(asked * side if asked < 1 else asked)))


def _resized(across: int, down: int, wanted: Wanted) -> tuple[Size, Size]:
    """The window of across x down pixels that is kept, and the size that it is brought to."""
    zoom = wanted.zoom[0] * wanted.dpr, wanted.zoom[1] * wanted.dpr
    width, height = wanted.width * zoom[0], wanted.height * zoom[1]
    least = (
        wanted.min_width * wanted.dpr / across,
        wanted.min_height * wanted.dpr / down,
    )
    if not width and not height:
        scales = [max(zoom[0], *least), max(zoom[1], *least)]
        most = max(scales)
        if most > 1 and not wanted.enlarge:
            scales = [scale / most for scale in scales]
        return (across, down), (_side(across * scales[0]), _side(down * scales[1]))
    kind = wanted.resizing
    if kind == "auto":
        kind = "fill" if width and height and _alike(width, height, across, down) else "fit"
    if kind == "force":
        factors = [width / across if width else 1.0, height / down if height else 1.0]
        most = max(factors)
        if most > 1 and not wanted.enlarge:
            factors = [factor / most for factor in factors]
        return (across, down), (_side(across * factors[0]), _side(down * factors[1]))
    scale = _scale(across, down, width, height, kind)
    scale = max(scale, *least)
    if scale > 1 and not wanted.enlarge:
        scale = 1.0
    shown = across * scale, down * scale
    if kind == "fit" or not (width and height):
        return (across, down), (_side(shown[0]), _side(shown[1]))
    kept = min(width, shown[0]), min(height, shown[1])
    if kind == "fill-down":
        share = min(kept[0] / width, kept[1] / height)
        kept = width * share, height * share
    window = min(across, _side(kept[0] / scale)), min(down, _side(kept[1] / scale))
    return window, (_side(kept[0]), _side(kept[1]))


def _scale(across: int, down: int, width: float, height: float, kind: Resizing) -> float:
    """How many pixels the result has for one of the picture."""
    factors = [asked / side for asked, side in ((width, across), (height, down)) if asked]
    return min(factors) if kind == "fit" else max(factors)


def _alike(width: float, height: float, across: int, down: int) -> bool:
    """Whether both are upright, or both lie."""
    return (width >= height) == (across >= down)


def _side(pixels: float) -> int:
    return max(1, round(pixels))
