"""The NumPy twin against readers and writers that no one here wrote."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fft
import trellis_twin
import twin
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from foveate.coders.jpeg.tables import ZIGZAG, quantisation_tables
from foveate.coders.plain.pillow_jpeg import pillow_jpeg, plain_jpeg
from jpeg_files import coefficients, parse


def photo_like(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Shading, edges and some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 128 + 70 * np.sin(x / 9) * np.cos(y / 13) + 40 * ((x // 11 + y // 7) % 2)
    planes = [np.roll(base, 3 * c, axis=c % 2) + rng.normal(0, 6, base.shape) for c in range(3)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0]


def test_the_dct_is_scipys_orthonormal_one() -> None:
    plane = np.random.default_rng(1).uniform(-128, 127, (24, 40))
    ours = twin.forward_dct(plane)
    for row, col in itertools.product(range(3), range(5)):
        block = plane[row * 8 : row * 8 + 8, col * 8 : col * 8 + 8]
        theirs = scipy.fft.dctn(block, norm="ortho").reshape(64)[ZIGZAG]
        np.testing.assert_allclose(ours[row, col], theirs, atol=1e-10)


def test_the_inverse_dct_undoes_the_forward_one() -> None:
    plane = np.random.default_rng(2).uniform(-128, 127, (16, 32))
    np.testing.assert_allclose(twin.inverse_dct(twin.forward_dct(plane)), plane, atol=1e-10)


@pytest.mark.parametrize("value", [0, 77, 255])
def test_a_flat_block_has_eight_times_its_level_as_dc(value: int) -> None:
    (component,) = twin.forward(np.full((8, 8), value, np.uint8), False)
    assert component[0, 0, 0] == pytest.approx(8 * (value - 128))
    np.testing.assert_allclose(component[0, 0, 1:], 0, atol=1e-10)


def test_colour_is_pillows_to_its_rounding() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    theirs = np.asarray(Image.fromarray(pixels).convert("YCbCr"), dtype=np.float64)
    for ours, their in zip(twin.ycbcr(pixels), np.moveaxis(theirs, -1, 0), strict=True):
        assert np.abs(ours - their).max() <= 1.01
        assert np.abs(ours - their).mean() < 0.51


def test_primaries_have_the_values_that_jfif_implies() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    luma, cb, cr = twin.ycbcr(pixels)
    np.testing.assert_allclose(luma[0] / 255, [0.299, 0.587, 0.114])
    np.testing.assert_allclose((cb[0] - 128) / 255, [-0.168736, -0.331264, 0.5], atol=1e-6)
    np.testing.assert_allclose((cr[0] - 128) / 255, [0.5, -0.418688, -0.081312], atol=1e-6)


@pytest.mark.parametrize("chroma_420", [False, True])
@pytest.mark.parametrize("size", [(16, 16), (17, 33), (9, 8), (1, 1), (40, 23)])
def test_rounded_levels_are_libjpegs_give_or_take_its_integer_arithmetic(
    size: tuple[int, int], chroma_420: bool
) -> None:
    pixels = photo_like(*size)
    data = plain_jpeg(pixels, 75, subsampling="420" if chroma_420 else "444")
    luma, chroma = quantisation_tables(75)
    for ours, theirs, steps in zip(
        twin.forward(pixels, chroma_420), coefficients(data), (luma, chroma, chroma), strict=True
    ):
        rows, cols = theirs.shape[:2]
        difference = np.abs(twin.round_levels(ours, steps)[:rows, :cols] - theirs)
        assert difference.max() <= 1
        assert difference.mean() < 0.03


@pytest.mark.parametrize(
    ("height", "width", "chroma_420", "stored", "used"),
    [
        (1, 1, True, [(2, 2), (1, 1), (1, 1)], [(1, 1)] * 3),
        (16, 17, True, [(2, 4), (1, 2), (1, 2)], [(2, 3), (1, 2), (1, 2)]),
        (24, 24, True, [(4, 4), (2, 2), (2, 2)], [(3, 3), (2, 2), (2, 2)]),
        (9, 17, False, [(2, 3)] * 3, [(2, 3)] * 3),
    ],
)
def test_block_counts_are_those_of_t81(
    height: int, width: int, chroma_420: bool, stored: list, used: list
) -> None:
    assert twin.stored_blocks(height, width, 3, chroma_420) == stored
    assert twin.used_blocks(height, width, 3, chroma_420) == used


def test_halves_are_rounded_away_from_zero() -> None:
    values = np.array([[[0.5, -0.5, 1.5, -2.5, 0.49, -0.49] + [0.0] * 58]])
    assert twin.round_levels(values, np.ones(64))[0, 0, :6].tolist() == [1, -1, 2, -3, 0, 0]


def test_padding_repeats_the_dc_of_the_block_coded_before_it() -> None:
    levels = np.random.default_rng(4).integers(-9, 9, (4, 4, 64)).astype(np.int16)
    filled = twin.fill_padding(levels, (3, 3))
    np.testing.assert_array_equal(filled[:3, :3], levels[:3, :3])
    assert (filled[:3, 3, 1:] == 0).all()
    np.testing.assert_array_equal(filled[:3, 3, 0], levels[:3, 2, 0])
    assert (filled[3, :, 1:] == 0).all()
    right_above = [levels[2, 1, 0]] * 2 + [levels[2, 2, 0]] * 2
    assert filled[3, :, 0].tolist() == right_above


def test_a_step_fitted_to_levels_leaves_no_smaller_error_on_either_side() -> None:
    rng = np.random.default_rng(5)
    coefficients = rng.normal(0, 40, (4, 4, 64))
    weights = rng.uniform(0.5, 2, (4, 4))
    steps = np.full(64, 16.0)
    levels = twin.round_levels(coefficients, steps)
    cross, square = twin.fit_steps(coefficients, weights, levels, (4, 4))
    fitted = cross / square

    def error(table: np.ndarray) -> float:
        return float((weights * twin.block_errors(coefficients, table, levels, (4, 4))).sum())

    assert error(fitted) < error(steps)
    assert error(fitted) < error(fitted * 1.001)
    assert error(fitted) < error(fitted * 0.999)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", ["444", "420"])
@pytest.mark.parametrize("shape", [(67, 45, 3), (64, 64, 3), (50, 31)])
@pytest.mark.parametrize("quality", [12, 50, 93])
def test_statistics_and_lengths_are_those_of_libjpegs_optimised_files(
    progressive: bool, subsampling: str, shape: tuple[int, ...], quality: int
) -> None:
    """The same symbols in the same tables: what libjpeg counted is in its DHT segments."""
    grey = len(shape) == 2
    image = Image.fromarray(photo_like(*shape[:2], channels=1 if grey else 3))
    data = pillow_jpeg(
        image,
        quality=quality,
        subsampling=subsampling,
        progressive=progressive,
        optimise=True,
    )
    chroma_420 = subsampling == "420" and not grey
    levels = coefficients(data)
    file = parse(data)
    stored = twin.stored_blocks(file.height, file.width, len(levels), chroma_420)
    used = twin.used_blocks(file.height, file.width, len(levels), chroma_420)
    grown = []
    for own, whole, part in zip(levels, stored, used, strict=True):
        assert own.shape[:2] == part
        full = np.zeros((*whole, 64), np.int16)
        full[: part[0], : part[1]] = own
        grown.append(twin.fill_padding(full, part))
    for header in file.scans:
        if header.high > 0:  # we write no refining scans
            continue
        counts, extra_bits, _ = twin.scan_statistics(
            grown, file.height, file.width, chroma_420, header.scan, progressive, header.low
        )
        bits = extra_bits
        for (kind, destination), theirs in header.lengths.items():
            table = counts[2 * destination + kind]
            np.testing.assert_array_equal(twin.huffman_lengths(table), theirs)
            bits += int(theirs.astype(np.int64) @ table)
        # Byte stuffing adds a byte for some of those that are all ones, never takes one away.
        assert (bits + 7) // 8 <= header.coded_bytes <= (bits + 7) // 8 * 1.02 + 2


def kraft(lengths: np.ndarray) -> float:
    return float(sum(2.0 ** -int(n) for n in lengths if n))


@given(hnp.arrays(np.int64, 256, elements=st.integers(0, 2**40) | st.just(0)))
def test_lengths_leave_the_code_of_all_ones_free_and_stay_within_16_bits(
    counts: np.ndarray,
) -> None:
    lengths = twin.huffman_lengths(counts)
    np.testing.assert_array_equal(lengths > 0, counts > 0)
    assert lengths.max(initial=0) <= 16
    assert kraft(lengths) < 1.0 or not counts.any()


def test_lengths_of_fibonacci_counts_are_cut_to_16_bits() -> None:
    counts = np.zeros(256, np.int64)
    a, b = 1, 1
    for symbol in range(40):
        counts[symbol] = a
        a, b = b, a + b
    lengths = twin.huffman_lengths(counts)
    assert lengths.max() == 16
    assert kraft(lengths) < 1.0


def test_no_symbols_have_no_codes_and_one_symbol_has_one_bit() -> None:
    assert not twin.huffman_lengths(np.zeros(256, np.int64)).any()
    lone = np.zeros(256, np.int64)
    lone[200] = 5
    assert twin.huffman_lengths(lone)[200] == 1


def random_band(rng: np.random.Generator, first: int, last: int) -> trellis_twin.Band:
    bits = rng.uniform(2, 12, 256).tolist()
    return (first, last, bits, float(rng.uniform(0.2, 3)), float(rng.uniform(1, 5)))


@pytest.mark.parametrize("seed", range(8))
def test_the_ac_twin_finds_what_trying_every_choice_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.uniform(4, 20, 64)
    block = np.zeros(64)
    block[1:10] = rng.laplace(0, 14, 9)
    sensitivity = rng.uniform(0.2, 1, 64)
    bands = [random_band(rng, 1, 5), random_band(rng, 6, 63)]
    lam, weight = 20.0, 0.7

    def cost(levels: list[int]) -> float:
        return trellis_twin.ac_cost(levels, block, weight, steps, sensitivity, lam, bands)

    choices = []
    for c, step in zip(block[1:10], steps[1:10], strict=True):
        nearest = int(abs(c) / step + 0.5)
        choices.append({int(np.sign(c)) * n for n in (0, nearest, max(nearest - 1, 0))})
    best = min(cost([0, *choice, *[0] * 54]) for choice in itertools.product(*choices))
    found = trellis_twin.quantise_ac(block, weight, steps, sensitivity, lam, bands)
    assert cost(found) == pytest.approx(best)


def test_without_a_price_on_bits_the_ac_twin_rounds() -> None:
    rng = np.random.default_rng(9)
    block, steps = rng.normal(0, 30, 64), rng.uniform(2, 20, 64)
    found = trellis_twin.quantise_ac(block, 1.0, steps, np.ones(64), 0.0, [random_band(rng, 1, 63)])
    np.testing.assert_array_equal(found[1:], twin.round_levels(block, steps)[1:])
