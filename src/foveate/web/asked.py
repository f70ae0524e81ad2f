"""What a request of the page asks: settings, strokes, boxes and a crop, read and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foveate.errors import OptionError
from foveate.settings import Settings
from foveate.web.painting import KINDS, Stroke

OFFERED = ("quality", "size_bytes", "format", "tune", "effort", "metadata", "subsampling")
"""The settings that the page may choose; the others would read files or take more of the machine.

Boxes come beside them.
"""
MOST_STROKES = 500
MOST_POINTS = 50_000
"""Of all strokes together."""
MOST_BOXES = 200


@dataclass(frozen=True)
class Asked:
    """What one file of a picture is to be.

    settings: checked, with the protected boxes. strokes: what was painted, oldest first. aspect: of
    a crop, "9:16", or None for the whole picture.
    """

    settings: Settings
    strokes: tuple[Stroke, ...] = ()
    aspect: str | None = None

    @property
    def key(self) -> str:
        """A text that is the same where the same is asked."""
        strokes = [[each.kind, each.radius, each.points] for each in self.strokes]
        return json.dumps([self.settings.to_dict(), strokes, self.aspect])

    @property
    def subject_key(self) -> str:
        """The same for what decides the pixels and the map, without the coder's settings."""
        asked = Asked(Settings(protect=self.settings.protect), self.strokes, self.aspect)
        return asked.key


def asked_by(values: Any) -> Asked:
    """What the JSON of a request asks. Raises OptionError."""
    if not isinstance(values, Mapping):
        raise OptionError("the request is no JSON object; load the page again")
    chosen = values.get("settings") or {}
    if not isinstance(chosen, Mapping):
        raise OptionError("settings are no JSON object; load the page again")
    for name in chosen:
        if name not in OFFERED:
            raise OptionError(f"the page offers no setting {name!r}; use the command line for it")
    boxes = _listed(values, "boxes", MOST_BOXES)
    settings = Settings.from_dict({**chosen, "protect": tuple(boxes)})
    aspect = values.get("aspect")
    if aspect is not None and not isinstance(aspect, str):
        raise OptionError("aspect is no text; give WIDTH:HEIGHT, such as 9:16")
    strokes = tuple(_stroke(each) for each in _listed(values, "strokes", MOST_STROKES))
    if sum(len(each.points) for each in strokes) > MOST_POINTS:
        raise OptionError("so many strokes are more than the page holds; undo some of them")
    return Asked(settings, strokes, aspect or None)


def _listed(values: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = values.get(name) or []
    if not isinstance(found, list):
        raise OptionError(f"{name} are no list; load the page again")
    if len(found) > most:
        raise OptionError(f"there are more than {most} {name}; undo some of them")
    return found


def _stroke(values: Any) -> Stroke:
    try:
        kind, radius = values["kind"], float(values["radius"])
        points = tuple((float(x), float(y)) for x, y in values["points"])
    except (TypeError, ValueError, KeyError) as error:
        raise OptionError("a stroke is not of this page; load the page again") from error
    numbers = [radius, *(number for point in points for number in point)]
    if kind not in KINDS or radius <= 0 or not points or not all(map(math.isfinite, numbers)):
        raise OptionError("a stroke is not of this page; load the page again")
    return Stroke(kind, radius, points)
