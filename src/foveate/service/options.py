"""The options of a URL: what each makes of its arguments, by its names.

A handler is given what was asked for so far and the option's arguments, and raises ValueError with
the second half of a sentence that says what would work. Arguments that are empty change nothing.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, get_args
from urllib.parse import unquote

from foveate.service.wanted import COMPASS, RESIZINGS, Gravity, Resizing, Wanted
from foveate.settings import CHOICES, Format

Handler = Callable[[Wanted, Sequence[str]], Wanted]
MOST_PIXELS_A_SIDE = 65_500
FORMATS: dict[str, Format] = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "avif": "avif",
    "jxl": "jxl",
}
UNSUPPORTED = frozenset(
    [
        "extend",
        "ex",
        "extend_aspect_ratio",
        "exar",
        "trim",
        "t",
        "padding",
        "pd",
        "auto_rotate",
        "ar",
        "rotate",
        "rot",
        "background_alpha",
        "bga",
        "adjust",
        "a",
        "brightness",
        "br",
        "contrast",
        "co",
        "saturation",
        "sa",
        "monochrome",
        "mc",
        "duotone",
        "dt",
        "blur",
        "bl",
        "sharpen",
        "sh",
        "pixelate",
        "pix",
        "unsharp_masking",
        "ush",
        "watermark",
        "wm",
        "wmu",
        "wms",
        "wmt",
        "style",
        "st",
        "strip_color_profile",
        "scp",
        "enforce_thumbnail",
        "eth",
        "autoquality",
        "aq",
        "jpeg_options",
        "jpgo",
        "png_options",
        "pngo",
        "webp_options",
        "webpo",
        "avif_options",
        "avifo",
        "page",
        "pg",
        "pages",
        "pgs",
        "disable_animation",
        "da",
        "video_thumbnail_second",
        "vts",
        "fallback_image_url",
        "fiu",
        "skip_processing",
        "skp",
        "max_src_resolution",
        "msr",
        "max_src_file_size",
        "msfs",
        "max_animation_frames",
        "maf",
        "hashsum",
        "hs",
        "dpi",
        "objects_position",
        "op",
        "gradient",
        "gr",
        "flip",
        "fl",
    ]
)
"""Options of imgproxy that Foveate does not have."""
_TRUE, _FALSE = ("1", "t", "true"), ("0", "f", "false", "")
_COLOUR = re.compile(r"[0-9a-fA-F]{6}|[0-9a-fA-F]{3}")


def _resize(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    kind, *sizes = arguments or [""]
    if kind:
        wanted = _resizing_type(wanted, [kind])
    return _size(wanted, sizes)


def _size(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    _at_most(arguments, 4)
    if len(arguments) == 4 and _truth(arguments[3]):
        raise ValueError("pictures are not extended; leave the last argument out")
    for handler, argument in zip((_width, _height, _enlarge), arguments, strict=False):
        if argument:
            wanted = handler(wanted, [argument])
    return wanted


def _resizing_type(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    kind = _one(arguments)
    if kind not in RESIZINGS:
        raise ValueError(f"give one of {', '.join(get_args(Resizing))}")
    return dataclasses.replace(wanted, resizing=kind)


def _width(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, width=_pixels(_one(arguments)))


def _height(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, height=_pixels(_one(arguments)))


def _min_width(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, min_width=_pixels(_one(arguments)))


def _min_height(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, min_height=_pixels(_one(arguments)))


def _enlarge(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, enlarge=_truth(_one(arguments)))


def _dpr(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, dpr=_number(_one(arguments), 0.01, 10))


def _zoom(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    _at_most(arguments, 2)
    factors = [_number(argument, 0.001, 100) for argument in arguments]
    if not factors:
        raise ValueError("give a number")
    return dataclasses.replace(wanted, zoom=(factors[0], factors[-1]))


def _gravity(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, gravity=_gravity_of(arguments))


def _crop(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    sides = [_number(argument or "0", 0, MOST_PIXELS_A_SIDE) for argument in arguments[:2]]
    if not sides:
        raise ValueError("give a width and a height")
    gravity = _gravity_of(arguments[2:]) if len(arguments) > 2 else None
    across, down = (*sides, 0.0)[:2]
    return dataclasses.replace(wanted, crop=(across, down, gravity))


def _gravity_of(arguments: Sequence[str]) -> Gravity:
    kind, *rest = arguments or [""]
    numbers = [
        _number(argument or "0", -MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE) for argument in rest
    ]
    if kind in COMPASS and len(numbers) <= 2:
        across, down = (*numbers, 0.0, 0.0)[:2]
        return Gravity(kind, offset=(across, down))
    if kind == "sm" and not numbers:
        return Gravity(kind)
    if kind == "fp" and len(numbers) == 2 and all(0 <= each <= 1 for each in numbers):
        return Gravity(kind, point=(numbers[0], numbers[1]))
    if kind == "obj" and len(numbers) == 4 and all(0 <= each <= 1 for each in numbers):
        x, y, width, height = numbers
        if width > 0 and height > 0 and x + width <= 1.0001 and y + height <= 1.0001:
            return Gravity(kind, box=(x, y, width, height))
    raise ValueError(
        f"give one of {', '.join(COMPASS)}, which two offsets may follow, sm, fp:X:Y, or"
        " obj:X:Y:WIDTH:HEIGHT in shares of the sides"
    )


def _quality(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, quality=_whole(_one(arguments), 0, 100))


def _format_quality(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    if not arguments or len(arguments) % 2:
        raise ValueError("give pairs of a format and a quality")
    pairs = dict(wanted.format_qualities)
    for name, quality in zip(arguments[::2], arguments[1::2], strict=True):
        if name not in FORMATS:
            raise ValueError(f"{name!r} is none of {', '.join(FORMATS)}")
        pairs[FORMATS[name]] = _whole(quality, 0, 100)
    return dataclasses.replace(wanted, format_qualities=tuple(pairs.items()))


def _max_bytes(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, max_bytes=_whole(_one(arguments), 0, 1 << 40))


def _format(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    name = _one(arguments)
    if name not in FORMATS:
        raise ValueError(f"give one of {', '.join(FORMATS)}")
    return dataclasses.replace(wanted, format=FORMATS[name])


def _background(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    if arguments in ([], [""]):
        return dataclasses.replace(wanted, background=None)
    if len(arguments) == 3:
        samples = [_whole(argument, 0, 255) for argument in arguments]
        return dataclasses.replace(
            wanted, background="#" + "".join(f"{sample:02x}" for sample in samples)
        )
    text = _one(arguments)
    if not _COLOUR.fullmatch(text):
        raise ValueError("give RED:GREEN:BLUE from 0 to 255, or a colour as ff8800")
    return dataclasses.replace(wanted, background=f"#{text}")


def _strip(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, strip=_truth(_one(arguments)))


def _keep_copyright(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, keep_copyright=_truth(_one(arguments)))


def _cachebuster(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, cachebuster=":".join(arguments))


def _expires(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, expires=_whole(_one(arguments), 0, 1 << 53))


def _filename(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    _at_most(arguments, 2)
    name, encoded = (*arguments, "", "")[:2]
    if _truth(encoded):
        try:
            name = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        except (binascii.Error, ValueError) as error:
            raise ValueError("the name is no base64url") from error
    else:
        name = unquote(name, errors="replace")
    if any(ord(character) < 32 or character in '/\\"' for character in name) or len(name) > 200:
        raise ValueError("give a name of 200 characters at most, without slashes and quotes")
    return dataclasses.replace(wanted, filename=name)


def _attachment(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    return dataclasses.replace(wanted, attachment=_truth(_one(arguments)))


def _chosen(name: str) -> Handler:
    """A handler for a field of `Settings` that has a list of choices."""

    def handler(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
        value = _one(arguments)
        if value not in CHOICES[name]:
            raise ValueError(f"give one of {', '.join(CHOICES[name])}")
        chosen: dict[str, Any] = {name: value}
        return dataclasses.replace(wanted, **chosen)

    return handler


def _map(wanted: Wanted, arguments: Sequence[str]) -> Wanted:
    value = _one(arguments)
    if value not in ("auto", "none"):
        raise ValueError("give auto or none")
    return dataclasses.replace(wanted, map=value)


def _one(arguments: Sequence[str]) -> str:
    _at_most(arguments, 1)
    if not arguments:
        raise ValueError("give a value")
    return arguments[0]


def _at_most(arguments: Sequence[str], number: int) -> None:
    if len(arguments) > number:
        raise ValueError(f"give {number} argument{'s' if number > 1 else ''} at most")


def _whole(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high):
        raise ValueError(f"{text!r} is no whole number from {low} to {high}")
    return int(text)


def _pixels(text: str) -> int:
    return _whole(text, 0, MOST_PIXELS_A_SIDE)


def _number(text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (text.isascii() and low <= number <= high):
        raise ValueError(f"{text!r} is no number from {low:g} to {high:g}")
    return number


def _truth(text: str) -> bool:
    if text not in (*_TRUE, *_FALSE):
        raise ValueError(f"{text!r} is neither 1 nor 0")
    return text in _TRUE


HANDLERS: dict[str, Handler] = {
    name: handler
    for names, handler in (
        ("resize rs", _resize),
        ("size s", _size),
        ("resizing_type rt", _resizing_type),
        ("width w", _width),
        ("height h", _height),
        ("min-width mw min_width", _min_width),
        ("min-height mh min_height", _min_height),
        ("enlarge el", _enlarge),
        ("dpr", _dpr),
        ("zoom z", _zoom),
        ("gravity g", _gravity),
        ("crop c", _crop),
        ("quality q", _quality),
        ("format_quality fq", _format_quality),
        ("max_bytes mb", _max_bytes),
        ("format f ext", _format),
        ("background bg", _background),
        ("strip_metadata sm", _strip),
        ("keep_copyright kcr", _keep_copyright),
        ("cachebuster cb", _cachebuster),
        ("expires exp", _expires),
        ("filename fn", _filename),
        ("return_attachment att", _attachment),
        ("effort", _chosen("effort")),
        ("tune", _chosen("tune")),
        ("map", _map),
    )
    for name in names.split()
}
"""What each option does, by all its names; the last three are Foveate's own."""
