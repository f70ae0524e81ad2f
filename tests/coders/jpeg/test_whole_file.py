"""What follows a picture in its file is kept, or left out with a note, and never half promised."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

import foveate
import phone_files as phone
from foveate.errors import TargetError
from foveate.pictures.containers.jpeg_layout import jpeg_layout
from photos import photo

FAST = {"map": "none", "effort": "fast"}


def picture_part(data: bytes) -> bytes:
    layout = jpeg_layout(data)
    assert layout is not None
    return data[: layout.end]


def xmp_of(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        found = image.info.get("xmp", b"")
        assert isinstance(found, bytes)
        return found


def motion_photo(quality: int = 95, **options: object) -> bytes:
    film = phone.video()
    about = phone.described(
        phone.items(MotionPhoto=len(film)),
        f'GCamera:MotionPhoto="1" GCamera:MicroVideoOffset="{len(film)}"',
    )
    still = phone.plain(photo(96, 128), quality=quality, **options)
    return phone.with_segments(still, phone.xmp(about)) + film


def test_a_motion_photos_video_stays_at_the_end_where_players_look() -> None:
    source = motion_photo()
    result = foveate.compress(source, quality=50, **FAST)
    film = phone.video()
    assert not result.report.copied_source
    assert result.data.endswith(film)
    assert picture_part(result.data) == result.data[: -len(film)]
    assert len(picture_part(result.data)) < len(picture_part(source)) / 2
    assert f'Item:Length="{len(film)}"'.encode() in xmp_of(result.data)
    assert b'GCamera:MotionPhoto="1"' in xmp_of(result.data)
    assert result.report.notes == ()


def test_a_picture_is_compared_with_its_sources_picture_and_not_with_the_video() -> None:
    source = motion_photo(quality=8)
    result = foveate.compress(source, quality=95, **FAST)
    assert result.report.copied_source
    assert result.data == foveate.compress(source, lossless=True).data
    assert len(result.data) < len(source)
    video = source[len(picture_part(source)) :]
    assert result.data[len(picture_part(result.data)) :] == video


@pytest.mark.parametrize("metadata", ["none", "rights"])
@pytest.mark.parametrize("copied", [True, False])
def test_a_video_that_goes_is_told_of_and_not_promised(metadata: str, copied: bool) -> None:
    source = motion_photo(quality=8 if copied else 95)
    quality = 95 if copied else 50
    result = foveate.compress(source, quality=quality, metadata=metadata, **FAST)
    assert result.report.copied_source == copied
    assert picture_part(result.data) == result.data
    assert b"MotionPhoto" not in result.data
    assert len(result.data) <= len(picture_part(source))
    assert any("the motion photo's video of 5,024 bytes" in n for n in result.report.notes)


def entries(data: bytes) -> list[tuple[int, int]]:
    """Start and bytes of each picture that the MPF index lists (CIPA DC-007, 5.2.3)."""
    mark = data.index(b"MPF\0MM\0*") + 4
    count = struct.unpack_from(">I", data, mark + 8 + 2 + 12 + 8)[0]
    found = [struct.unpack_from(">IIIHH", data, mark + 50 + 16 * i) for i in range(count)]
    return [(offset + mark if i else 0, size) for i, (_, size, offset, *_) in enumerate(found)]


def test_a_gain_map_stays_as_it_was_and_index_and_xmp_find_it() -> None:
    source = phone.ultra_hdr()
    result = foveate.compress(source, quality=50, **FAST)
    second = phone.gain_map()
    assert not result.report.copied_source
    (start, size), (map_start, map_size) = entries(result.data)
    assert (start, size) == (0, len(picture_part(result.data)))
    assert result.data[map_start : map_start + map_size] == second
    assert map_start + map_size == len(result.data)
    xmp = xmp_of(result.data)
    assert b'hdrgm:Version="1.0"' in xmp
    assert f'Item:Length="{len(second)}"'.encode() in xmp
    assert b'Item:Padding="0"' in xmp  # the source had eight bytes between the two
    with Image.open(io.BytesIO(result.data)) as image:
        assert image._getmp()[0xB001] == 2  # Pillow counts the pictures by the index too


def test_a_gain_map_and_a_video_stay_in_order() -> None:
    film = phone.video()
    result = foveate.compress(phone.ultra_hdr(after=film), quality=50, **FAST)
    assert result.data.endswith(phone.gain_map() + film)
    assert b"MotionPhoto" in xmp_of(result.data)


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_gain_map_is_turned_with_its_picture(orientation: int) -> None:
    result = foveate.compress(phone.ultra_hdr(orientation=orientation), quality=50, **FAST)
    (_, _), (start, size) = entries(result.data)
    turned = Image.open(io.BytesIO(result.data[start : start + size]))
    before = Image.open(io.BytesIO(phone.gain_map()))
    right = before.rotate(180 if orientation == 3 else 270, expand=True)
    assert turned.size == right.size
    assert np.abs(np.asarray(turned).astype(int) - np.asarray(right)).max() <= 2
    assert b"hdrgm:GainMapMax" in turned.info["xmp"]
    assert f'Item:Length="{size}"'.encode() in xmp_of(result.data)


@pytest.mark.parametrize("copied", [True, False])
def test_a_gain_map_that_goes_is_told_of_and_not_promised(copied: bool) -> None:
    source = phone.ultra_hdr(quality=8 if copied else 95)
    result = foveate.compress(source, quality=95 if copied else 50, metadata="none", **FAST)
    assert result.report.copied_source == copied
    assert b"hdrgm" not in result.data
    assert b"hdr-gain-map" not in result.data
    assert "left out: the HDR gain map" in result.report.notes


def test_the_mark_of_iso_21496_1_stays_with_its_gain_map_and_goes_with_it() -> None:
    mark = b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"
    second = phone.with_segments(phone.plain(photo(24, 32)[..., 0]), phone.segment(0xE2, mark))
    first = phone.with_segments(phone.plain(photo(96, 128)), phone.segment(0xE2, mark))
    kept = foveate.compress(first + second, quality=50, **FAST).data
    assert kept.endswith(second)
    assert mark in picture_part(kept)
    assert mark not in foveate.compress(first, quality=50, **FAST).data


def test_a_size_counts_what_follows_the_picture() -> None:
    source = motion_photo()
    result = foveate.compress(source, size_bytes=10_400, **FAST)
    assert 10_296 <= len(result.data) <= 10_400
    assert result.report.target_bytes == 10_400
    assert result.data.endswith(phone.video())


def test_a_video_that_would_take_most_of_a_size_is_left_out_with_a_note() -> None:
    result = foveate.compress(motion_photo(), size_bytes=5_000, **FAST)
    assert 4_950 <= len(result.data) <= 5_000
    assert b"MotionPhoto" not in result.data
    (note,) = result.report.notes
    assert note == "left out, for lack of bytes: the motion photo's video of 5,024 bytes"


def test_a_source_that_fits_a_size_only_without_its_video_gives_that_up() -> None:
    source = motion_photo(quality=8)
    still = len(picture_part(source))
    result = foveate.compress(source, size_bytes=still + 100, **FAST)
    assert len(result.data) <= still + 100
    assert b"MotionPhoto" not in result.data


def test_sizes_that_no_file_has_are_refused_with_and_without_a_video() -> None:
    for source in (motion_photo(), phone.plain(photo(96, 128))):
        with pytest.raises(TargetError, match="nearest"):
            foveate.compress(source, size_bytes=300, **FAST)


def test_other_pictures_and_unknown_data_go_with_a_note() -> None:
    first = phone.plain(photo(96, 128))
    for after, words in (
        (phone.plain(), "further pictures in the file (depth, second view, preview)"),
        (b"private words", "data of an unknown kind after the picture (13 bytes)"),
    ):
        result = foveate.compress(first + after, quality=50, **FAST)
        assert after[:13] not in result.data[20:]
        assert f"left out: {words}" in result.report.notes
    padded = foveate.compress(first + bytes(100) + b"\r\n", quality=50, **FAST)
    assert padded.report.notes == ()


def test_an_item_whose_picture_goes_is_no_longer_listed() -> None:
    depth, film = phone.plain(), phone.video()
    about = phone.described(phone.items(Depth=len(depth), MotionPhoto=len(film)))
    source = phone.with_segments(phone.plain(photo(96, 128)), phone.xmp(about)) + depth + film
    xmp = xmp_of(foveate.compress(source, quality=50, **FAST).data)
    assert b"Depth" not in xmp
    assert b"MotionPhoto" in xmp


@pytest.mark.parametrize("method", ["rdo", "mosaic"])
def test_printing_density_is_kept_whatever_else_goes(method: str) -> None:
    source = phone.plain(photo(96, 128), dpi=(300, 200))
    for metadata in ("all", "rights", "none"):
        result = foveate.compress(source, quality=50, method=method, metadata=metadata, map="none")
        assert Image.open(io.BytesIO(result.data)).info["dpi"] == (300, 200)
    turned = phone.plain(photo(96, 128), dpi=(300, 200), exif=phone.oriented(6))
    result = foveate.compress(turned, quality=50, method=method, map="none")
    assert Image.open(io.BytesIO(result.data)).info["jfif_density"] == (200, 300)
