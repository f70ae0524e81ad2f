"""A documented part of imgproxy's URL grammar: options, and the address of a picture.

    /SIGNATURE/OPTION:ARGUMENTS/.../plain/ADDRESS@FORMAT
    /SIGNATURE/OPTION:ARGUMENTS/.../ADDRESS-IN-BASE64URL.FORMAT

https://docs.imgproxy.net/usage/processing tells the grammar; docs/service.md lists the options.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from foveate.service.options import FORMATS, HANDLERS, UNSUPPORTED
from foveate.service.refusals import RefusedError
from foveate.service.wanted import Wanted
from foveate.settings import Format

LONGEST = 8192
"""The most characters of a path."""
_DEEPEST = 8
"""How deep presets may name presets."""
_MOST_OPTIONS = 100


@dataclass(frozen=True)
class Request:
    """A path taken apart.

    signature: of what stands behind it. signed: what it is of. source: the address of the picture.
    """

    signature: str
    signed: str
    wanted: Wanted
    source: str


def split_signature(path: str) -> tuple[str, str]:
    """The signature of a path, and what it is of. Raises RefusedError."""
    if len(path) > LONGEST:
        raise RefusedError(414, f"the path has {len(path)} characters; give {LONGEST} at most")
    _, _, rest = path.partition("/")
    signature, slash, signed = rest.partition("/")
    if not signature or not slash or not signed:
        raise RefusedError(404, "a path has a signature, options, and plain/ADDRESS")
    return signature, f"/{signed}"


def parsed(path: str, presets: Mapping[str, str] | None = None) -> Request:
    """A path as it came, with its percent signs.

    presets: options by the name of a preset, as "resize:fill:300:200/quality:60"; the one that is
    called "default" holds for every path.

    Raises:
        RefusedError: it is no such path; the message names what is wrong.
    """
    signature, signed = split_signature(path)
    presets = presets or {}
    parts = signed[1:].split("/")
    number = 0
    while number < len(parts) and parts[number] != "plain" and ":" in parts[number]:
        number += 1
    wanted = Wanted()
    if "default" in presets:
        wanted = _with_options(wanted, presets["default"].split("/"), presets, _DEEPEST)
    wanted = _with_options(wanted, parts[:number], presets, _DEEPEST)
    source, ending = _source(parts[number:])
    if ending:
        wanted = dataclasses.replace(wanted, format=_format(ending))
    return Request(signature, signed, wanted, source)


def _with_options(
    wanted: Wanted, options: Sequence[str], presets: Mapping[str, str], depth: int
) -> Wanted:
    if len(options) > _MOST_OPTIONS:
        raise RefusedError(
            400, f"the path has {len(options)} options; give {_MOST_OPTIONS} at most"
        )
    for option in options:
        name, *arguments = option.split(":")
        if name in ("preset", "pr"):
            for each in arguments:
                if each not in presets:
                    raise RefusedError(400, f"there is no preset {each!r}")
                if depth == 0:
                    raise RefusedError(400, f"the preset {each!r} names presets without an end")
                wanted = _with_options(wanted, presets[each].split("/"), presets, depth - 1)
            continue
        if name in ("raw",):
            raise RefusedError(400, "raw pictures are not passed on; leave the option raw out")
        if name not in HANDLERS:
            why = "is not among Foveate's" if name in UNSUPPORTED else "is unknown"
            raise RefusedError(400, f"the option {name!r} {why}; docs/service.md lists them")
        try:
            wanted = HANDLERS[name](wanted, arguments)
        except ValueError as error:
            raise RefusedError(400, f"the option {option!r}: {error}") from error
    return wanted


def _source(parts: Sequence[str]) -> tuple[str, str]:
    """The address of the picture, and the ending that asks for a format, if there is one."""
    if parts and parts[0] == "plain":
        address, _, ending = "/".join(parts[1:]).partition("@")
        if "@" in ending:
            raise RefusedError(400, "the address has two @; write %40 for those that belong to it")
        source = unquote(address, errors="replace")
    else:
        text, _, ending = "".join(parts).partition(".")
        source = _decoded(text)
    if not source or any(ord(character) < 32 or ord(character) == 127 for character in source):
        raise RefusedError(400, "the path names no address of a picture behind its options")
    return source, ending


def _decoded(text: str) -> str:
    """What base64url stands for; its padding may be missing."""
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise RefusedError(
            400, "the address is neither behind plain/ nor base64url; see docs/service.md"
        ) from error


def _format(ending: str) -> Format:
    if not ending.isalnum():  # a part of the address perhaps, which the log must not repeat
        raise RefusedError(
            400, "no format stands behind the address's @; write %40 for one that belongs to it"
        )
    if ending not in FORMATS:
        raise RefusedError(
            400, f"the format {ending!r} is none of {', '.join(dict.fromkeys(FORMATS))}"
        )
    return FORMATS[ending]
