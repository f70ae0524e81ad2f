"""WebP as a user gets it: targets, transparency, metadata, and what another decoder makes of it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, features

import foveate
import phone_files
from foveate.errors import MissingExtraError, OptionError, TargetError
from foveate.metrics.quality import ssimulacra2
from photos import photo

PICTURE = photo(96, 128)
LEFT_MAP = np.tile(np.linspace(1, 0, 128, dtype=np.float32), (96, 1))


def made(picture: Any = PICTURE, **options: Any) -> foveate.Compressed:
    return foveate.compress(picture, **{"format": "webp", "map": LEFT_MAP, **options})


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "WEBP"
        return np.asarray(image)


def webp(picture: np.ndarray = PICTURE, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "WEBP", **options)
    return file.getvalue()


def test_a_size_is_met_from_below() -> None:
    result = made(size_bytes=2500)
    assert 0.9 * 2500 <= len(result.data) <= 2500
    assert result.report.target_bytes == 2500
    assert result.report.format == "webp"


def test_a_size_that_is_too_small_names_the_nearest_that_can_be_met() -> None:
    with pytest.raises(TargetError, match="nearest that can be met is"):
        made(size_bytes=60)


def test_match_quality_takes_the_bytes_of_plain_jpeg_and_metadata_come_on_top() -> None:
    plain = len(phone_files.plain(PICTURE, quality=60))
    assert 0.9 * plain <= len(made(match_quality=60).data) <= plain
    icc = _profile()
    profiled = phone_files.plain(PICTURE, quality=99, icc_profile=icc)
    assert len(made(profiled, match_quality=60).data) > plain


def test_quality_is_no_worse_than_plain_jpeg_where_the_map_looks() -> None:
    plain = np.asarray(Image.open(io.BytesIO(phone_files.plain(PICTURE, quality=60))))
    result = made(quality=60)

    def seen(copy: np.ndarray) -> float:
        return ssimulacra2(PICTURE, copy, data_range=255, weights=LEFT_MAP > 0.5)

    assert seen(decoded(result.data)) > seen(plain) - 1.0
    assert not result.report.at_ceiling
    assert result.report.coder["libwebp_quality"] < 100


def test_libwebp_is_not_steered() -> None:
    right = np.ascontiguousarray(LEFT_MAP[:, ::-1])
    assert made(size_bytes=2500).data == made(size_bytes=2500, map=right).data
    assert made(size_bytes=2500).report.coder["steered"] is False


def test_what_webp_cannot_reach_is_told() -> None:
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (32, 32, 3), np.uint8)
    report = made(colours, quality=97, map="none").report
    assert report.at_ceiling
    assert "not as good as asked" in report.notes[0]


def test_transparency_is_kept() -> None:
    alpha = np.tile(np.linspace(0, 255, 128, dtype=np.uint8), (96, 1))
    result = made(np.dstack([PICTURE, alpha]), quality=60)
    assert np.array_equal(decoded(result.data)[..., 3], alpha)
    assert result.report.coder["alpha"]
    opaque = made(np.dstack([PICTURE, alpha]), quality=60, background="red")
    assert decoded(opaque.data).shape == (96, 128, 3)


def test_metadata_are_kept_or_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    icc = _profile()
    source = phone_files.plain(exif=exif, icc_profile=icc, xmp=b"<x:xmpmeta/>", comment=b"mine")
    result = made(source, quality=30, map="centre")
    with Image.open(io.BytesIO(result.data)) as kept:
        assert kept.getexif()[0x010F] == "Maker"
        assert kept.info["icc_profile"] == icc
        assert kept.info["xmp"] == b"<x:xmpmeta/>"
    assert result.report.notes == ("left out: comments, which WebP does not hold here",)
    bare = made(source, quality=30, map="centre", metadata="none")
    with Image.open(io.BytesIO(bare.data)) as stripped:
        assert not {"exif", "icc_profile", "xmp"} & set(stripped.info)


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_another_decoder_shows_the_same() -> None:
    av = pytest.importorskip("av")
    data = made(quality=70).data
    with av.open(io.BytesIO(data)) as container:
        (frame,) = list(container.decode(video=0))
    luma = (frame.to_ndarray()[:96, :128].astype(float) - 16) * 255 / 219
    shown = np.asarray(Image.fromarray(decoded(data)).convert("L")).astype(float)
    assert np.abs(luma - shown).mean() < 1.5


def test_a_webp_is_never_made_larger() -> None:
    source = webp(quality=5)
    assert made(source, quality=95).data == source
    bare = made(source, quality=95, metadata="none")
    assert not bare.report.copied_source
    assert len(bare.data) <= len(source)


@pytest.mark.parametrize("size", [(1, 1), (7, 33)])
def test_tiny_and_grey_pictures(size: tuple[int, int]) -> None:
    grey = photo(*size)[..., 0].copy()
    copy = decoded(made(grey, quality=80, map="none").data)
    assert copy.shape[:2] == size
    assert np.abs(copy.astype(int).mean(axis=2) - grey).mean() < 12


def test_a_side_that_webp_does_not_hold_is_refused_with_the_mend() -> None:
    with pytest.raises(OptionError, match=r"16383 pixels a side that WebP holds; .* JPEG or AVIF"):
        made(np.zeros((1, 16_384), np.uint8), quality=50, map="none")


@pytest.mark.parametrize(
    "options",
    [
        {"tune": "eyes"},
        {"method": "mosaic"},
        {"progressive": False},
        {"lossless": True},
        {"subsampling": "444"},
    ],
)
def test_what_does_not_go_with_webp_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="does not go with WebP; leave it out"):
        foveate.compress(PICTURE, format="webp", **options)


def test_an_encoder_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _: False)
    with pytest.raises(MissingExtraError, match="writing WebP needs"):
        made(quality=50)
