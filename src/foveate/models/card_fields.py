"""Which values a model's record may have, wherever it comes from: Foveate reads no others."""

from __future__ import annotations

import json
import math
from typing import Any

from foveate.errors import ModelError
from foveate.models.adapters.adapter import LARGEST_AREA, LARGEST_SIDE

LARGEST_CARD = 1 << 20  # bytes of JSON
LONGEST_STATED = 2048  # pixels of the longer side that a record may ask for
_LONGEST_TEXT = 500  # characters of a line that is shown
_LINES = ("name", "summary", "reads_as", "source")
_DEPTH = 32


def parsed_card(text: str | bytes, source: str) -> dict[str, Any]:
    """The record in JSON text, checked. ModelError, of one line that begins with `source`."""
    if len(text) > LARGEST_CARD:
        raise ModelError(f"{source}: its record is larger than {LARGEST_CARD >> 20} MiB")
    try:
        card = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{source}: its record is damaged: write it again") from error
    if not isinstance(card, dict):
        raise ModelError(f"{source}: its record is damaged: write it again")
    why = _wrong_in(card)
    if why is not None:
        raise ModelError(f"{source}: its record's {why}")
    return card


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _wrong_in(card: dict[str, Any]) -> str | None:
    """What is wrong with a record, as the end of a sentence; None where nothing is."""
    if not _is_plain(card, _DEPTH):
        return "values nest too deeply, or hold a number that is too large"
    for key in _LINES:
        if key in card and not _is_line(card[key]):
            return f"{key} must be one line of at most {_LONGEST_TEXT} characters"
    weights = card.get("weights", {})
    if not isinstance(weights, dict):
        return "weights must be a table"
    for key in ("file", "sha256", "licence"):
        if weights.get(key) is not None and not _is_line(weights[key]):
            return f"weights' {key} must be one line"
    if "bytes" in weights and _whole(weights["bytes"], 0, 1 << 50) is None:
        return "weights' bytes must be a whole number"
    if "fixed_size" in card and not _is_size(card["fixed_size"]):
        return f"fixed_size must be height and width, of 1 to {LARGEST_SIDE} pixels each"
    asked = card.get("working_size")
    if asked is not None and not _is_working_size(asked):
        return f"working_size must be longest and multiple, of at most {LONGEST_STATED} pixels"
    if "adapter" in card and not isinstance(card["adapter"], dict):
        return "adapter must be a table"
    return None


def _is_plain(value: Any, depth: int) -> bool:
    """Whether values nest at most so deeply and all numbers are finite."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_plain(each, depth - 1) for each in inner)
    return not isinstance(value, float) or math.isfinite(value)


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable()


def _whole(value: Any, least: int, most: int) -> int | None:
    """A whole number within limits; None for anything else."""
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    return value if fits else None


def _is_size(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    height, width = (_whole(side, 1, LARGEST_SIDE) for side in value)
    return height is not None and width is not None and height * width <= LARGEST_AREA


def _is_working_size(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    longest = _whole(value.get("longest"), 1, LONGEST_STATED)
    multiple = _whole(value.get("multiple"), 1, LONGEST_STATED)
    return longest is not None and multiple is not None and multiple <= longest
