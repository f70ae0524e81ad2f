"""What a client takes, by the header field Accept of its request (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re

from foveate.errors import OptionError
from foveate.settings import Format

MEDIA: dict[str, Format] = {
    "image/avif": "avif",
    "image/webp": "webp",
    "image/jxl": "jxl",
    "image/jpeg": "jpeg",
}
"""The formats that can be chosen, by their media types."""
BROWSERS = "image/avif,image/webp,image/jpeg"
"""What browsers of today take, without a word of theirs."""
_SHOWN_BY_ALL: Format = "jpeg"
"""What "*/*" and "image/*" stand for: clients send them that cannot show every image there is."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARAMETER = re.compile(rf"\s*;\s*(?:({_TOKEN})\s*=\s*({_TOKEN}|{_QUOTED}))?")
_RANGE = re.compile(
    rf"\s*({_TOKEN}/{_TOKEN})((?:\s*;\s*(?:{_TOKEN}\s*=\s*(?:{_TOKEN}|{_QUOTED}))?)*)\s*"
)
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def formats_taken(accept: str) -> tuple[Format, ...]:
    """The formats that a client takes, in the order of `MEDIA`.

    A media type counts by the most specific range that matches it, and is not taken at q=0. AVIF,
    WebP and JPEG XL are taken where they are named; "image/*" and "*/*" stand for JPEG alone,
    since all browsers send them. Other weights than 0 do not order the formats: bytes do.

    Raises:
        OptionError: the text is no such field, or the client takes none of the formats.
    """
    weights = _weights(accept)
    taken = []
    for media, name in MEDIA.items():
        ranges = [media, "image/*", "*/*"] if name == _SHOWN_BY_ALL else [media]
        weight = next((weights[each] for each in ranges if each in weights), 0.0)
        if weight > 0:
            taken.append(name)
    if not taken:
        raise OptionError(f"`accept` is {accept!r}, which takes none of {', '.join(MEDIA)}")
    return tuple(taken)


def _weights(accept: str) -> dict[str, float]:
    """The weight of each range, in small letters; an empty field takes anything."""
    if not accept.strip():
        return {"*/*": 1.0}
    weights: dict[str, float] = {}
    at = 0
    while at < len(accept):
        if accept[at] in ", \t":  # empty elements are allowed (5.6.1.2)
            at += 1
            continue
        found = _RANGE.match(accept, at)
        if found is None or (found.end() < len(accept) and accept[found.end()] != ","):
            raise OptionError(
                f"`accept` is {accept!r}; give media types as browsers do, such as {BROWSERS}"
            )
        at = found.end()
        weight, specific = _parameters(found[2], accept)
        media = found[1].lower()
        if not specific:  # image/avif;codecs=... asks for less than image/avif
            weights[media] = max(weight, weights.get(media, 0.0))
    return weights


def _parameters(text: str, accept: str) -> tuple[float, bool]:
    """The weight that parameters tell, and whether others come before it."""
    weight, specific = 1.0, False
    for name, value in _PARAMETER.findall(text):
        if name.lower() != "q":
            specific = specific or bool(name)
            continue
        if not _WEIGHT.fullmatch(value):
            raise OptionError(f"`accept` is {accept!r}; q is a number from 0 to 1, such as q=0.8")
        weight = float(value)
        break
    return weight, specific
