"""A file, bytes, Pillow image or array -> Picture."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foveate.deadline import OutOfTimeError, check_time
from foveate.errors import PictureError, printable
from foveate.pictures.colours.coded_colours import coded_colours
from foveate.pictures.containers.jxl_header import JxlHeader, jxl_header
from foveate.pictures.conversion import TURNS, converted, upright, upright_alpha
from foveate.pictures.counting import count_frames, count_scans
from foveate.pictures.decoded import Decoded
from foveate.pictures.file_bytes import file_bytes, too_big_for_memory
from foveate.pictures.limits import DEFAULT_LIMITS, Limits, within_time
from foveate.pictures.metadata.carried import carried_by
from foveate.pictures.metadata.exif import tiff_exif
from foveate.pictures.metadata.png_carried import png_carried
from foveate.pictures.metadata.upright import with_upright_metadata
from foveate.pictures.opening import opened
from foveate.pictures.over_limits import over_bytes, over_pixels, over_scans
from foveate.pictures.picture import MAX_SIDE, Picture, PictureSource
from foveate.pictures.quiet import without_warnings
from foveate.pictures.readers.jpeg_in_jxl import holds_jpeg, jpeg_within
from foveate.pictures.readers.other_readers import read_by_another, read_tiff_otherwise
from foveate.pictures.readers.repairs import Repaired, repaired_bytes
from foveate.pictures.readers.tiff import is_negative, most_of_sixteen_bits
from foveate.pictures.readers.vips_images import is_vips_image, pillow_image
from foveate.pictures.reduction import Reduce, reduced
from foveate.pictures.transparency import Backdrop

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_ORIENTATION = 0x0112


def read_picture(
    source: PictureSource,
    *,
    limits: Limits = DEFAULT_LIMITS,
    max_pixels: int | None = None,
    name: str | None = None,
    tolerant: bool = False,
    background: str = "white",
    keep_alpha: bool = False,
    reduce: Reduce | None = None,
) -> Picture:
    """The picture in a file (by path), in bytes, in a Pillow or pyvips image, or in an array.

    Arrays are uint8, (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA; a contiguous one is used as it
    is, not copied. The content decides the format, not the file's name. Messages call bytes `name`.
    Raises PictureError, one line naming the picture, also for pictures over one of the `limits`,
    of which `max_pixels` replaces one. With `tolerant` a JPEG or PNG whose end is missing gives
    what it holds, and a note tells how much that is. `background` is the colour that shows through
    transparent pixels; with `keep_alpha` the picture has its transparency too. `reduce` tells how
    often smaller a JPEG in bytes or in a file may be decoded.
    """
    backdrop = Backdrop(background, keep_alpha)
    if max_pixels is not None:
        limits = limits.but(pixels=max_pixels)
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        return _from_array(source, limits, backdrop)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(source, name or "<bytes>", limits, backdrop, reduce, tolerant=tolerant)
    if isinstance(source, (str, os.PathLike)):
        name = printable(os.fsdecode(source))
        with within_time(limits, name):
            data = file_bytes(source, name, most=limits.bytes)
            return _from_bytes(data, name, limits, backdrop, reduce, tolerant=tolerant)
    if hasattr(source, "getexif") and hasattr(source, "getbands"):
        filename = getattr(source, "filename", "")
        name = printable(os.fsdecode(filename)) if filename else "<image>"
        with _pillow_errors(name, None):
            return _from_pillow(source, name, None, limits, backdrop)
    if is_vips_image(source):
        name = "<image>"
        _check_size(name, source.width, source.height, limits)
        with _pillow_errors(name, None):
            return _from_pillow(pillow_image(source, name), name, None, limits, backdrop)
    raise PictureError(
        f"<{type(source).__name__}>: is not a picture; "
        "give a path, bytes, a Pillow or pyvips image, or a uint8 array"
    )


def source_name(source: PictureSource) -> str:
    """What messages call a picture that has not been read yet."""
    if isinstance(source, Picture):
        return source.name
    if isinstance(source, (str, os.PathLike)):
        return printable(os.fsdecode(source))
    return "the picture"


def _from_array(array: npt.NDArray[Any], limits: Limits, backdrop: Backdrop) -> Picture:
    name = "<array>"
    if array.dtype != np.uint8:
        raise PictureError(
            f"{name}: holds {array.dtype} samples; give uint8 from 0 to 255 "
            "(for values from 0 to 1: (255 * array).round().astype('uint8'))"
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise PictureError(
            f"{name}: has shape {array.shape}; give (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA"
        )
    _check_size(name, array.shape[1], array.shape[0], limits)
    if array.ndim == 3 and array.shape[2] == 4:
        from PIL import Image

        with _pillow_errors(name, None):
            image = Image.fromarray(np.ascontiguousarray(array))
            return _from_pillow(image, name, None, limits, backdrop)
    return Picture(pixels=np.ascontiguousarray(array), name=name)


def _from_bytes(
    data: bytes | bytearray | memoryview,
    name: str,
    limits: Limits,
    backdrop: Backdrop,
    reduce: Reduce | None,
    *,
    tolerant: bool,
) -> Picture:
    size = memoryview(data).nbytes
    if not size:
        raise PictureError(f"{name}: is empty (0 bytes); give a picture file")
    if size > limits.bytes:
        raise PictureError(f"{name}: {over_bytes(limits.bytes)}")
    encoded = bytes(data)
    with within_time(limits, name), _pillow_errors(name, encoded):
        if holds_jpeg(encoded):
            header = jxl_header(encoded) or JxlHeader(1, 1)
            _check_size(name, header.width, header.height, limits)
            restored = jpeg_within(encoded, most=limits.bytes)
            if restored is not None:
                picture = _from_bytes(restored, name, limits, backdrop, reduce, tolerant=tolerant)
                if picture.reduced is not None:
                    return picture
                return dataclasses.replace(
                    picture, encoded=encoded, format="JXL", restored=restored
                )
        decoded = read_by_another(encoded, name, limits.pixels)
        if decoded is not None:
            return _from_decoded(decoded, name, encoded, limits, backdrop)
        if encoded.startswith(b"\xff\xd8"):
            _check_scans(name, encoded, limits.scans)
        repaired = repaired_bytes(encoded, name, limits.pixels, tolerant=tolerant)
        image = opened(repaired.data)
        return _from_pillow(image, name, encoded, limits, backdrop, repaired, reduce)


def _from_decoded(
    decoded: Decoded, name: str, encoded: bytes, limits: Limits, backdrop: Backdrop
) -> Picture:
    """The picture that a reader other than Pillow made."""
    _check_size(name, *decoded.image.size, limits)
    made = converted(decoded.image, decoded.icc, name=name, backdrop=backdrop)
    notes = [*decoded.notes, *made.notes]
    if decoded.format == "TIFF":
        notes += _frames_told(count_frames(encoded, "TIFF", limits.counted) or 1, "TIFF", limits)
    picture = Picture(
        pixels=upright(made.pixels, decoded.orientation),
        name=name,
        icc=_fitting_profile(made.icc, made.pixels, notes),
        exif=decoded.exif,
        xmp=decoded.xmp,
        encoded=encoded,
        format=decoded.format,
        notes=tuple(notes),
        carried=decoded.carried,
        transparency=upright_alpha(made.transparency, decoded.orientation),
        flattened=made.flattened,
        orientation=decoded.orientation if decoded.orientation in TURNS else 1,
    )
    return with_upright_metadata(picture, decoded.orientation)


def _from_pillow(
    image: PillowImage,
    name: str,
    encoded: bytes | None,
    limits: Limits,
    backdrop: Backdrop,
    repaired: Repaired | None = None,
    reduce: Reduce | None = None,
) -> Picture:
    width, height = image.size
    _check_size(name, width, height, limits)
    file_format = "JPEG" if image.format == "MPO" else image.format
    if encoded is not None and file_format == "TIFF":
        decoded = read_tiff_otherwise(image, encoded, name, limits.pixels)
        if decoded is not None:
            return _from_decoded(decoded, name, encoded, limits, backdrop)
    notes: list[str] = [] if repaired is None else list(repaired.notes)
    if any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()) if len(tile) > 3):
        notes.append("16-bit reduced to 8-bit")
    if repaired is not None and repaired.in_one_go:
        setattr(image, "decodermaxblock", len(repaired.data) + 1)  # noqa: B010
    smaller = None if reduce is None else reduced(image, _orientation(image), reduce)
    image.load()
    check_time()
    # A grey 16-bit picture's note comes with its conversion.
    profile = _bytes_of(image.info.get("icc_profile"))
    most = most_of_sixteen_bits(image)
    made = converted(image, profile, name=name, most=most, backdrop=backdrop)
    if is_negative(image):
        made = dataclasses.replace(made, pixels=255 - made.pixels)
    notes += [note for note in made.notes if note not in notes]
    if repaired is not None:
        made = coded_colours(image, repaired.data, made, backdrop, notes)
    icc = _fitting_profile(made.icc, made.pixels, notes)
    orientation, exif, xmp = _metadata(image, file_format, notes)
    carried = carried_by(image, encoded, file_format)
    if encoded is not None and file_format == "PNG":
        carried, exif = png_carried(encoded, carried, exif)
    if encoded is not None:
        notes += _other_frames(image, encoded, limits)
        image.close()
    del image
    picture = Picture(
        pixels=upright(made.pixels, orientation),
        name=name,
        icc=icc,
        exif=exif,
        xmp=xmp,
        encoded=encoded if smaller is None else None,
        format=file_format if smaller is None else None,
        notes=tuple(notes),
        carried=carried,
        transparency=upright_alpha(made.transparency, orientation),
        flattened=made.flattened,
        orientation=orientation if orientation in TURNS else 1,
        reduced=smaller,
    )
    return with_upright_metadata(picture, orientation)


def _orientation(image: PillowImage) -> int:
    """The orientation of a JPEG, as `_metadata` will find it."""
    return _metadata(image, "JPEG", [])[0]


def _check_size(name: str, width: int, height: int, limits: Limits) -> None:
    if width < 1 or height < 1:
        raise PictureError(f"{name}: has no pixels ({width} x {height}); give a picture with some")
    if max(width, height) > MAX_SIDE:
        raise PictureError(
            f"{name}: is {width} x {height}; a JPEG holds at most {MAX_SIDE} pixels a side: "
            "resize it first"
        )
    if width * height > limits.pixels:
        raise PictureError(f"{name}: {over_pixels(width, height, limits.pixels)}")


def _check_scans(name: str, jpeg: bytes, most: int) -> None:
    if count_scans(jpeg, most) > most:
        raise PictureError(f"{name}: {over_scans(most)}")


def _metadata(
    image: PillowImage, file_format: str | None, notes: list[str]
) -> tuple[int, bytes | None, bytes | None]:
    """Orientation, EXIF and XMP; what is broken counts as absent, and is noted."""
    xmp = _bytes_of(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
    exif = _bytes_of(image.info.get("exif"))
    try:
        tags = image.getexif()
        orientation = tags.get(_ORIENTATION, 1)
        if exif is None and (file_format == "TIFF" or len(tags)):
            exif = tiff_exif(tags)
    except Exception:  # Pillow's EXIF reader raises many kinds, and none spoils the picture
        notes.append("EXIF is broken and left out")
        return 1, None, xmp
    return orientation if isinstance(orientation, int) else 1, exif or None, xmp


def _fitting_profile(
    icc: bytes | None, pixels: npt.NDArray[np.uint8], notes: list[str]
) -> bytes | None:
    """The profile, unless it is broken or of another colour model (ICC.1:2022, 7.2)."""
    if icc is None:
        return None
    if len(icc) < 132 or icc[36:40] != b"acsp":
        notes.append("colour profile is broken and left out")
        return None
    if icc[16:20] != (b"GRAY" if pixels.ndim == 2 else b"RGB "):
        notes.append("colour profile is of another colour model and left out")
        return None
    return icc


def _other_frames(image: PillowImage, encoded: bytes, limits: Limits) -> list[str]:
    if image.format == "MPO":  # its further pictures are told of as what the file carries
        return []
    try:
        counted = count_frames(encoded, image.format or "", limits.counted)
        frames = int(getattr(image, "n_frames", 1)) if counted is None else counted
    except Exception:  # counting reads the later frames, which may be broken; the first is not
        return ["first of several frames"]
    return _frames_told(frames, image.format, limits)


def _frames_told(frames: int, file_format: str | None, limits: Limits) -> list[str]:
    if frames <= 1:
        return []
    most = limits.counted
    number = f"more than {most}" if frames > most else str(frames)
    if most == 1:
        number = "several"
    return [f"first of {number} {'pages' if file_format == 'TIFF' else 'frames'}"]


def _bytes_of(value: object) -> bytes | None:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return bytes(value) if isinstance(value, (bytes, bytearray)) and value else None


@contextlib.contextmanager
def _pillow_errors(name: str, encoded: bytes | None) -> Iterator[None]:
    """Turns whatever Pillow raises or warns of on bad files into one PictureError."""
    with without_warnings():
        try:
            yield
        except (PictureError, OutOfTimeError):
            raise
        except MemoryError as error:
            raise PictureError(too_big_for_memory(name)) from error
        except Exception as error:  # its plug-ins raise nearly every kind there is
            raise PictureError(f"{name}: {_diagnosis(error, encoded)}") from error


def _diagnosis(error: Exception, encoded: bytes | None) -> str:
    from PIL import UnidentifiedImageError

    head = encoded[:16] if encoded is not None else b""
    if isinstance(error, UnidentifiedImageError):
        if head.startswith(b"\xff\xd8\xff"):
            return (
                "is a JPEG that cannot be read: damaged, or of a rare kind (12-bit, lossless); "
                "repair or convert it first"
            )
        return "is not a picture that can be read; give a JPEG, PNG, WebP, AVIF, TIFF or GIF file"
    said = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in said or "not enough" in said:
        return "is truncated: the end of the file is missing; copy or download it again"
    return "is damaged and cannot be decoded; repair it or take another copy"
