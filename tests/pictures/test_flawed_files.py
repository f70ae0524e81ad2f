"""Good files with a flaw are read; of files whose end is missing, what they hold where asked."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import jpeglib
import numpy as np
import pytest
from picture_files import encoded, png_chunk, png_of, refusal
from PIL import Image

import foveate
import phone_files as phone
from foveate.errors import PictureError
from foveate.pictures import read_picture
from photos import photo

FAST = {"map": "none", "effort": "fast"}
PIXELS = photo(96, 128)


def notes_of(data: bytes) -> tuple[str, ...]:
    result = foveate.compress(data, quality=50, **FAST)
    with Image.open(io.BytesIO(result.data)) as image:
        image.load()
    return result.report.notes


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"eXIf", b"pHYs", b"iCCP", b"prVt"])
def test_a_damaged_chunk_that_no_one_needs_is_passed_over(kind: bytes) -> None:
    chunk = png_chunk(kind, b"Comment\0hello")
    data = png_of(PIXELS, chunk[:-1] + bytes([chunk[-1] ^ 1]))
    assert np.array_equal(read_picture(data).pixels, PIXELS)
    assert f"left out: the damaged PNG chunk {kind.decode()}" in notes_of(data)


def test_damaged_pixels_are_refused() -> None:
    data = bytearray(png_of(PIXELS))
    data[data.index(b"IDAT") + 200] ^= 255
    assert "damaged" in refusal(bytes(data))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_text_of_more_than_a_megabyte_is_left_out_with_a_note(kind: bytes) -> None:
    packed = zlib.compress(b"x" * 1_100_000)
    body = b"mxfile\0\0" + packed if kind == b"zTXt" else b"mxfile\0\1\0\0\0" + packed
    data = png_of(PIXELS, png_chunk(kind, body))
    assert np.array_equal(read_picture(data).pixels, PIXELS)
    assert notes_of(data) == ("left out: the text 'mxfile', which is broken or over 1 MiB long",)


def test_pngs_texts_become_exif_and_comments() -> None:
    said = {
        "Copyright": "© Ansel",
        "Author": "Ansel",
        "Description": "a hill",
        "Comment": "hello",
        "Software": "a program",
    }
    chunks = [png_chunk(b"tEXt", f"{k}\0{v}".encode("latin-1")) for k, v in said.items()]
    chunks.append(png_chunk(b"iTXt", b"Disclaimer\0\0\0\0\0" + "çà".encode()))
    chunks.append(png_chunk(b"zTXt", b"Source\0\0" + zlib.compress(b"a camera")))
    result = foveate.compress(png_of(PIXELS, *chunks), quality=50, **FAST)
    with Image.open(io.BytesIO(result.data)) as image:
        exif = image.getexif()
        assert exif[0x8298].encode("latin-1").decode() == "© Ansel"
        assert (exif[0x013B], exif[0x010E]) == ("Ansel", "a hill")
    for comment in ("hello", "Software: a program", "Disclaimer: çà", "Source: a camera"):
        assert phone.segment(0xFE, comment.encode()) in result.data
    assert result.report.notes == ()
    bare = foveate.compress(png_of(PIXELS, *chunks), quality=50, metadata="none", **FAST)
    assert b"Ansel" not in bare.data


def test_of_a_png_with_exif_texts_stay_too() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    text = png_chunk(b"tEXt", b"Copyright\0(c) me")
    body = exif.tobytes().removeprefix(b"Exif\0\0")
    data = foveate.compress(png_of(PIXELS, png_chunk(b"eXIf", body), text), **FAST).data
    assert Image.open(io.BytesIO(data)).getexif()[0x010F] == "Maker"
    assert phone.segment(0xFE, b"Copyright: (c) me") in data


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (b"caBX", b"jumbc2pa", "Content Credentials (C2PA)"),
        (b"prVt", b"private", "the PNG chunk prVt"),
        (b"tEXt", b"prompt\0" + b"x" * 70_000, "the text 'prompt' of 70,008 bytes"),
    ],
)
def test_what_a_png_holds_and_no_jpeg_can_is_named(kind: bytes, body: bytes, words: str) -> None:
    (note,) = notes_of(png_of(PIXELS, png_chunk(kind, body)))
    assert note.startswith(f"left out: {words}")


def test_iptcs_data_and_density_of_a_png_are_kept() -> None:
    iptc = b"\x1c\2\x74\0\4mine"
    hexed = f"\niptc\n{len(iptc):8}\n{iptc.hex()}\n".encode()
    text = png_chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(hexed))
    density = png_chunk(b"pHYs", (11_811).to_bytes(4, "big") * 2 + b"\1")
    data = foveate.compress(png_of(PIXELS, text, density), **FAST).data
    assert iptc in data
    assert Image.open(io.BytesIO(data)).info["jfif_density"] == (300, 300)


KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "444": {"subsampling": 0},
    "restarts": {"restart_marker_blocks": 4},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grey", [False, True])
def test_a_jpeg_that_only_lacks_its_end_is_read_whole(kind: str, grey: bool) -> None:
    whole = phone.plain(PIXELS[..., 0] if grey else PIXELS, **KINDS[kind])
    picture = read_picture(whole[:-2])
    assert np.array_equal(picture.pixels, read_picture(whole).pixels)
    assert picture.notes == ("the mark of the file's end was missing; the picture is whole",)


def test_the_copy_of_a_jpeg_without_an_end_has_one() -> None:
    whole = phone.plain(PIXELS, quality=8)
    result = foveate.compress(whole[:-2], quality=95, **FAST)
    assert result.report.copied_source
    assert result.data == foveate.compress(whole, lossless=True).data
    assert result.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
def test_of_a_truncated_jpeg_what_it_holds_is_told_and_taken_where_asked(share: float) -> None:
    whole = phone.plain(PIXELS, subsampling=0)
    cut = whole[: int(len(whole) * share)]
    message = refusal(cut)
    assert "is truncated: it holds the upper" in message
    assert "`tolerant=True`" in message
    picture = read_picture(cut, tolerant=True)
    (note,) = picture.notes
    told = float(note.split("upper ")[1].split(" %")[0]) / 100
    right = read_picture(whole).pixels
    rows = round(told * 96)
    assert 0.5 * share < told + 0.2 < share + 0.35
    assert np.array_equal(picture.pixels[:rows], right[:rows])
    assert not np.array_equal(picture.pixels[rows : rows + 8], right[rows : rows + 8])


def test_a_truncated_jpeg_is_never_given_back_as_it_came() -> None:
    cut = phone.plain(PIXELS, quality=8)[:-100]
    result = foveate.compress(cut, quality=95, tolerant=True, **FAST)
    assert not result.report.copied_source
    assert "truncated: the file holds the upper" in result.report.notes[0]


def test_a_progressive_jpeg_that_lacks_scans_is_coarse() -> None:
    whole = phone.plain(PIXELS, progressive=True)
    scans = [at for at in range(len(whole)) if whole[at : at + 2] == b"\xff\xda"]
    tables = whole.rindex(b"\xff\xc4", 0, scans[-1])
    for end in (scans[-1] + 60, tables, scans[2]):
        assert "without its last details" in refusal(whole[:end])
        assert read_picture(whole[:end], tolerant=True).pixels.shape == PIXELS.shape


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_of_a_truncated_png_the_rows_that_it_holds_are_taken_where_asked(share: float) -> None:
    for whole in (png_of(PIXELS), encoded(Image.fromarray(PIXELS))):
        cut = whole[: int(len(whole) * share)]
        assert "is truncated: it holds the upper" in refusal(cut)
        picture = read_picture(cut, tolerant=True)
        told = float(picture.notes[0].split("upper ")[1].split(" %")[0]) / 100
        rows = round(told * 96)
        assert share - 0.15 < told < share + 0.15
        assert np.array_equal(picture.pixels[:rows], PIXELS[:rows])
        assert (picture.pixels[rows + 1 :] == 0).all()


def test_a_png_that_only_lacks_its_end_is_read_whole() -> None:
    for cut in (12, 14):
        picture = read_picture(png_of(PIXELS)[:-cut])
        assert np.array_equal(picture.pixels, PIXELS)
        assert len(picture.notes) == 1


def test_arithmetic_codes_are_decoded_and_never_given_back(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    for pixels, quality in ((noise, 95), (PIXELS, 5)):
        huffman, path = phone.plain(pixels, quality=quality), tmp_path / "a.jpg"
        path.write_bytes(huffman)
        with jpeglib.version("turbo210"):
            jpeglib.read_dct(str(path)).write_dct(str(path), flags=["+ARITH_CODE"])
        coded = path.read_bytes()
        assert b"\xff\xc9" in coded
        assert (len(coded) > 65_536) == (quality == 95)
        assert np.array_equal(read_picture(coded).pixels, read_picture(huffman).pixels)
        result = foveate.compress(coded, quality=90, **FAST)
        assert not result.report.copied_source
        assert b"\xff\xc9" not in result.data
        assert "browsers do not show" in result.report.notes[-1]


def test_a_file_that_holds_no_row_is_refused_though_cut_ones_are_taken() -> None:
    whole = io.BytesIO()
    Image.fromarray(PIXELS).save(whole, "PNG")
    with pytest.raises(PictureError, match="holds no row of its picture; take another copy"):
        read_picture(whole.getvalue()[:60], tolerant=True)
