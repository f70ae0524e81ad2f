"""Files that Pillow does not read: read by an extra, or refused in one line that tells the mend."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from foveate.errors import MissingReaderError, PictureError
from foveate.pictures.containers.isobmff import brands
from foveate.pictures.containers.jxl_header import CODESTREAM, CONTAINER
from foveate.pictures.decoded import Decoded
from foveate.pictures.metadata.exif import tiff_exif
from foveate.pictures.over_limits import over_pixels
from foveate.pictures.readers.jxl import read_jxl
from foveate.pictures.readers.tiff import MAGICS, is_misread, read_by_tifffile

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_SUBFILE_TYPE, _WIDTH, _LENGTH, _DNG_VERSION = 0x00FE, 0x0100, 0x0101, 0xC612
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_VIDEO_BRANDS = frozenset((b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"avc1", b"M4V ", b"3gp4"))
_RAW_MAGICS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
_OTHERS = {
    b"%PDF": "a PDF document; export the page as a PNG, for instance by pdftoppm -png -r 300",
    b"8BPS": "a Photoshop document; export it as PNG or TIFF",
    b"8BPB": "a Photoshop document; export it as PNG or TIFF",
    b"gimp xcf": "a GIMP document; export it as PNG or TIFF",
    b"%!PS": "a PostScript document; export the page as a PNG",
    b"\xc5\xd0\xd3\xc6": "a PostScript document; export the page as a PNG",
    b"v/1\x01": "an OpenEXR picture of light itself; tone-map it and export it as PNG or TIFF",
    b"#?RADIANCE": "a Radiance picture of light itself; tone-map it and export it as PNG or TIFF",
    b"\x1aE\xdf\xa3": "a video; export a frame as a PNG",
}
_SVG = "an SVG drawing; export it as a PNG of the size that you need"


def read_by_another(encoded: bytes, name: str, max_pixels: int) -> Decoded | None:
    """What an extra makes of the file; None where it is left to Pillow.

    Raises:
        MissingReaderError: the extra is not installed; names it.
        PictureError: no reader here takes such a file, or it is damaged.
    """
    _refuse_documents(encoded, name)
    found = brands(encoded)
    if found & {b"crx "} or encoded.startswith(_RAW_MAGICS) or encoded[8:10] == b"CR":
        return _by_rawpy(encoded, name, max_pixels)
    if encoded.startswith((CODESTREAM, CONTAINER)):
        return read_jxl(encoded, name, max_pixels)
    if found & _HEIF_BRANDS and not found & {b"avif", b"avis"}:
        _register_heif(name)
        return None
    if encoded.startswith(MAGICS):
        return _tiff_that_pillow_refuses(encoded, name, max_pixels)
    if found & _VIDEO_BRANDS and not found & {b"avif", b"avis"}:
        raise PictureError(f"{name}: is a video; export a frame as a PNG")
    return None


def read_tiff_otherwise(
    image: PillowImage, encoded: bytes, name: str, max_pixels: int
) -> Decoded | None:
    """What another reader makes of a TIFF file that Pillow opened; None where Pillow is right."""
    if _is_raw(getattr(image, "tag_v2", {})):
        return _by_rawpy(encoded, name, max_pixels)
    return read_by_tifffile(encoded, name, max_pixels) if is_misread(image) else None


def _tiff_that_pillow_refuses(encoded: bytes, name: str, max_pixels: int) -> Decoded | None:
    """A TIFF file of samples that Pillow does not know, by tifffile; None for others."""
    from PIL import TiffImagePlugin

    try:
        with TiffImagePlugin.TiffImageFile(io.BytesIO(encoded)):
            return None
    except SyntaxError:  # what Pillow's readers raise for kinds that they do not know
        pass
    except Exception:  # what is damaged is told where it is opened again
        return None
    if not encoded.startswith(b"MM\0+"):  # a byte order of big files that Pillow does not know
        tags = _first_tags(encoded)
        if not {_WIDTH, _LENGTH} <= set(tags):
            return None
        if _is_raw(tags):
            return _by_rawpy(encoded, name, max_pixels)
    return read_by_tifffile(encoded, name, max_pixels)


def _first_tags(encoded: bytes) -> Mapping[int, Any]:
    """The tags of a TIFF file's first directory; none where it is broken."""
    from PIL import TiffImagePlugin

    head = encoded[: 16 if encoded[2:3] == b"+" else 8]
    with contextlib.suppress(Exception):  # Pillow's reader raises many kinds
        directory = TiffImagePlugin.ImageFileDirectory_v2(head)
        file = io.BytesIO(encoded)
        file.seek(directory.next)
        directory.load(file)
        return dict(directory)
    return {}


def _is_raw(tags: Mapping[int, Any]) -> bool:
    """Whether a TIFF file is a camera's raw file, whose first picture is a preview."""
    return _DNG_VERSION in tags or bool(int(tags.get(_SUBFILE_TYPE, 0)) & 1)


def _refuse_documents(encoded: bytes, name: str) -> None:
    for magic, words in _OTHERS.items():
        if encoded.startswith(magic):
            raise PictureError(f"{name}: is {words}")
    head = encoded[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<svg") or (
        head.startswith((b"<?xml", b"<!--", b"<!")) and b"<svg" in head
    ):
        raise PictureError(f"{name}: is {_SVG}")
    if b"%PDF-" in encoded[:1024] and not encoded.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")):
        raise PictureError(f"{name}: is {_OTHERS[b'%PDF']}")


def _register_heif(name: str) -> None:
    """Makes Pillow read HEIC, unless a caller has registered a plug-in already.

    pi-heif decodes only, so that its wheels hold no encoder under the GPL, as pillow-heif's do.
    """
    from PIL import Image

    if "HEIF" in Image.OPEN:
        return
    for module in ("pi_heif", "pillow_heif"):
        with contextlib.suppress(ImportError):
            __import__(module, fromlist=["register_heif_opener"]).register_heif_opener()
            return
    raise MissingReaderError(f"{name}: is a HEIC picture", "heif")


def _by_rawpy(encoded: bytes, name: str, max_pixels: int) -> Decoded:
    """A camera's raw file developed to sRGB by LibRaw, upright."""
    from PIL import Image

    try:
        import rawpy
    except ImportError as error:
        raise MissingReaderError(f"{name}: is a camera's raw file", "raw") from error
    try:
        with rawpy.imread(io.BytesIO(encoded)) as raw:
            width, height = raw.sizes.iwidth, raw.sizes.iheight
            if width * height > max_pixels:
                raise PictureError(f"{name}: {over_pixels(width, height, max_pixels)}")
            pixels = np.asarray(raw.postprocess(use_camera_wb=True))
    except (MemoryError, PictureError):
        raise
    except Exception as error:  # LibRaw's errors have their own kinds
        raise PictureError(
            f"{name}: is a camera's raw file that cannot be developed; export it as JPEG or TIFF"
        ) from error
    exif = Image.Exif()
    told = None
    with contextlib.suppress(Exception):  # Pillow's EXIF reader raises many kinds
        exif.load(b"Exif\0\0" + encoded)
        told = tiff_exif(exif)
    return Decoded(
        image=Image.fromarray(pixels),
        format="RAW",
        exif=told,
        notes=("developed from the camera's raw file, with its own white balance",),
    )
