"""`encode`: weighted encoding as callers rely on it, read by Pillow and jpeglib."""

from __future__ import annotations

import io

import numpy as np
import pytest
import twin
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.jpeg.encode import Options, encode
from foveate.coders.jpeg.targets.byte_correction import BytesTarget
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.plain.pillow_jpeg import bytes_at_quality, plain_jpeg
from foveate.errors import TargetError
from jpeg_files import coefficients, parse, tables


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Shading, edges, and texture that grows to the right."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 70 * np.sin(x / 31) * np.cos(y / 23) + 40 * ((x // 29 + y // 37) % 2)
    noise = rng.normal(0, 1, (channels, height, width)) * (3 + 12 * x / width)
    planes = [np.roll(base, 11 * c, axis=0) + noise[c] for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0]


def disc_weights(height: int, width: int) -> np.ndarray:
    """Weights (block rows, block cols) that rise smoothly to the middle, eight to one."""
    rows, cols = -(-height // 8), -(-width // 8)
    y, x = np.mgrid[:rows, :cols]
    distance = ((y - rows / 2) / rows) ** 2 + ((x - cols / 2) / cols) ** 2
    return (8.0 ** (1 - np.minimum(4 * distance, 1))).astype(np.float32)


def within(size: int) -> BytesTarget:
    return BytesTarget(int(np.ceil(0.99 * size)), round(0.995 * size), size)


def made(
    pixels: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    like_quality: int = 50,
    chroma_420: bool = True,
    progressive: bool = True,
    threads: int = 1,
    segments: bytes = b"",
) -> Encoded:
    target = within(bytes_at_quality(pixels, like_quality) + len(segments))
    options = Options(chroma_420=chroma_420, progressive=progressive, threads=threads)
    return encode(pixels, weights, target, options, segments)


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


PICTURE = picture(200, 272)


@pytest.mark.parametrize("quality", [15, 50, 75, 92])
@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_bytes_are_met_within_one_per_cent(quality: int, progressive: bool, weighted: bool) -> None:
    target = bytes_at_quality(PICTURE, quality)
    weights = disc_weights(200, 272) if weighted else None
    data = made(PICTURE, weights, like_quality=quality, progressive=progressive).data
    assert 0.99 * target <= len(data) <= target
    assert parse(data).progressive == progressive


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("value", [1.0, 0.02, 700.0])
def test_a_constant_map_is_byte_for_byte_no_map(value: float, progressive: bool) -> None:
    flat = np.full((25, 34), value, np.float32)
    weighted = made(PICTURE, flat, progressive=progressive).data
    assert weighted == made(PICTURE, None, progressive=progressive).data


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("chroma_420", [True, False])
def test_threads_never_change_the_bytes(chroma_420: bool, progressive: bool) -> None:
    weights = disc_weights(200, 272)
    options = {"chroma_420": chroma_420, "progressive": progressive}
    one = made(PICTURE, weights, threads=1, **options).data
    assert made(PICTURE, weights, threads=2, **options).data == one
    assert made(PICTURE, weights, threads=5, **options).data == one


def test_the_same_call_gives_the_same_bytes() -> None:
    weights = disc_weights(200, 272)
    assert made(PICTURE, weights).data == made(PICTURE, weights).data


def test_weights_move_error_from_where_they_are_high_to_where_they_are_low() -> None:
    weights = disc_weights(200, 272)
    grey = picture(200, 272, channels=1)
    flat = (decoded(made(grey).data).astype(float) - grey) ** 2
    steered = (decoded(made(grey, weights).data).astype(float) - grey) ** 2
    salient = np.repeat(np.repeat(weights > 4, 8, 0), 8, 1)[:200, :272]
    assert steered[salient].mean() < 0.8 * flat[salient].mean()
    assert steered[~salient].mean() > flat[~salient].mean()


def test_at_the_same_bytes_the_error_is_below_plain_jpegs() -> None:
    def error(data: bytes) -> float:
        return float(((decoded(data).astype(float) - PICTURE) ** 2).mean())

    assert error(made(PICTURE).data) < error(plain_jpeg(PICTURE, 50))


def test_no_block_may_weigh_nothing() -> None:
    weights = disc_weights(200, 272)
    weights[3, 4] = 0.0
    with pytest.raises(ValueError, match="positive"), np.errstate(all="ignore"):
        made(PICTURE, weights)


@pytest.mark.parametrize(("channels", "chroma_420"), [(3, True), (3, False), (1, True)])
@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (7, 9), (16, 16), (17, 33), (65, 31)])
def test_odd_sizes_are_read_back_whole(
    size: tuple[int, int], progressive: bool, channels: int, chroma_420: bool
) -> None:
    pixels = picture(*size, channels)
    data = encode(
        pixels,
        disc_weights(*size),
        PlainQuality(75, 55),
        Options(chroma_420=chroma_420, progressive=progressive),
    ).data
    assert decoded(data).shape == pixels.shape
    assert len(coefficients(data)) == channels
    for table in tables(data):
        assert table.min() >= 1


