"""ComparisonPage gathers a page copy by copy, and keeps only what the page shows of each copy."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from foveate.comparison.measured import Comparison, comparable
from foveate.comparison.page import sections
from foveate.comparison.page.error_maps import ERROR_KINDS, Errors, shrunk_errors
from foveate.comparison.page.shown_pictures import (
    REDUCED_PIXELS,
    Candidates,
    candidates,
    fitting,
    png,
    shown_alike,
)
from foveate.comparison.page.spots import Spot, salient_spots
from foveate.comparison.page.template import filled_page
from foveate.comparison.rows import told_apart
from foveate.pictures import Picture
from foveate.pictures.colours.srgb import in_srgb
from foveate.saliency import SaliencyMap, overlay


@dataclass(frozen=True)
class _Copy:
    comparison: Comparison
    shown: Candidates
    closeups: list[bytes]
    errors: dict[str, Errors]


class ComparisonPage:
    """A page on one original, to which copies are added one by one."""

    def __init__(self, original: Picture, saliency: SaliencyMap) -> None:
        """`saliency` is the map of the original, and has its height and width."""
        self._original = original
        self._saliency = saliency
        self._spots = salient_spots(saliency)
        self._copies: list[_Copy] = []

    def add(self, copy: Picture, comparison: Comparison) -> None:
        """Adds a copy after those that were added before, with its comparison with the original.

        Raises:
            PictureError: the copy's size is not the original's.
        """
        pair = [picture.pixels for picture in comparable(self._original, copy)]
        errors = {kind.metric: shrunk_errors(kind, *pair) for kind in ERROR_KINDS}
        closeups = [_closeup(copy, spot) for spot in self._spots]
        self._copies.append(_Copy(comparison, candidates(copy), closeups, errors))

    def html(self) -> str:
        """The text of the whole page. Raises ValueError where no copy was added."""
        if not self._copies:
            raise ValueError("a page shows one copy at least")
        original, copies = self._original, self._copies
        comparisons = [copy.comparison for copy in copies]
        names = told_apart([original.name, *(each.copy for each in comparisons)])
        shown = shown_alike([candidates(original), *(copy.shown for copy in copies)])
        closeups = [
            [_closeup(original, spot), *(copy.closeups[index] for copy in copies)]
            for index, spot in enumerate(self._spots)
        ]
        return filled_page(
            width=shown[0].width,
            height=shown[0].height,
            **sections.heading(names, comparisons[0]),
            **sections.slider(names, shown),
            table=sections.table(names[1:], comparisons),
            spots=sections.closeups(names, self._spots, closeups),
            map=sections.saliency_map(self._saliency, self._spots, self._painted_map()),
            errors=sections.errors(names[1:], comparisons, [copy.errors for copy in copies]),
            shown=sections.how_shown(names, shown),
        )

    def _painted_map(self) -> bytes:
        """The map painted over the original, as a JPEG of REDUCED_PIXELS at most."""
        width, height = fitting(self._original.width, self._original.height, REDUCED_PIXELS)
        image = Image.fromarray(self._original.pixels)
        small = np.asarray(image.resize((width, height), Image.Resampling.BOX))
        picture = in_srgb(dataclasses.replace(self._original, pixels=small))
        saliency = dataclasses.replace(self._saliency, width=width, height=height)
        buffer = io.BytesIO()
        Image.fromarray(overlay(picture, saliency)).save(buffer, "JPEG", quality=90)
        return buffer.getvalue()


def _closeup(picture: Picture, spot: Spot) -> bytes:
    """The spot's pixels in sRGB, as a PNG."""
    return png(in_srgb(dataclasses.replace(picture, pixels=spot.of(picture.pixels))))
