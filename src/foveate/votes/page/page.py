"""VotePage gathers originals with their encodings, and writes the page that asks about pairs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import foveate
from foveate.comparison.measured import comparable
from foveate.comparison.page.shown_pictures import Shown, candidates, shown_alike
from foveate.comparison.page.template import sealed_page
from foveate.errors import PictureError
from foveate.pictures import Picture

UNEQUAL = 0.02
"""By how much more the larger file of a pair may take before the page warns."""


class VotePage:
    """A page of pairs, to which originals are added one by one."""

    def __init__(self, *, seconds: float | None = None, seed: int | None = None) -> None:
        """Begins a page without pictures.

        Args:
            seconds: how long a pair is shown, after a cross to look at; by default until the vote.
            seed: the order of pairs and their sides; by default the page draws a seed for each
                voter. Either way the result file tells it.
        """
        self._seconds, self._seed = seconds, seed
        self._pictures: list[dict[str, Any]] = []
        self._images: dict[str, tuple[int, Shown]] = {}
        self.reduced: list[str] = []
        """The names of the originals that are shown reduced, since they are too large."""

    def add(self, name: str, original: Picture, copies: Mapping[str, Picture]) -> None:
        """Adds an original, and its encodings by the names under which votes count.

        Raises:
            PictureError: a copy has not the original's size, or does not come from a file.
            ValueError: there are fewer than two copies.
        """
        if len(copies) < 2:
            raise ValueError("a vote needs two copies at least")
        for copy in copies.values():
            comparable(original, copy)  # raises where the sizes differ
            if copy.encoded is None:
                raise PictureError(f"{copy.name}: has no file, whose bytes a vote needs; save it")
        shown = shown_alike([candidates(each) for each in (original, *copies.values())])
        if (shown[0].width, shown[0].height) != (original.width, original.height):
            self.reduced.append(name)
        images = [self._image(each) for each in shown]
        files = [
            {"name": each, "image": image, "bytes": len(copy.encoded or b"")}
            for (each, copy), image in zip(copies.items(), images[1:], strict=True)
        ]
        size = {"width": shown[0].width, "height": shown[0].height}
        self._pictures.append({"name": name, "original": images[0], **size, "files": files})

    @property
    def pairs(self) -> int:
        """How many pairs the page shows."""
        return sum(1 for _ in self._sizes())

    @property
    def unequal_pairs(self) -> int:
        """In how many pairs one file takes more than UNEQUAL more bytes than the other."""
        return sum(max(sizes) > (1 + UNEQUAL) * min(sizes) for sizes in self._sizes())

    def html(self) -> str:
        """The text of the whole page. Raises ValueError where nothing was added."""
        if not self._pictures:
            raise ValueError("a page shows one picture at least")
        trial: dict[str, Any] = {
            "version": foveate.__version__,
            "seconds": self._seconds,
            "seed": self._seed,
            "unequal": UNEQUAL,
            "pictures": self._pictures,
        }
        told = json.dumps([trial, list(self._images)], sort_keys=True)
        trial["sha256"] = hashlib.sha256(told.encode()).hexdigest()
        return sealed_page(
            "foveate.votes.page",
            scripts=("order.js", "page.js"),
            pairs=str(self.pairs),
            pictures="1 picture" if len(self._pictures) == 1 else f"{len(self._pictures)} pictures",
            notices="".join(f'<p class="notice">{text}</p>' for text in self._notices()),
            trial=json.dumps(trial).replace("<", "\\u003c"),
            images="\n".join(self._image_blocks()),
        )

    def _sizes(self) -> Any:
        for picture in self._pictures:
            yield from combinations([file["bytes"] for file in picture["files"]], 2)

    def _image(self, shown: Shown) -> int:
        digest = hashlib.sha256(shown.data).hexdigest()
        return self._images.setdefault(digest, (len(self._images), shown))[0]

    def _image_blocks(self) -> list[str]:
        """The images as blocks of data (HTML, 4.12.1), which browsers neither run nor load."""
        return [
            f'<script type="{shown.media_type}" id="image-{number}">'
            f"{base64.b64encode(shown.data).decode('ascii')}</script>"
            for number, shown in self._images.values()
        ]

    def _notices(self) -> list[str]:
        """What a voter has to know before the first pair."""
        notices = []
        if self.unequal_pairs:
            notices.append(
                f"In {self.unequal_pairs} of {self.pairs} pairs the two files differ in bytes by "
                f"more than {100 * UNEQUAL:g} %. Votes on these say nothing about equal bytes."
            )
        if self.reduced:
            notices.append(
                f"{len(self.reduced)} of {len(self._pictures)} pictures are too large for the page "
                "and are shown reduced, which hides a part of the errors."
            )
        if self._seconds is not None:
            notices.append(
                f"Each pair appears for {self._seconds:g} s, after a cross in the middle. "
                "Look at the cross. You may vote after the pictures have gone."
            )
        return notices