@settings(max_examples=25)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.sampled_from([1, 3]),
    chroma_420=st.booleans(),
    progressive=st.booleans(),
    quality=st.integers(1, 100),
    seed=st.integers(0, 99),
)
def test_any_picture_at_any_quality_has_a_file_that_pillow_and_jpeglib_read(
    height: int,
    width: int,
    channels: int,
    chroma_420: bool,
    progressive: bool,
    quality: int,
    seed: int,
) -> None:
    pixels = picture(height, width, channels, seed)
    target = PlainQuality(quality, max(quality - 20, 1))
    options = Options(chroma_420=chroma_420, progressive=progressive)
    data = encode(pixels, None, target, options).data
    shown = decoded(data)
    assert shown.shape == pixels.shape
    used = twin.used_blocks(height, width, channels, chroma_420 and channels == 3)
    assert [c.shape[:2] for c in coefficients(data)] == used
    plain = plain_jpeg(pixels, quality, subsampling="420" if chroma_420 else "444")
    error = ((shown.astype(float) - pixels) ** 2).mean()
    assert error <= ((decoded(plain).astype(float) - pixels) ** 2).mean() * 1.2 + 2


@pytest.mark.parametrize("chroma_420", [True, False])
def test_a_picture_searched_by_strips_is_as_good_as_plain_jpeg(chroma_420: bool) -> None:
    """Both groups of limits on all decoded pixels, within what strips may miss."""
    size = (1208, 1816)
    pixels, weights = picture(*size), disc_weights(*size)
    options = Options(chroma_420=chroma_420, threads=2)
    data = encode(pixels, weights, PlainQuality(70, 40), options).data
    low = weights <= np.median(weights)
    for quality, importance in ((70, weights), (40, low)):
        ours, theirs = (
            float((decoded_mse(pixels, file) * importance).sum())
            for file in (data, plain_jpeg(pixels, quality))
        )
        assert ours <= 1.01 * theirs
    subsampling = "420" if chroma_420 else "444"
    assert len(data) < bytes_at_quality(pixels, 70, subsampling=subsampling)


@pytest.mark.parametrize("quality", [50, 80])
def test_a_grey_picture_stored_as_colour_takes_hardly_more_than_a_grey_one(quality: int) -> None:
    grey = picture(200, 272, channels=1)
    weights, target = disc_weights(200, 272), PlainQuality(quality, quality - 20)
    alone = encode(grey, weights, target, Options()).data
    coloured = encode(np.repeat(grey[..., None], 3, axis=2), weights, target, Options()).data
    assert len(coloured) <= 1.1 * len(alone) + 400


@pytest.mark.parametrize("channels", [1, 3])
def test_a_flat_picture_stays_below_its_target(channels: int) -> None:
    shape = (64, 64, 3) if channels == 3 else (64, 64)
    encoded = made(np.full(shape, 137, np.uint8), like_quality=50)
    assert len(encoded.data) <= bytes_at_quality(np.full(shape, 137, np.uint8), 50)
    assert np.abs(decoded(encoded.data).astype(int) - 137).max() <= 1


def test_a_target_that_cannot_be_met_names_one_that_can() -> None:
    with pytest.raises(TargetError, match="nearest") as caught:
        encode(PICTURE, None, within(400), Options())
    nearest = int("".join(c for c in str(caught.value).rsplit("nearest", 1)[1] if c.isdigit()))
    assert len(encode(PICTURE, None, within(nearest + 20), Options()).data) <= nearest + 20


@pytest.mark.parametrize("progressive", [True, False])
def test_metadata_comes_back_through_pillow(progressive: bool) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    profile = np.random.default_rng(0).bytes(70_000)
    segments, _ = metadata.segments(
        exif=exif.tobytes().removeprefix(b"Exif\0\0"), xmp=b"<xmp/>", icc=profile
    )
    data = made(PICTURE, progressive=progressive, segments=segments).data
    image = Image.open(io.BytesIO(data))
    assert image.getexif()[0x010F] == "Maker"
    assert image.info["xmp"] == b"<xmp/>"
    assert image.info["icc_profile"] == profile
    assert image.info["jfif_version"] == (1, 1)


def test_65500_pixels_wide() -> None:
    pixels = picture(10, 65_500)
    target = within(bytes_at_quality(pixels, 50))
    data = encode(pixels, None, target, Options()).data
    assert decoded(data).shape == (10, 65_500, 3)
    assert len(data) <= target.most


@pytest.mark.parametrize("carried", [30_000, 200_000])
def test_metadata_change_nothing_of_the_picture(carried: int) -> None:
    """A target that is larger by the metadata's bytes leaves the picture as many as before."""
    segments, _ = metadata.segments(icc=bytes(carried))
    bare, more = within(bytes_at_quality(PICTURE, 40)), len(segments)
    target = BytesTarget(bare.least + more, bare.aim + more, bare.most + more)
    with_metadata = encode(PICTURE, None, target, Options(), segments).data
    assert with_metadata.replace(segments, b"") == encode(PICTURE, None, bare, Options()).data
