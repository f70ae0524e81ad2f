"""Pictures that are better left as they are, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foveate.cli.readable_numbers import readable_bytes

if TYPE_CHECKING:
    from foveate.report import Compressed


def before_the_work(data: bytes, *, in_place: bool, is_link: bool) -> str | None:
    """Why a picture cannot be compressed in its place; None where it can.

    is_link: whether it is a link that was found in a folder, and so may lead out of it.
    """
    if in_place and is_link:
        return "is a link, and --in-place changes no file that a link in a folder leads to"
    if in_place and not is_jpeg(data):
        return "is not a JPEG, and --in-place replaces JPEGs only"
    return None


def after_the_work(
    data: bytes,
    made: Compressed,
    *,
    min_saving: float,
    allow_larger: bool,
    keeps_metadata: bool,
) -> str | None:
    """Why a result is not worth its place; None where it is.

    min_saving: the share of its bytes that the picture must lose. A JPEG whose metadata are to go
    is worth it whatever it saves.
    """
    before, after = len(data), len(made.data)
    if after > before and not allow_larger and (kind := _kind_of_few_colours(data)):
        sizes = f"from {readable_bytes(before)} to {readable_bytes(after)}"
        return f"{kind}, and would grow {sizes}; --allow-larger writes it all the same"
    if is_jpeg(data) and not keeps_metadata:
        return None
    if min_saving and after > before * (1 - min_saving):
        return f"would not save {100 * min_saving:g} %"
    return None


def is_jpeg(data: bytes) -> bool:
    """Whether a file is a JPEG, which can stand for its own result."""
    return data.startswith(b"\xff\xd8\xff")


def _kind_of_few_colours(data: bytes) -> str | None:
    """What a picture of one bit or with a palette is; None for all others."""
    from PIL import Image, UnidentifiedImageError

    from foveate.pictures.opening import opened
    from foveate.pictures.quiet import without_warnings

    with without_warnings():
        try:
            image: Image.Image = opened(data)
        except UnidentifiedImageError:  # a kind that an extra reads; none of these has a palette
            return None
        if image.mode == "1":
            return "has one bit a pixel"
        if image.mode in ("P", "PA") or image.format == "GIF":
            return "has a palette"
    return None
