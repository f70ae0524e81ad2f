"""JPEG XL as a user gets it: targets, the JPEG within, and what another decoder makes of it."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import foveate
import phone_files
from foveate.errors import MissingExtraError, OptionError, PictureError
from foveate.pictures import Limits
from foveate.pictures.containers.isobmff import boxes
from foveate.pictures.readers.jpeg_in_jxl import jpeg_within
from photos import photo

PICTURE = photo(96, 128)


@pytest.fixture
def imagecodecs() -> Any:
    return pytest.importorskip("imagecodecs", reason="the extra jxl is not installed")


def made(picture: Any = PICTURE, **options: Any) -> foveate.Compressed:
    return foveate.compress(picture, **{"format": "jxl", "map": "centre", **options})


def lossless(jpeg: bytes, **options: Any) -> foveate.Compressed:
    return foveate.compress(jpeg, format="jxl", lossless=True, **options)


def back(jxl: bytes) -> foveate.Compressed:
    return foveate.compress(jxl, format="jpeg", lossless=True)


def odd_jpegs() -> dict[str, bytes]:
    """JPEGs with what libjxl has to tell apart from the coefficients."""
    comment, unknown = phone_files.segment(0xFE, b"by hand"), phone_files.segment(0xEA, b"odd\0\1")
    plain = phone_files.plain(photo(40, 56))
    return {
        "markers": phone_files.with_segments(plain, comment, unknown, comment),
        "fill bytes": plain[:20] + b"\xff" + plain[20:],
        "motion photo": phone_files.plain() + phone_files.video(),
        "gain map": phone_files.ultra_hdr(after=phone_files.video()),
        "turned": phone_files.plain(exif=phone_files.oriented(6)),
        "grey": phone_files.plain(photo(33, 47)[..., 0]),
        "progressive": phone_files.plain(progressive=True, subsampling=0),
        "restarts": phone_files.plain(restart_marker_blocks=2),
        "stuff behind": plain + b"notes of a camera",
    }


@pytest.mark.parametrize("kind", sorted(odd_jpegs()))
def test_any_jpeg_goes_in_and_comes_back_bit_for_bit(kind: str, imagecodecs: Any) -> None:
    jpeg = odd_jpegs()[kind]
    stored = lossless(jpeg)
    assert stored.report.format == "jxl"
    assert stored.report.copied_source
    assert stored.report.coder["jpeg_bytes"] == len(jpeg)
    returned = back(stored.data)
    assert returned.data == jpeg
    assert "bit for bit" in returned.report.notes[0]


def test_another_libjxl_brings_the_jpeg_back(imagecodecs: Any, tmp_path: Path) -> None:
    jpeg = odd_jpegs()["motion photo"]
    (tmp_path / "a.jxl").write_bytes(lossless(jpeg).data)
    if shutil.which("djxl"):
        subprocess.run(
            ["djxl", tmp_path / "a.jxl", tmp_path / "a.jpg"], check=True, capture_output=True
        )
        assert (tmp_path / "a.jpg").read_bytes() == jpeg
        return
    pylibjxl = pytest.importorskip("pylibjxl", reason="neither djxl nor pylibjxl is installed")
    assert bytes(pylibjxl.jxl_to_jpeg((tmp_path / "a.jxl").read_bytes())) == jpeg


def test_a_decoder_shows_the_picture(imagecodecs: Any) -> None:
    result = made(quality=85)
    shown = imagecodecs.jpegxl_decode(result.data)
    own = foveate.read_picture(result.data).pixels
    assert shown.shape == PICTURE.shape
    # libjxl and libjpeg interpolate chroma and round in their own ways
    assert np.abs(shown.astype(int) - own).mean() < 1.5


def test_the_file_holds_the_jpeg_that_is_made_otherwise(imagecodecs: Any) -> None:
    options: dict[str, Any] = {"quality": 95, "map": "centre", "tune": "fidelity"}
    jpeg = foveate.compress(photo(160, 240), **options)
    result = made(photo(160, 240), **options)
    assert jpeg_within(result.data, most=1 << 20) == jpeg.data
    assert len(result.data) < len(jpeg.data)
    assert result.report.coder["jpeg_bytes"] == len(jpeg.data)
    assert back(result.data).data == jpeg.data


def test_a_size_counts_the_jpeg_xl(imagecodecs: Any) -> None:
    picture = photo(160, 240)
    result = made(picture, size_bytes=8000, tune="fidelity")
    assert 0.98 * 8000 <= len(result.data) <= 8000
    assert result.report.target_bytes == 8000
    assert result.report.coder["jpeg_bytes"] > 8000


def test_match_quality_takes_the_bytes_of_plain_jpeg(imagecodecs: Any) -> None:
    plain = len(phone_files.plain(photo(160, 240), quality=60))
    result = made(photo(160, 240), match_quality=60, tune="fidelity")
    assert 0.98 * plain <= len(result.data) <= plain


def test_a_size_that_is_too_small_is_refused_in_one_line(imagecodecs: Any) -> None:
    with pytest.raises(OptionError, match=r"in JPEG XL, of the JPEG within: .* too few"):
        made(size_bytes=100)


def test_metadata_lie_where_viewers_of_jpeg_xl_find_them(imagecodecs: Any) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    jpeg = phone_files.plain(exif=exif, xmp=b"<x:xmpmeta/>")

    def packed(result: foveate.Compressed) -> dict[bytes, bytes]:
        """The boxes that are compressed by Brotli."""
        bodies = [body for kind, body in boxes(result.data) if kind == b"brob"]
        return {body[:4]: bytes(imagecodecs.brotli_decode(body[4:])) for body in bodies}

    parts = packed(made(jpeg, quality=30))
    assert b"Maker" in parts[b"Exif"]
    assert parts[b"xml "] == b"<x:xmpmeta/>"
    assert packed(made(jpeg, quality=30, metadata="none")) == {}
    bare = lossless(jpeg, metadata="none")
    assert b"Maker" not in back(bare.data).data


def test_a_jpeg_xl_is_never_made_larger(imagecodecs: Any) -> None:
    source = made(quality=30).data
    assert made(source, quality=90).data == source
    native = imagecodecs.jpegxl_encode(PICTURE, distance=8.0)
    assert jpeg_within(native, most=1 << 20) is None
    assert made(native, quality=90).data == native


def test_a_jpeg_within_is_read_with_its_metadata(imagecodecs: Any) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    jpeg = phone_files.plain(exif=exif, comment=b"by hand")
    picture = foveate.read_picture(lossless(jpeg).data)
    assert picture.format == "JXL"
    assert picture.jpeg == jpeg
    assert np.array_equal(picture.pixels, foveate.read_picture(jpeg).pixels)
    assert picture.carried.comments == (b"by hand",)


def test_what_follows_a_picture_is_bounded(imagecodecs: Any) -> None:
    jpeg = phone_files.plain() + phone_files.video(4_300_000)
    with pytest.raises(PictureError, match=r"more than 4.3 MB follow its picture"):
        lossless(jpeg)
    (note,) = made(jpeg, quality=30, tune="fidelity").report.notes
    assert note.startswith("left out: the motion photo's video")


def test_a_small_file_cannot_pretend_to_hold_a_huge_jpeg(imagecodecs: Any) -> None:
    zeros = phone_files.segment(0xFE, bytes(65_533))
    plain = phone_files.plain(photo(16, 16))
    data = bytes(imagecodecs.jpegxl_encode_jpeg(phone_files.with_segments(plain, *[zeros] * 200)))
    assert len(data) < 5_000
    assert jpeg_within(data, most=1 << 30) is None
    assert foveate.read_picture(data).restored is None


def test_limits_hold_for_the_jpeg_within(imagecodecs: Any) -> None:
    with pytest.raises(PictureError, match="over the limit"):
        foveate.read_picture(made(quality=30).data, limits=Limits(pixels=1000))


@pytest.mark.parametrize(
    ("jpeg", "why"),
    [
        (phone_files.plain(photo(16, 16), quality=90), None),
        ("cmyk", "4 components"),
    ],
)
def test_what_libjxl_does_not_take_is_told_in_one_line(
    jpeg: Any, why: str | None, imagecodecs: Any
) -> None:
    if jpeg == "cmyk":
        file = io.BytesIO()
        Image.fromarray(photo(16, 16)).convert("CMYK").save(file, "JPEG")
        jpeg = file.getvalue()
    if why is None:
        assert back(lossless(jpeg).data).data == jpeg
        return
    with pytest.raises(PictureError, match=why) as refusal:
        lossless(jpeg)
    assert "\n" not in str(refusal.value)


def test_what_is_no_jpeg_cannot_be_kept(imagecodecs: Any) -> None:
    with pytest.raises(PictureError, match="is no JPEG file and holds none"):
        lossless(imagecodecs.jpegxl_encode(PICTURE))


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(MissingExtraError, match=r"writing JPEG XL needs .*foveate\[jxl\]"):
        made(quality=50)
