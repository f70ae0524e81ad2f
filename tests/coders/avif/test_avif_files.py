"""AVIF as a user gets it: targets, the map, metadata, and what any decoder makes of the file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import AvifImagePlugin, Image

import foveate
from foveate.coders.avif import libaom
from foveate.errors import MissingExtraError, OptionError, TargetError
from foveate.metrics.quality import psnr_y, ssimulacra2
from photos import photo

HEIGHT, WIDTH = 128, 128
PICTURE = photo(HEIGHT, WIDTH)
LEFT_MAP = np.tile(np.linspace(1, 0, WIDTH, dtype=np.float32), (HEIGHT, 1))
FAST: dict[str, Any] = {"format": "avif", "effort": "fast", "map": LEFT_MAP}


def made(picture: Any = PICTURE, **options: Any) -> foveate.Compressed:
    return foveate.compress(picture, **{**FAST, **options})


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "AVIF"
        return np.asarray(image)


def avif(picture: np.ndarray = PICTURE, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "AVIF", speed=8, **options)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _found_out_anew() -> Any:
    """What is known of this process's libaom does not outlive a test."""
    yield
    libaom.takes_numbers.cache_clear()
    libaom._usable.cache_clear()


def test_under_a_map_a_size_is_met_from_below_and_nearer_than_by_levels() -> None:
    result = made(size_bytes=2500)
    assert 2450 <= len(result.data) <= 2500
    assert result.report.target_bytes == 2500
    assert result.report.coder["steered"]
    assert result.report.notes == ()


def test_without_a_map_a_size_is_met_within_one_of_libaoms_levels() -> None:
    result = made(size_bytes=2500, map="none")
    assert 2250 <= len(result.data) <= 2500
    assert not result.report.coder["steered"]


def test_a_size_that_is_too_small_names_the_nearest_that_can_be_met() -> None:
    with pytest.raises(TargetError, match="nearest that can be met is"):
        made(size_bytes=200)


def test_match_quality_takes_the_bytes_of_plain_jpeg() -> None:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "JPEG", quality=40)
    result = made(match_quality=40)
    assert 0.97 * len(file.getvalue()) <= len(result.data) <= len(file.getvalue())


def test_at_equal_bytes_the_map_sharpens_what_it_looks_at() -> None:
    wide, left = photo(128, 256), slice(0, 85)

    def sharpness(picture_map: Any) -> float:
        copy = decoded(made(wide, size_bytes=3000, map=picture_map).data)
        return psnr_y(wide[:, left], copy[:, left], data_range=255)

    ramp = np.tile(np.linspace(1, 0, 256, dtype=np.float32), (128, 1))
    assert sharpness(ramp) > sharpness("none") + 0.7


def test_quality_is_no_worse_than_plain_jpeg_where_the_map_looks() -> None:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "JPEG", quality=60)
    plain = np.asarray(Image.open(io.BytesIO(file.getvalue())))
    result = made(quality=60)
    weights = LEFT_MAP > 0.5

    def seen(copy: np.ndarray) -> float:
        return ssimulacra2(PICTURE, copy, data_range=255, weights=weights)

    assert seen(decoded(result.data)) > seen(plain) - 1.0
    assert len(result.data) < 0.6 * len(file.getvalue())


def test_a_higher_floor_keeps_more_of_the_background() -> None:
    low, high = (made(quality=80, floor=floor) for floor in (10, 80))
    assert len(low.data) < len(high.data)


def test_another_decoder_shows_the_same() -> None:
    av = pytest.importorskip("av")
    data = made(quality=70).data
    with av.open(io.BytesIO(data)) as container:
        (frame,) = list(container.decode(video=0))
    luma = frame.to_ndarray()[:HEIGHT, :WIDTH].astype(float)
    shown = np.asarray(Image.fromarray(decoded(data)).convert("L")).astype(float)
    assert np.abs(luma - shown).mean() < 1.0


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_never_change_the_bytes(threads: int) -> None:
    # libaom itself writes this picture otherwise with one thread than with several.
    picture, size = photo(128, 256), 1500
    several, one = (
        made(picture, size_bytes=size, map="none", threads=each) for each in (threads, 1)
    )
    assert several.data == one.data


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (64, 64), (70, 131)])
@pytest.mark.parametrize("grey", [False, True])
def test_tiny_odd_and_grey_pictures(size: tuple[int, int], grey: bool) -> None:
    picture = photo(*size)[..., 0].copy() if grey else photo(*size)
    result = made(picture, quality=80, map="centre")
    copy = decoded(result.data)
    assert copy.shape[:2] == size
    assert (result.report.coder["subsampling"] == "grey") is grey
    assert np.abs(copy.astype(int) - picture).mean() < 12


