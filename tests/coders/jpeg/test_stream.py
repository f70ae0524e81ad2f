"""The files that native code writes, as jpeglib, Pillow, libvips and PyAV read them."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
import pyvips
import twin
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foveate import native
from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.scripts import baseline_script, progressive_script
from foveate.coders.jpeg.tables import quantisation_tables
from jpeg_files import coefficients, parse, tables

SCRIPTS = ["baseline", "progressive"]
KINDS = [(3, False), (3, True), (1, False)]
SIZES = [(1, 1), (8, 8), (16, 16), (17, 1), (1, 33), (31, 15), (45, 67), (64, 129)]


def scans_of(script: str, channels: int, chroma_420: bool) -> tuple[tuple, bool]:
    if script == "baseline":
        return baseline_script(channels, chroma_420=chroma_420).scans, False
    return progressive_script(channels).scans, True


def picture(height: int, width: int, channels: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 80 * np.sin(x / 9 + seed) * np.cos(y / 13) + 50 * ((x // 13 + y // 9) % 2)
    planes = [np.roll(base, 5 * c, axis=1) + rng.normal(0, 8, base.shape) for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0]


def rounded_levels(pixels: np.ndarray, chroma_420: bool, quality: int) -> list[np.ndarray]:
    """Levels of a plain JPEG of these pixels, padding filled."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    luma, chroma = quantisation_tables(quality)
    levels = []
    for component, used, steps in zip(
        twin.forward(pixels, chroma_420),
        twin.used_blocks(height, width, channels, chroma_420),
        (luma, chroma, chroma),
        strict=False,
    ):
        levels.append(twin.fill_padding(twin.round_levels(component, steps), used))
    return levels


def written(
    levels: list[np.ndarray],
    size: tuple[int, int],
    chroma_420: bool,
    script: str,
    *,
    quality: int = 75,
    segments: bytes = b"",
    threads: int = 1,
) -> bytes:
    scans, progressive = scans_of(script, len(levels), chroma_420)
    steps = [table.tolist() for table in quantisation_tables(quality)][: min(len(levels), 2)]
    return native.write_jpeg(
        levels, *size, chroma_420, steps, scans, progressive, segments, threads
    )


def assert_holds(data: bytes, levels: list[np.ndarray]) -> None:
    for ours, theirs in zip(levels, coefficients(data), strict=True):
        rows, cols = theirs.shape[:2]
        np.testing.assert_array_equal(theirs, ours[:rows, :cols])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("channels", "chroma_420"), KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_jpeglib_reads_exactly_the_levels_that_were_written(
    size: tuple[int, int], channels: int, chroma_420: bool, script: str
) -> None:
    levels = rounded_levels(picture(*size, channels), chroma_420, 75)
    data = written(levels, size, chroma_420, script)
    assert_holds(data, levels)
    luma, chroma = quantisation_tables(75)
    for ours, theirs in zip((luma, chroma), tables(data), strict=channels == 3):
        np.testing.assert_array_equal(theirs, ours)


@settings(max_examples=60)
@given(
    height=st.one_of(st.integers(1, 60), st.integers(500, 800)),
    width=st.integers(1, 60),
    kind=st.sampled_from(KINDS),
    script=st.sampled_from(SCRIPTS),
    density=st.floats(0, 1),
    largest=st.integers(1, 1023),
    seed=st.integers(0, 10**6),
)
def test_jpeglib_reads_any_levels_back(
    height: int,
    width: int,
    kind: tuple[int, bool],
    script: str,
    density: float,
    largest: int,
    seed: int,
) -> None:
    channels, chroma_420 = kind
    rng = np.random.default_rng(seed)
    levels = []
    for whole, used in zip(
        twin.stored_blocks(height, width, channels, chroma_420),
        twin.used_blocks(height, width, channels, chroma_420),
        strict=True,
    ):
        own = rng.integers(-largest, largest + 1, (*whole, 64))
        own[rng.random(own.shape) > density] = 0
        levels.append(twin.fill_padding(own.astype(np.int16), used))
    assert_holds(written(levels, (height, width), chroma_420, script), levels)


@pytest.mark.parametrize("script", SCRIPTS)
def test_long_runs_of_empty_blocks_and_of_zeros_survive(script: str) -> None:
    rows, cols = 190, 200  # 38,000 blocks: more than one EOB run holds
    levels = [np.zeros((rows, cols, 64), np.int16)]
    levels[0][0, 0, 63] = 5
    levels[0][rows - 1, cols - 1, [40, 63]] = -3
    data = written(levels, (rows * 8, cols * 8), False, script)
    assert_holds(data, levels)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("channels", "chroma_420"), KINDS)
def test_the_same_bytes_come_from_any_number_of_threads(
    channels: int, chroma_420: bool, script: str
) -> None:
    size = (605, 93)
    levels = rounded_levels(picture(*size, channels), chroma_420, 60)
    one = written(levels, size, chroma_420, script, threads=1)
    for threads in (2, 3, 5, 16):
        assert written(levels, size, chroma_420, script, threads=threads) == one


