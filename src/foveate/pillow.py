"""Lets Pillow write by Foveate: after `import foveate.pillow`, `image.save(path, "FOVEATE")` does.

    import foveate.pillow
    from PIL import Image

    with Image.open("photo.png") as image:
        image.save("photo.jpg", "FOVEATE", quality=80)

Every field of `foveate.Settings` is a keyword argument, and `map` may also be an array or a
`SaliencyMap`. The name's ending tells the format of the file: .jpg, .avif, .webp or .jxl; where
there is no name, or `save` is to write another format, `file_format` tells it.
"""

from __future__ import annotations

import dataclasses
import os
from typing import IO, Any

from PIL import Image

from foveate._compress import compress
from foveate.coders.names import format_named
from foveate.errors import FoveateError, OptionError
from foveate.settings import Settings

FORMAT = "FOVEATE"
"""What `save` calls it."""

_FIELDS = tuple(field.name for field in dataclasses.fields(Settings) if field.name != "format")
_INFO = ("icc_profile", "exif", "xmp", "dpi", "comment")
"""What Pillow's own writers take as an argument in the place of the image's."""
_NOT_NEEDED = ("optimize",)
"""What callers pass to any of Pillow's writers, and Foveate does in any case."""
_SUBSAMPLINGS = {0: "444", 2: "420", -1: "auto", "4:4:4": "444", "4:2:0": "420"}
"""As Pillow spells them."""


def save(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    """Write `image` into `file`, as Pillow asks it of its plug-ins.

    Raises:
        ValueError: an option is unknown, out of range, or contradicts another.
        OSError: the image or its map cannot be used, or the format not be written.
    """
    options: dict[str, Any] = dict(getattr(image, "encoderinfo", {}))
    name = os.fsdecode(filename)
    try:
        choices = _choices(options, name)
        made = compress(_with_info(image, options), **choices)
    except OptionError as error:
        raise ValueError(str(error)) from error
    except FoveateError as error:
        raise OSError(str(error)) from error
    file.write(made.data)


def save_all(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    """Refuse several frames in one file. Raises ValueError."""
    raise ValueError(f"{FORMAT} writes one picture a file; leave save_all and append_images out")


def _choices(options: dict[str, Any], name: str) -> dict[str, Any]:
    """The arguments of `compress` that the options of `save` mean. Raises OptionError."""
    known = (*_FIELDS, *_INFO, *_NOT_NEEDED, "file_format", "append_images")
    unknown = [option for option in options if option not in known]
    if unknown:
        raise OptionError(
            f"{FORMAT} knows no option `{unknown[0]}`; there are {', '.join(sorted(known[:-1]))}"
        )
    choices = {field: options[field] for field in _FIELDS if field in options}
    asked = choices.get("subsampling")
    if isinstance(asked, (int, str)) and asked in _SUBSAMPLINGS:
        choices["subsampling"] = _SUBSAMPLINGS[asked]
    choices["format"] = options.get("file_format") or format_named(name)
    return choices


def _with_info(image: Image.Image, options: dict[str, Any]) -> Image.Image:
    """The image with the profile, metadata and density that the options give; None drops one."""
    given = {name: options[name] for name in _INFO if name in options}
    if not given:
        return image
    changed = image.copy()
    for name, value in given.items():
        if isinstance(value, Image.Exif):
            value = value.tobytes()
        if name == "exif":  # copies keep the tags that were read of the data before
            changed.getexif().clear()
        if name == "dpi":
            for other in ("jfif_unit", "jfif_density"):
                changed.info.pop(other, None)
        if value:
            changed.info[name] = value
        else:
            changed.info.pop(name, None)
    return changed


Image.register_save(FORMAT, save)
Image.register_save_all(FORMAT, save_all)
