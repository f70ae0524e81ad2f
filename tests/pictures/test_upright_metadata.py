"""A picture comes out upright, and its metadata says so; all else in it stays."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from picture_files import encoded
from PIL import Image, ImageOps, PngImagePlugin

from foveate.pictures import read_picture
from foveate.pictures.metadata.exif import upright_exif, upright_xmp

ORIENTATION, MAKE, EXIF_IFD, GPS_IFD = 0x0112, 0x010F, 0x8769, 0x8825
PIXEL_WIDTH, PIXEL_HEIGHT, MAKER_NOTE, LENS = 0xA002, 0xA003, 0x927C, 0xA434


def exif_with(orientation: int | None) -> Image.Exif:
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    exif[MAKE] = "Foveate camera"
    return exif


def parsed(payload: bytes | None) -> Image.Exif:
    assert payload is not None
    exif = Image.Exif()
    exif.load(payload)
    return exif


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    st.integers(0, 9),
    st.sampled_from(["PNG", "TIFF", "WEBP"]),
)
def test_every_orientation_is_turned_as_pillow_turns_it(
    pixels: np.ndarray, orientation: int, file_format: str
) -> None:
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    data = encoded(Image.fromarray(pixels), file_format, exif=exif_with(orientation), **options)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    picture = read_picture(data)
    assert np.array_equal(picture.pixels, expected)
    assert picture.pixels.flags.c_contiguous
    assert parsed(picture.exif).get(ORIENTATION, 1) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_survives_with_orientation_one(file_format: str, orientation: int) -> None:
    image = Image.new("RGB", (20, 10))
    picture = read_picture(encoded(image, file_format, exif=exif_with(orientation)))
    assert (picture.width, picture.height) == ((20, 10) if orientation < 5 else (10, 20))
    assert parsed(picture.exif)[MAKE] == "Foveate camera"


def test_a_pillow_images_own_orientation_counts() -> None:
    image = Image.open(io.BytesIO(encoded(Image.new("RGB", (4, 2)), "PNG", exif=exif_with(6))))
    assert read_picture(image).pixels.shape == (4, 2, 3)
    assert image.size == (4, 2)


def test_a_picture_without_exif_has_none() -> None:
    for file_format in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        assert read_picture(encoded(Image.new("RGB", (4, 2)), file_format)).exif is None


def test_broken_exif_is_left_out_with_a_note() -> None:
    data = encoded(Image.new("RGB", (4, 2)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    picture = read_picture(data)
    assert picture.exif is None
    assert picture.notes == ("EXIF is broken and left out",)


def test_pixel_dimensions_follow_the_turn() -> None:
    exif = exif_with(6)
    exif.get_ifd(EXIF_IFD).update({PIXEL_WIDTH: 20, PIXEL_HEIGHT: 10, LENS: "fast"})
    exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)
    picture = read_picture(encoded(Image.new("RGB", (20, 10)), "JPEG", exif=exif))
    inner = parsed(picture.exif).get_ifd(EXIF_IFD)
    assert (inner[PIXEL_WIDTH], inner[PIXEL_HEIGHT], inner[LENS]) == (10, 20, "fast")


def test_where_a_tiff_was_taken_stays_known() -> None:
    exif = exif_with(1)
    exif.get_ifd(GPS_IFD)[1] = "N"
    exif[GPS_IFD] = exif.get_ifd(GPS_IFD)
    exif.get_ifd(EXIF_IFD)[LENS] = "fast"
    exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)
    kept = parsed(read_picture(encoded(Image.new("RGB", (4, 2)), "TIFF", exif=exif)).exif)
    assert kept[MAKE] == "Foveate camera"
    assert kept.get_ifd(GPS_IFD)[1] == "N"
    assert kept.get_ifd(EXIF_IFD)[LENS] == "fast"
    assert 0x0111 not in kept  # StripOffsets: of the file, not of the photo


def tiff(order: str, *, maker_note: bytes, thumbnail: bytes) -> bytes:
    """EXIF laid out by hand: orientation 6, a maker note, then a thumbnail at the end."""
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(order + "HHI", tag, kind, count) + value

    number = struct.Struct(order + "I").pack
    short = struct.Struct(order + "HH").pack
    exif_at = 8 + 2 + 2 * 12 + 4
    note_at = exif_at + 2 + 12 + 4
    thumbnail_ifd_at = note_at + len(maker_note)
    thumbnail_at = thumbnail_ifd_at + 2 + 2 * 12 + 4
    return b"".join(
        [
            mark + number(8),
            struct.pack(order + "H", 2),
            entry(ORIENTATION, 3, 1, short(6, 0)),
            entry(EXIF_IFD, 4, 1, number(exif_at)),
            number(thumbnail_ifd_at if thumbnail else 0),
            struct.pack(order + "H", 1),
            entry(MAKER_NOTE, 7, len(maker_note), number(note_at)),
            number(0),
            maker_note,
            struct.pack(order + "H", 2) if thumbnail else b"",
            entry(0x0201, 4, 1, number(thumbnail_at)) if thumbnail else b"",
            entry(0x0202, 4, 1, number(len(thumbnail))) if thumbnail else b"",
            number(0) if thumbnail else b"",
            thumbnail,
        ]
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_thumbnail_goes_and_maker_notes_stay_where_they_were(order: str) -> None:
    note = bytes(range(200))
    before = tiff(order, maker_note=note, thumbnail=b"\xff\xd8" + b"t" * 5000 + b"\xff\xd9")
    after = upright_exif(b"Exif\0\0" + before, width=10, height=20)
    assert after is not None
    assert len(after) == before.index(note) + len(note)
    assert after.index(note) == before.index(note)
    exif = parsed(after)
    assert exif[ORIENTATION] == 1
    assert exif.get_ifd(EXIF_IFD)[MAKER_NOTE] == note
    assert exif.get_ifd(1) == {}


def test_nothing_but_orientation_changes_without_a_thumbnail() -> None:
    before = tiff("<", maker_note=b"n" * 50, thumbnail=b"")
    after = upright_exif(before, width=10, height=20)
    assert after is not None
    assert len(after) == len(before)
    assert [i for i, (a, b) in enumerate(zip(after, before, strict=True)) if a != b] == [18]


@given(st.data())
def test_damaged_exif_is_patched_or_given_up(data: st.DataObject) -> None:
    payload = bytearray(tiff("<", maker_note=b"n" * 20, thumbnail=b"t" * 30))
    for _ in range(data.draw(st.integers(1, 8))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(payload)))
    after = upright_exif(bytes(payload[:cut]), width=1, height=1)
    assert after is None or len(after) <= cut


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
    b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="8" tiff:Make="M"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_xmp_is_kept_upright(file_format: str) -> None:
    options: dict[str, object] = {"xmp": XMP}
    if file_format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options = {"pnginfo": text}
    picture = read_picture(encoded(Image.new("RGB", (4, 2)), file_format, **options))
    assert picture.xmp == XMP.replace(b'Orientation="8"', b'Orientation="1"')


def test_xmp_of_a_tiff_file_is_kept_upright() -> None:
    xmp = read_picture(encoded(Image.new("RGB", (4, 2)), "TIFF", tiffinfo={700: XMP})).xmp
    assert xmp is not None
    assert b'tiff:Make="M"' in xmp
    assert b'Orientation="8"' not in xmp


def test_an_orientation_that_only_xmp_tells_is_honoured() -> None:
    picture = read_picture(encoded(Image.new("RGB", (4, 2)), "JPEG", xmp=XMP))
    assert (picture.width, picture.height) == (2, 4)


def test_xmp_orientation_is_found_in_both_spellings() -> None:
    assert upright_xmp(b"tiff:Orientation = '3'") == b"tiff:Orientation = '1'"
    element = b"<tiff:Orientation> 6 </tiff:Orientation>"
    assert upright_xmp(element) == element.replace(b"6", b"1")


@pytest.mark.parametrize(
    "tag", [270, 271, 272, 305, 306, 315, 33432]
)  # texts of TIFF 6.0, section 8
def test_what_a_tiff_says_of_the_photo_is_kept(tag: int) -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "TIFF", tiffinfo={tag: "2001:02:03 04:05:06"})
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + (read_picture(file.getvalue()).exif or b""))
    assert exif[tag] == "2001:02:03 04:05:06"


def test_every_orientation_in_xmp_becomes_upright_in_both_spellings() -> None:
    for number in b"2345678":
        attribute = b'<x tiff:Orientation="%c"/>' % number
        element = b"<tiff:Orientation> %c </tiff:Orientation>" % number
        assert upright_xmp(attribute) == b'<x tiff:Orientation="1"/>'
        assert upright_xmp(element) == b"<tiff:Orientation> 1 </tiff:Orientation>"


def test_what_lies_behind_a_thumbnails_directory_is_cut_only_where_nothing_else_is() -> None:
    """A maker note behind the thumbnail stays, and so does all before it."""
    before = tiff("<", maker_note=b"n" * 60, thumbnail=b"t" * 40)
    note_at, end = before.index(b"n" * 60), len(before)
    moved = bytearray(before + b"n" * 60)
    pointer = struct.pack("<I", note_at)
    at = moved.index(struct.pack("<HHI", MAKER_NOTE, 7, 60)) + 8
    assert bytes(moved[at : at + 4]) == pointer
    moved[at : at + 4] = struct.pack("<I", end)
    after = upright_exif(bytes(moved), width=10, height=20)
    assert after is not None
    assert parsed(after).get_ifd(EXIF_IFD)[MAKER_NOTE] == b"n" * 60
    assert struct.unpack_from("<I", after, 8 + 2 + 24)[0] == 0  # no second directory
