"""An image of libvips (pyvips) -> an image of Pillow's with the same pixels, colours and metadata.

pyvips is never imported: what it offers is asked of the image itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foveate.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_ORIENTATION = 0x0112
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_EIGHT_BITS = ("srgb", "rgb", "b-w", "multiband")
_SIXTEEN_BITS = {"rgb16": "srgb", "grey16": "b-w"}
_METADATA = {"icc_profile": "icc-profile-data", "exif": "exif-data", "xmp": "xmp-data"}
"""The names that Pillow and libvips have for the same."""


def is_vips_image(source: object) -> bool:
    """Whether this is an image of pyvips, or of something with the same interface."""
    wanted = ("write_to_memory", "get_typeof", "interpretation", "bands", "width", "height")
    return all(hasattr(source, name) for name in wanted)


def pillow_image(vips: Any, name: str) -> PillowImage:
    """The image's pixels in 8 bits, and its profile, EXIF and XMP. Reads all of it.

    Samples of 16 bits lose the lower 8. Other colours than RGB and grey become sRGB: by the
    image's own profile, or by libvips' usual one. The orientation that libvips tells replaces that
    of the EXIF data, which it leaves behind when it turns an image.

    Raises PictureError for more than four bands, and what pyvips raises.
    """
    from PIL import Image

    metadata = {ours: _data(vips, theirs) for ours, theirs in _METADATA.items()}
    if vips.interpretation in _SIXTEEN_BITS:
        vips = vips.colourspace(_SIXTEEN_BITS[vips.interpretation])
    elif vips.interpretation not in _EIGHT_BITS:
        by_profile = vips.interpretation == "cmyk" and metadata["icc_profile"] is not None
        vips = vips.icc_transform("srgb") if by_profile else vips.colourspace("srgb")
        metadata["icc_profile"] = None
    if vips.format != "uchar":
        vips = vips.cast("uchar")
    if vips.bands not in _MODES:
        raise PictureError(f"{name}: has {vips.bands} bands; give 1 (grey), 2, 3 (RGB) or 4 bands")
    size = (vips.width, vips.height)
    image = Image.frombytes(_MODES[vips.bands], size, bytes(vips.write_to_memory()))
    image.info.update({name: data for name, data in metadata.items() if data is not None})
    _turn_as_told(image, vips)
    return image


def _data(vips: Any, field: str) -> bytes | None:
    """A field's bytes; None where the image has none."""
    return bytes(vips.get(field)) if vips.get_typeof(field) else None


def _turn_as_told(image: PillowImage, vips: Any) -> None:
    """Lets the EXIF data tell the orientation that libvips tells."""
    told = int(vips.get("orientation")) if vips.get_typeof("orientation") else 1
    tags = image.getexif()
    if tags.get(_ORIENTATION, 1) != told:
        tags[_ORIENTATION] = told
        image.info["exif"] = tags.tobytes()
