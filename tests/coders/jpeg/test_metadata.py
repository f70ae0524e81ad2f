"""Metadata segments: what Pillow reads back is what went in."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from foveate.coders.jpeg import metadata
from foveate.coders.plain.pillow_jpeg import plain_jpeg

PICTURE = np.arange(16 * 16 * 3, dtype=np.uint32).astype(np.uint8).reshape(16, 16, 3)


def written(**parts: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    segments, notes = metadata.segments(**parts)
    data = metadata.spliced(plain_jpeg(PICTURE, 75), segments)
    image = Image.open(io.BytesIO(data))
    image.load()
    np.testing.assert_array_equal(
        np.asarray(image), np.asarray(Image.open(io.BytesIO(plain_jpeg(PICTURE, 75))))
    )
    return image, notes


def exif_bytes(artist: str) -> bytes:
    exif = Image.Exif()
    exif[0x013B] = artist
    return exif.tobytes().removeprefix(metadata.EXIF_HEADER)


def test_exif_comes_back() -> None:
    image, notes = written(exif=exif_bytes("Ansel"))
    assert image.getexif()[0x013B] == "Ansel"
    assert notes == ()


def test_xmp_comes_back() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
    image, notes = written(xmp=packet)
    assert image.info["xmp"] == packet
    assert notes == ()


def test_a_real_icc_profile_comes_back_and_opens() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image, notes = written(icc=profile)
    assert image.info["icc_profile"] == profile
    ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert notes == ()


@pytest.mark.parametrize(
    ("size", "chunks"), [(1, 1), (65_519, 1), (65_520, 2), (131_038, 2), (131_039, 3)]
)
def test_icc_profiles_are_cut_into_numbered_chunks(size: int, chunks: int) -> None:
    profile = np.random.default_rng(size).bytes(size)
    segments, _ = metadata.segments(icc=profile)
    assert len(segments) == size + chunks * (2 + 2 + 14)
    image, _ = written(icc=profile)
    assert image.info["icc_profile"] == profile


def test_all_three_come_back_together() -> None:
    profile = np.random.default_rng(0).bytes(100_000)
    image, notes = written(exif=exif_bytes("Dorothea"), xmp=b"<xmp/>", icc=profile)
    assert image.getexif()[0x013B] == "Dorothea"
    assert image.info["xmp"] == b"<xmp/>"
    assert image.info["icc_profile"] == profile
    assert notes == ()


def test_nothing_gives_nothing() -> None:
    assert metadata.segments() == (b"", ())
    assert metadata.segments(exif=b"", xmp=b"", icc=b"") == (b"", ())


@pytest.mark.parametrize(
    ("part", "largest", "name"),
    [("exif", 65_527, "EXIF"), ("xmp", 65_504, "XMP"), ("icc", 255 * 65_519, "ICC profile")],
)
def test_what_does_not_fit_is_dropped_with_a_note(part: str, largest: int, name: str) -> None:
    fits, no_notes = metadata.segments(**{part: bytes(largest)})
    assert len(fits) > largest
    assert no_notes == ()
    dropped, notes = metadata.segments(**{part: bytes(largest + 1)})
    assert dropped == b""
    (note,) = notes
    assert note.startswith(f"{name} of {largest + 1:,} bytes dropped")


def test_one_part_too_large_leaves_the_others() -> None:
    segments, notes = metadata.segments(exif=bytes(70_000), xmp=b"<xmp/>")
    assert segments == metadata.segments(xmp=b"<xmp/>")[0]
    assert len(notes) == 1


@given(exif=st.binary(max_size=300), xmp=st.binary(max_size=300), icc=st.binary(max_size=300))
def test_segments_are_well_formed_whatever_they_hold(exif: bytes, xmp: bytes, icc: bytes) -> None:
    segments, _ = metadata.segments(exif=exif, xmp=xmp, icc=icc)
    at, found = 0, []
    while at < len(segments):
        assert segments[at : at + 2] in (b"\xff\xe1", b"\xff\xe2")
        length = int.from_bytes(segments[at + 2 : at + 4], "big")
        found.append(segments[at + 4 : at + 2 + length])
        at += 2 + length
    assert at == len(segments)
    expected = [b"Exif\0\0" + exif] * bool(exif)
    expected += [b"http://ns.adobe.com/xap/1.0/\0" + xmp] * bool(xmp)
    expected += [b"ICC_PROFILE\0\x01\x01" + icc] * bool(icc)
    assert found == expected


def test_splicing_keeps_jfif_first_and_loses_nothing() -> None:
    plain = plain_jpeg(PICTURE, 75)
    spliced = metadata.spliced(plain, b"\xff\xfe\x00\x04ab")
    assert spliced == plain[:20] + b"\xff\xfe\x00\x04ab" + plain[20:]
    bare = plain[:2] + plain[20:]
    assert (
        metadata.spliced(bare, b"\xff\xfe\x00\x04ab") == bare[:2] + b"\xff\xfe\x00\x04ab" + bare[2:]
    )


def test_without_metadata_the_pixels_and_nothing_else_stay() -> None:
    segments, _ = metadata.segments(exif=exif_bytes("Imogen"), xmp=b"<xmp/>", icc=bytes(70_000))
    plain = plain_jpeg(PICTURE, 75)
    assert metadata.without_metadata(metadata.spliced(plain, segments)) == plain


def test_without_metadata_no_thumbnail_stays() -> None:
    plain = plain_jpeg(PICTURE, 75)
    assert plain[2:11] == b"\xff\xe0\x00\x10JFIF\0"
    thumbnail = b"\xff\xe0" + (16 + 12).to_bytes(2, "big") + plain[6:18] + b"\2\2" + b"secretsecret"
    extension = b"\xff\xe0\x00\x10JFXX\0\x10secretxx"
    adobe = b"\xff\xee\x00\x14Adobe\0\x64\0\0\0\0\1secret"
    bare = metadata.without_metadata(plain[:2] + thumbnail + extension + adobe + plain[20:])
    assert bare == plain[:20] + b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\1" + plain[20:]
    with Image.open(io.BytesIO(bare)) as after, Image.open(io.BytesIO(plain)) as before:
        assert np.array_equal(np.asarray(before), np.asarray(after))


@pytest.mark.parametrize("progressive", [False, True])
def test_without_metadata_further_pictures_and_their_metadata_go(progressive: bool) -> None:
    pictures = [Image.fromarray(PICTURE), Image.fromarray(PICTURE[::-1])]
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = "Imogen"
    pictures[0].save(
        file, "MPO", save_all=True, append_images=pictures[1:], exif=exif, progressive=progressive
    )
    both = file.getvalue()
    assert both.count(b"Imogen") == 2
    alone = metadata.without_metadata(both)
    assert b"Imogen" not in alone
    assert alone.endswith(b"\xff\xd9")
    with Image.open(io.BytesIO(both)) as before, Image.open(io.BytesIO(alone)) as after:
        assert after.format == "JPEG"
        assert np.array_equal(np.asarray(before), np.asarray(after))


def test_without_metadata_a_missing_end_and_fill_bytes_are_forgiven() -> None:
    plain = plain_jpeg(PICTURE, 75)
    comment = b"\xff\xff\xff\xfe\x00\x04ab"
    assert metadata.without_metadata(metadata.spliced(plain, comment)) == plain
    assert metadata.without_metadata(plain[:-2]) == plain[:-2]


@given(st.binary(max_size=60))
def test_a_file_that_is_no_jpeg_gives_nothing(data: bytes) -> None:
    assert metadata.without_metadata(b"\xff\xd8\x00" + data) is None
    found = metadata.without_metadata(b"\xff\xd8" + data)
    assert found is None or b"\xff\xd9" in data or b"\xff\xda" in data


def test_without_metadata_restart_markers_stay_in_their_scan() -> None:
    file = io.BytesIO()
    picture = Image.fromarray(np.tile(PICTURE, (3, 3, 1)))
    picture.save(file, "JPEG", restart_marker_blocks=1, comment=b"secret")
    bare = metadata.without_metadata(file.getvalue())
    assert bare is not None
    assert b"secret" not in bare
    assert b"\xff\xd0" in bare
    with Image.open(io.BytesIO(bare)) as after, Image.open(file) as before:
        assert np.array_equal(np.asarray(before), np.asarray(after))


def test_a_segment_that_is_cut_short_gives_nothing() -> None:
    plain = plain_jpeg(PICTURE, 75)
    assert metadata.without_metadata(plain[:-2] + b"\xff\xfe\x00\x40cut") is None
