"""Plain JPEG: our formulas against Pillow's files."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from foveate.coders.jpeg.tables import (
    COARSEST_PERCENT,
    ZIGZAG,
    percent_quality,
    quality_percent,
    quantisation_tables,
    tables_at,
    tables_at_percent,
)
from foveate.coders.plain.pillow_jpeg import (
    bytes_at_quality,
    nearest_quality,
    pillow_jpeg,
    plain_jpeg,
)


def tables_in(data: bytes) -> list[list[int]]:
    return [list(table) for table in Image.open(io.BytesIO(data)).quantization.values()]


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (24, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("quality", range(1, 101))
def test_tables_at_a_quality_are_those_of_pillows_file(noise: np.ndarray, quality: int) -> None:
    luma, chroma = tables_at(quality)
    expected = [luma.reshape(64).tolist(), chroma.reshape(64).tolist()]
    assert tables_in(plain_jpeg(noise, quality)) == expected


@pytest.mark.parametrize("quality", range(1, 101))
def test_real_scaling_agrees_with_libjpegs_at_its_percentages(quality: int) -> None:
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    for real, whole in zip(tables_at_percent(percent), tables_at(quality), strict=True):
        np.testing.assert_array_equal(real, whole)


@pytest.mark.parametrize("quality", [0, 101, -3])
def test_a_quality_outside_1_to_100_is_refused(quality: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        tables_at(quality)


@given(st.floats(0.5, 100))
def test_quality_and_percent_are_each_others_inverse(quality: float) -> None:
    percent = quality_percent(quality)
    assert percent_quality(percent) == pytest.approx(quality)


def test_the_coarsest_percentage_leaves_only_steps_of_255() -> None:
    for table in tables_at_percent(COARSEST_PERCENT):
        assert (table == 255).all()


def test_zigzag_walks_the_antidiagonals_as_figure_5_of_t81_draws_them() -> None:
    # The figure's grid: the zigzag position of every frequency, row by row.
    figure = [
        [0, 1, 5, 6, 14, 15, 27, 28],
        [2, 4, 7, 13, 16, 26, 29, 42],
        [3, 8, 12, 17, 25, 30, 41, 43],
        [9, 11, 18, 24, 31, 40, 44, 53],
        [10, 19, 23, 32, 39, 45, 52, 54],
        [20, 22, 33, 38, 46, 51, 55, 60],
        [21, 34, 37, 47, 50, 56, 59, 61],
        [35, 36, 48, 49, 57, 58, 62, 63],
    ]
    np.testing.assert_array_equal(np.argsort(ZIGZAG).reshape(8, 8), figure)


def test_quantisation_tables_are_in_the_order_of_the_file(noise: np.ndarray) -> None:
    data = plain_jpeg(noise, 63)
    luma, chroma = quantisation_tables(63)
    for number, table in enumerate((luma, chroma)):
        segment = b"\xff\xdb\x00\x43" + bytes([number, *table.tolist()])
        assert segment in data


def test_plain_jpeg_is_pillows_default_file(noise: np.ndarray) -> None:
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=50)
    assert plain_jpeg(noise, 50) == file.getvalue()
    assert bytes_at_quality(noise, 50) == len(file.getvalue())


@pytest.mark.parametrize("shape", [(24, 40, 3), (24, 40)])
def test_own_tables_give_the_file_of_the_quality_that_they_belong_to(
    shape: tuple[int, ...],
) -> None:
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8))
    by_tables = pillow_jpeg(image, tables=tables_at(37))
    assert by_tables == pillow_jpeg(image, quality=37)


def test_subsampling_is_written_as_asked(noise: np.ndarray) -> None:
    full = Image.open(io.BytesIO(plain_jpeg(noise, 50, subsampling="444")))
    halved = Image.open(io.BytesIO(plain_jpeg(noise, 50, subsampling="420")))
    assert [layer[1:3] for layer in full.layer] == [(1, 1)] * 3
    assert [layer[1:3] for layer in halved.layer] == [(2, 2), (1, 1), (1, 1)]
    assert plain_jpeg(noise, 50) == plain_jpeg(noise, 50, subsampling="420")


@pytest.mark.parametrize("quality", [1, 2, 17, 50, 89, 99, 100])
def test_nearest_quality_finds_the_quality_of_a_files_size(noise: np.ndarray, quality: int) -> None:
    size = bytes_at_quality(noise, quality)
    found = nearest_quality(noise, size)
    assert bytes_at_quality(noise, found) == size


def test_nearest_quality_of_an_impossible_size_is_the_end_that_is_nearer(
    noise: np.ndarray,
) -> None:
    assert bytes_at_quality(noise, nearest_quality(noise, 1)) == min(
        bytes_at_quality(noise, q) for q in range(1, 101)
    )
    assert nearest_quality(noise, 10**9) == 100


@pytest.mark.parametrize("quality", [5, 30, 75, 95])
def test_of_qualities_that_come_as_near_the_lowest_is_taken(quality: int) -> None:
    flat = np.full((40, 48, 3), 90, np.uint8)
    sizes = {q: bytes_at_quality(flat, q) for q in range(1, 101)}
    size = sizes[quality]
    expected = min(sizes, key=lambda q: (abs(sizes[q] - size), q))
    assert nearest_quality(flat, size) == expected


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_the_nearest_size_is_taken_from_above_or_below(noise: np.ndarray, share: float) -> None:
    below, above = (bytes_at_quality(noise, quality) for quality in (50, 51))
    assert below < above
    wanted = round(below + share * (above - below))
    assert nearest_quality(noise, wanted) == (50 if share < 0.5 else 51)