@pytest.mark.parametrize("script", SCRIPTS)
def test_counts_that_are_known_need_not_be_found_again(script: str) -> None:
    size = (75, 93)
    levels = rounded_levels(picture(*size, 3), True, 60)
    scans, progressive = scans_of(script, 3, True)
    found = native.scan_statistics(levels, *size, True, scans, progressive)
    counts = [counted for counted, _, _ in found]
    steps = [table.tolist() for table in quantisation_tables(75)]
    arguments = (levels, *size, True, steps, scans, progressive, b"", 2)
    assert native.write_jpeg(*arguments, counts) == native.write_jpeg(*arguments)
    counts[-1] = np.zeros_like(counts[-1])
    with pytest.raises(ValueError, match="no code"):
        native.write_jpeg(*arguments, counts)
    with pytest.raises(ValueError, match="one table a scan"):
        native.write_jpeg(*arguments, counts[:-1])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("channels", "chroma_420"), KINDS)
def test_the_file_is_laid_out_as_t81_and_jfif_want_it(
    channels: int, chroma_420: bool, script: str
) -> None:
    levels = rounded_levels(picture(45, 67, channels), chroma_420, 75)
    segments, _ = metadata.segments(xmp=b"<xmp/>")
    data = written(levels, (45, 67), chroma_420, script, segments=segments)
    file = parse(data)
    markers = [marker for marker, _ in file.segments]
    assert markers[:2] == [0xE0, 0xE1]
    assert file.segments[0][1][:7] == b"JFIF\0\x01\x01"
    assert (file.height, file.width) == (45, 67)
    assert file.progressive == (script != "baseline")
    luma = 2 if chroma_420 else 1
    assert file.sampling == [(luma, luma), (1, 1), (1, 1)][:channels]
    assert [s.scan for s in file.scans] == list(scans_of(script, channels, chroma_420)[0])
    for scan in file.scans:
        for lengths in scan.lengths.values():
            assert sum(2.0 ** -int(n) for n in lengths if n) < 1, "the code of all ones is used"


def from_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def from_vips(data: bytes) -> np.ndarray:
    image = pyvips.Image.new_from_buffer(data, "")
    pixels = np.frombuffer(image.write_to_memory(), np.uint8)
    shape = (image.height, image.width, image.bands)
    return pixels.reshape(shape[:2] if image.bands == 1 else shape)


def planes_from_av(data: bytes) -> list[np.ndarray]:
    """Planes at their stored resolution, as ffmpeg's decoder gives them."""
    with av.open(io.BytesIO(data), format="jpeg_pipe") as container:
        frame = next(container.decode(video=0))
    kinds = {"gray": 1, "yuvj444p": 3, "yuvj420p": 3, "yuv444p": 3, "yuv420p": 3}
    planes = []
    for plane in frame.planes[: kinds[frame.format.name]]:
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        planes.append(rows[: plane.height, : plane.width].astype(int))
    return planes


def planes_from_standard(
    levels: list[np.ndarray], size: tuple[int, int], chroma_420: bool, quality: int
) -> list[np.ndarray]:
    """Planes by the inverse DCT in float64, cut to their size."""
    luma, chroma = quantisation_tables(quality)
    planes = []
    for n, (own, steps) in enumerate(zip(levels, (luma, chroma, chroma), strict=False)):
        plane = np.clip(np.rint(twin.inverse_dct(own.astype(np.float64) * steps) + 128), 0, 255)
        height, width = size
        if n > 0 and chroma_420:
            height, width = -(-height // 2), -(-width // 2)
        planes.append(plane[:height, :width].astype(int))
    return planes


def luma_from_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        if image.mode == "L":
            return np.asarray(image).astype(int)
        image.draft("YCbCr", image.size)
        assert image.mode == "YCbCr"
        return np.asarray(image)[..., 0].astype(int)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("channels", "chroma_420"), KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_decoded_planes_agree_within_one(
    size: tuple[int, int], channels: int, chroma_420: bool, script: str
) -> None:
    levels = rounded_levels(picture(*size, channels), chroma_420, 75)
    data = written(levels, size, chroma_420, script)
    standard = planes_from_standard(levels, size, chroma_420, 75)
    decoded = planes_from_av(data)
    assert len(decoded) == channels
    for theirs, reference in zip(decoded, standard, strict=True):
        assert np.abs(theirs - reference).max() <= 1
    assert np.abs(luma_from_pillow(data) - decoded[0]).max() <= 1
    if channels == 1:
        assert np.abs(from_vips(data).astype(int) - decoded[0]).max() <= 1


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("channels", "chroma_420"), KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_rgb_agrees_within_one_in_the_libjpeg_family(
    size: tuple[int, int], channels: int, chroma_420: bool, script: str
) -> None:
    levels = rounded_levels(picture(*size, channels), chroma_420, 75)
    data = written(levels, size, chroma_420, script)
    pillow, vips = from_pillow(data).astype(int), from_vips(data).astype(int)
    assert pillow.shape == vips.shape == (size if channels == 1 else (*size, 3))
    assert np.abs(pillow - vips).max() <= 1


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shape", [(9, 65_500), (65_500, 9)])
def test_the_longest_side_that_jpeg_readers_open(shape: tuple[int, int], script: str) -> None:
    pixels = np.ascontiguousarray(
        np.broadcast_to(np.arange(shape[1], dtype=np.uint32)[:, None] // 7 % 251, (*shape, 3))
    ).astype(np.uint8)
    levels = rounded_levels(pixels, True, 75)
    data = written(levels, shape, True, script)
    assert_holds(data, levels)
    assert from_pillow(data).shape == from_vips(data).shape == (*shape, 3)
    assert planes_from_av(data)[0].shape == shape
