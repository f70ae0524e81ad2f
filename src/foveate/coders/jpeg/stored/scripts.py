"""The scans that code a file's levels in the fewest bytes, chosen by counting what each takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from foveate import native
from foveate.coders.jpeg.rates import Statistics, scan_bytes
from foveate.coders.jpeg.stored.levels import StoredPicture

_SPLITS = (None, 2, 5, 8)
"""Where the first AC scans of a component may be split: the last zigzag index of the lower band."""
_AC_SHIFTS = (0, 1, 2, 3)
_DC_SHIFTS = (0, 1)
_LARGEST_MCU = 10
"""Blocks that an interleaved scan's MCU may hold (T.81 B.2.3)."""


class StoredScan(NamedTuple):
    """A scan with successive approximation (T.81 G.1.1.1.2)."""

    components: tuple[int, ...]
    first: int
    last: int
    high: int = 0
    low: int = 0


class Coding(NamedTuple):
    """How the levels of a file are coded."""

    scans: tuple[StoredScan, ...]
    classes: tuple[int, ...]
    """Which of two DC and AC tables each component takes."""
    progressive: bool
    restart_interval: int


def _class_choices(count: int) -> tuple[tuple[int, ...], ...]:
    """Ways to share tables among components; one alone where all choices are the same."""
    return {
        1: ((0,),),
        2: ((0, 0), (0, 1)),
        3: ((0, 1, 1), (0, 0, 0)),
        4: ((0, 0, 0, 0), (0, 1, 1, 0)),
    }[count]


def _interleaves(picture: StoredPicture) -> bool:
    blocks = sum(h * v for h, v in (c.sampling for c in picture.components))
    return len(picture.components) > 1 and blocks <= _LARGEST_MCU


class _Sizes:
    """What scans take."""

    def __init__(self, picture: StoredPicture, threads: int) -> None:
        self._picture, self._threads = picture, threads

    def of(
        self,
        scans: Sequence[StoredScan],
        classes: tuple[int, ...],
        *,
        progressive: bool,
        restart_interval: int = 0,
    ) -> list[int]:
        """Bytes of each, with headers and optimal tables, without byte stuffing."""
        components = self._picture.components
        found = native.stored_scan_statistics(
            [c.levels for c in components],
            [c.used for c in components],
            [c.sampling for c in components],
            classes,
            scans,
            progressive,
            restart_interval,
            self._threads,
        )
        return [scan_bytes(Statistics(*statistics)) for statistics in found]


def sequential_coding(picture: StoredPicture, *, threads: int = 1) -> Coding:
    """The smaller of the sequential codings; it keeps the file's restart markers.

    One scan holds all components, where an MCU of them is small enough for that.
    """
    count = len(picture.components)
    interleaved = _interleaves(picture)
    if interleaved or count == 1:
        scans: tuple[StoredScan, ...] = (StoredScan(tuple(range(count)), 0, 63),)
    else:
        scans = tuple(StoredScan((c,), 0, 63) for c in range(count))
    interval = picture.restart_interval
    sizes = _Sizes(picture, threads)

    def size(classes: tuple[int, ...]) -> int:
        return sum(sizes.of(scans, classes, progressive=False, restart_interval=interval))

    choices = _class_choices(count)
    classes = choices[0] if len(choices) == 1 else min(choices, key=size)
    return Coding(scans, classes, progressive=False, restart_interval=interval)


def progressive_coding(picture: StoredPicture, *, threads: int = 1) -> Coding:
    """The smallest of many progressive codings, without restart markers.

    DC is stored in a scan for all components or in one for each, at once or its last bit after the
    others. The AC of each component is stored in one band or two, and up to three of its last bits
    after the others. Each choice is made by itself, since each scan has tables of its own.
    """
    sizes = _Sizes(picture, threads)
    dc, classes = _smallest_dc(picture, sizes)
    scans = list(dc)
    for component in range(len(picture.components)):
        scans += _smallest_ac(component, sizes, len(picture.components))
    # Coarse to fine; DC comes before all AC (T.81 G.1.1.1.1).
    scans.sort(key=lambda scan: (scan.first > 0 or scan.high > 0, -scan.low))
    return Coding(tuple(scans), classes, progressive=True, restart_interval=0)


def _smallest_dc(picture: StoredPicture, sizes: _Sizes) -> tuple[list[StoredScan], tuple[int, ...]]:
    count = len(picture.components)
    groups: list[list[tuple[int, ...]]] = [[(c,) for c in range(count)]]
    if _interleaves(picture):
        groups.append([tuple(range(count))])
    best: tuple[int, list[StoredScan], tuple[int, ...]] | None = None
    for classes in _class_choices(count):
        for grouped in groups:
            for low in _DC_SHIFTS:
                scans = [StoredScan(members, 0, 0, 0, low) for members in grouped]
                if low > 0:
                    # A refining scan has no tables, so that one for all is the smallest.
                    scans += [StoredScan(members, 0, 0, low, 0) for members in groups[-1]]
                size = sum(sizes.of(scans, classes, progressive=True))
                if best is None or size < best[0]:
                    best = size, scans, classes
    assert best is not None
    return best[1], best[2]


def _smallest_ac(component: int, sizes: _Sizes, count: int) -> list[StoredScan]:
    members, classes = (component,), (0,) * count
    refining = [StoredScan(members, 1, 63, low + 1, low) for low in range(max(_AC_SHIFTS))]
    first = {
        (low, split): (
            [StoredScan(members, 1, 63, 0, low)]
            if split is None
            else [
                StoredScan(members, 1, split, 0, low),
                StoredScan(members, split + 1, 63, 0, low),
            ]
        )
        for low in _AC_SHIFTS
        for split in _SPLITS
    }
    every = [*refining, *(scan for scans in first.values() for scan in scans)]
    size = dict(zip(every, sizes.of(every, classes, progressive=True), strict=True))

    def total(scans: Sequence[StoredScan]) -> int:
        return sum(size[scan] for scan in scans)

    codings = [[*scans, *reversed(refining[:low])] for (low, _), scans in first.items()]
    return min(codings, key=total)
