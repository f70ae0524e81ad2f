"""The paper's mosaic: levels, qualities, blocks and sizes as its section 4 and 5 have them."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from foveate.coders import mosaic
from foveate.coders.base import Encoded
from foveate.coders.jpeg import metadata
from foveate.coders.mosaic import CODER
from foveate.coders.plain.pillow_jpeg import bytes_at_quality, pillow_jpeg, plain_jpeg
from foveate.errors import TargetError
from foveate.pictures import Picture
from foveate.saliency.weights import block_maxima
from foveate.settings import Settings


def textured(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Smooth shading with noise on it: sizes that move with quality as a photograph's do."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 17) + 50 * np.cos(y / 23)
    planes = [base + 15 * c + rng.normal(0, 12, base.shape) for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels > 1 else pixels[..., 0]


def ramp(height: int, width: int) -> np.ndarray:
    """Block saliency from 0 at the left to 1 at the right."""
    rows, cols = -(-height // 8), -(-width // 8)
    return np.tile(np.linspace(0, 1, cols, dtype=np.float32), (rows, 1))


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@dataclass(frozen=True)
class GivenLevels:
    """Weights whose blocks have the saliency given."""

    saliency: np.ndarray

    def of_blocks(self, *, boldness: float) -> None:
        return None

    def highest(self) -> np.ndarray:
        return self.saliency


def encode_mosaic(
    pixels: np.ndarray, saliency: np.ndarray, *, target_bytes: int, **others: object
) -> Encoded:
    """The mosaic of pixels under a saliency for each block."""
    xmp, icc = others.pop("xmp", None), others.pop("icc", None)
    others = {"progressive": False, **others}  # as the paper's
    settings = Settings(method="mosaic", size_bytes=target_bytes, **others).checked()
    picture = Picture(pixels, "<test>", xmp=xmp, icc=icc)
    return CODER.encode(picture, GivenLevels(saliency), settings)


def test_the_papers_five_levels_go_from_30_to_70_in_tens() -> None:
    assert mosaic.QUALITIES == (30, 40, 50, 60, 70)


def test_levels_are_closed_above_as_the_paper_writes_them() -> None:
    k = 5
    edges = np.array([0, 1 / k, 2 / k, 3 / k, 4 / k, 1], np.float32)
    np.testing.assert_array_equal(mosaic.saliency_levels(edges), [0, 0, 1, 2, 3, 4])
    above = np.nextafter(edges[:-1], np.float32(2))
    np.testing.assert_array_equal(mosaic.saliency_levels(above), [0, 1, 2, 3, 4])


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=40),
        elements=st.floats(0, 1, width=32),
    )
)
def test_a_blocks_saliency_is_its_highest(values: np.ndarray) -> None:
    highest = block_maxima(values)
    assert highest.shape == (-(-values.shape[0] // 8), -(-values.shape[1] // 8))
    for row in range(highest.shape[0]):
        for col in range(highest.shape[1]):
            block = values[row * 8 : row * 8 + 8, col * 8 : col * 8 + 8]
            assert highest[row, col] == block.max()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("subsampling", ["444", "420"])
def test_every_block_of_the_mosaic_is_that_of_its_levels_jpeg(
    channels: int, subsampling: str
) -> None:
    pixels = textured(45, 61, channels)
    rng = np.random.default_rng(5)
    levels = rng.integers(0, 5, (6, 8)).astype(np.uint8)
    image = mosaic.mosaic_image(Image.fromarray(pixels), levels, subsampling=subsampling)
    shown = np.asarray(image)
    sources = [decoded(plain_jpeg(pixels, q, subsampling=subsampling)) for q in mosaic.QUALITIES]
    for row in range(6):
        for col in range(8):
            block = np.s_[row * 8 : row * 8 + 8, col * 8 : col * 8 + 8]
            np.testing.assert_array_equal(shown[block], sources[levels[row, col]][block])


@pytest.mark.parametrize("shape", [(200, 296, 3), (199, 301, 3), (240, 320)])
@pytest.mark.parametrize("quality", [30, 50, 75, 90])
def test_the_size_of_plain_jpeg_is_met_within_one_per_cent(
    shape: tuple[int, ...], quality: int
) -> None:
    pixels = textured(*shape[:2], channels=3 if len(shape) == 3 else 1)
    target = bytes_at_quality(pixels, quality)
    found = encode_mosaic(pixels, ramp(*shape[:2]), target_bytes=target)
    assert len(found.data) <= target
    assert len(found.data) >= 0.99 * target or found.at_ceiling
    assert decoded(found.data).shape == pixels.shape


def test_a_flat_picture_stays_below_the_target_at_its_ceiling() -> None:
    pixels = np.full((64, 64, 3), 90, np.uint8)
    found = encode_mosaic(pixels, ramp(64, 64), target_bytes=20_000)
    assert found.at_ceiling
    assert found.facts["final_quality"] == 100
    assert len(found.data) < 20_000


def test_a_target_that_cannot_be_met_names_the_nearest() -> None:
    pixels = textured(64, 64)
    with pytest.raises(TargetError) as caught:
        encode_mosaic(pixels, ramp(64, 64), target_bytes=300)
    nearest = int(str(caught.value).split(" is ")[1].split()[0].replace(",", ""))
    assert len(encode_mosaic(pixels, ramp(64, 64), target_bytes=nearest).data) == nearest


def test_the_report_has_mean_qualities_of_salient_and_other_blocks() -> None:
    pixels = textured(80, 80)
    saliency = np.zeros((10, 10), np.float32)
    saliency[:, 5:] = 1.0
    saliency[:, 5] = 0.7
    found = encode_mosaic(pixels, saliency, target_bytes=bytes_at_quality(pixels, 50))
    assert found.facts["salient_quality"] == pytest.approx((60 + 4 * 70) / 5)
    assert found.facts["other_quality"] == pytest.approx(30)
    assert 30 < found.facts["final_quality"] < 70


def test_a_flat_map_has_salient_blocks_only_and_one_first_quality() -> None:
    pixels = textured(48, 48)
    found = encode_mosaic(
        pixels, np.zeros((6, 6), np.float32), target_bytes=bytes_at_quality(pixels, 50)
    )
    assert found.facts["salient_quality"] == 30
    assert found.facts["other_quality"] is None


def test_salient_blocks_come_out_closer_to_the_picture() -> None:
    pixels = textured(160, 160)
    saliency = ramp(160, 160)
    data = encode_mosaic(pixels, saliency, target_bytes=bytes_at_quality(pixels, 60)).data
    error = (decoded(data).astype(float) - pixels) ** 2
    assert error[:, 128:].mean() < error[:, :32].mean()


def test_metadata_is_part_of_the_file_and_of_its_size() -> None:
    pixels = textured(120, 120)
    segments, _ = metadata.segments(xmp=b"<xmp/>", icc=bytes(3000))
    target = bytes_at_quality(pixels, 60) + len(segments)
    found = encode_mosaic(
        pixels, ramp(120, 120), target_bytes=target, xmp=b"<xmp/>", icc=bytes(3000)
    )
    assert 0.99 * target <= len(found.data) <= target
    image = Image.open(io.BytesIO(found.data))
    assert image.info["xmp"] == b"<xmp/>"
    assert image.info["icc_profile"] == bytes(3000)


@pytest.mark.parametrize("progressive", [False, True])
def test_the_final_file_is_baseline_unless_asked(progressive: bool) -> None:
    pixels = textured(64, 64)
    found = encode_mosaic(
        pixels, ramp(64, 64), target_bytes=bytes_at_quality(pixels, 50), progressive=progressive
    )
    assert ("progressive" in Image.open(io.BytesIO(found.data)).info) == progressive


def test_the_final_tables_are_annex_k_at_the_reported_quality() -> None:
    pixels = textured(128, 128)
    found = encode_mosaic(pixels, ramp(128, 128), target_bytes=bytes_at_quality(pixels, 55))
    tables = Image.open(io.BytesIO(found.data)).quantization
    nearest = round(found.facts["final_quality"])
    reference = Image.open(
        io.BytesIO(pillow_jpeg(Image.fromarray(pixels), quality=nearest))
    ).quantization
    for number, table in tables.items():
        np.testing.assert_allclose(table, reference[number], rtol=0.05, atol=1)


@hypothesis_settings(max_examples=15)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 99),
)
def test_any_size_down_to_one_pixel_is_coded(
    height: int, width: int, channels: int, seed: int
) -> None:
    pixels = textured(height, width, channels, seed)
    target = bytes_at_quality(pixels, 50)
    found = encode_mosaic(pixels, ramp(height, width), target_bytes=target)
    assert len(found.data) <= target
    assert decoded(found.data).shape == pixels.shape