@pytest.mark.parametrize(("asked", "shares"), [("444", (1, 1)), ("420", (2, 2))])
def test_subsampling_is_as_asked(asked: str, shares: tuple[int, int]) -> None:
    av = pytest.importorskip("av")
    result = made(quality=50, subsampling=asked)
    assert result.report.coder["subsampling"] == asked
    with av.open(io.BytesIO(result.data)) as container:
        (frame,) = list(container.decode(video=0))
    planes = {(1, 1): "yuvj444p", (2, 2): "yuvj420p"}
    assert frame.format.name in (planes[shares], planes[shares].replace("j", ""))


def test_metadata_are_kept_or_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 1
    icc = _profile()
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(
        file, "PNG", exif=exif.tobytes(), icc_profile=icc, pnginfo=_packet("<x:xmpmeta/>")
    )
    with Image.open(io.BytesIO(made(file.getvalue(), quality=50).data)) as kept:
        assert kept.getexif()[0x010F] == "Maker"
        assert kept.info["icc_profile"] == icc
        assert kept.info["xmp"] == b"<x:xmpmeta/>"
    with Image.open(
        io.BytesIO(made(file.getvalue(), quality=50, metadata="none").data)
    ) as stripped:
        assert not {"exif", "icc_profile", "xmp"} & set(stripped.info)


def test_what_avif_does_not_hold_is_named() -> None:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "JPEG", comment=b"by hand", quality=95)
    (note,) = made(file.getvalue(), quality=30).report.notes
    assert note == "left out: comments, which AVIF does not hold here"


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _packet(text: str) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", text)
    return info


def test_an_avif_is_never_made_larger() -> None:
    source = avif(quality=20)
    result = made(source, quality=95)
    assert result.data == source
    assert result.report.copied_source
    bare = made(source, quality=95, metadata="none")
    assert not bare.report.copied_source
    assert len(bare.data) <= len(source)


def test_comparison_and_report_tell_of_the_file() -> None:
    report = made(quality=60, compare=True).report
    assert report.format == "avif"
    assert report.comparison is not None
    assert report.comparison.salient_gain_db is not None
    assert report.comparison.salient_gain_db > 0
    assert report.coder["speed"] == 7
    assert 0 < report.coder["libaom_quality"] < 100


@pytest.mark.parametrize(
    "options", [{"tune": "eyes"}, {"method": "mosaic"}, {"progressive": False}]
)
def test_what_is_asked_of_jpegs_alone_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="does not go with AVIF"):
        foveate.compress(PICTURE, format="avif", **options)


@pytest.mark.parametrize("name", ["plain", "fürs-Bild"])
def test_no_file_stays_behind(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert made(quality=40).report.coder["steered"]
    assert list(folder.iterdir()) == []

    def failing(*_: Any, **__: Any) -> None:
        raise OSError("interrupted")

    monkeypatch.setattr(Image.Image, "save", failing)
    with pytest.raises(OSError, match="interrupted"):
        libaom.encode(Image.new("L", (64, 64)), 30, libaom.AvifOptions(7), np.ones((4, 4), int))
    assert list(folder.iterdir()) == []


def test_an_encoder_that_heeds_no_map_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    own = AvifImagePlugin._avif.AvifEncoder

    def deaf(*values: Any) -> Any:
        *others, advanced = values
        heard = [(key, value) for key, value in advanced if "rate" not in key]
        return own(*others, tuple(heard))

    monkeypatch.setattr(AvifImagePlugin._avif, "AvifEncoder", deaf)
    report = made(quality=40).report
    assert "takes no map" in report.notes[0]
    assert not report.coder["steered"]


def test_an_encoder_that_is_missing_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AvifImagePlugin._avif, "encoder_codec_available", lambda _: False)
    with pytest.raises(MissingExtraError, match=r"writing AVIF needs .*pillow>=11.3"):
        made(quality=40)
