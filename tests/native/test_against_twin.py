"""The native core against its NumPy twin."""

from __future__ import annotations

import numpy as np
import pytest
import trellis_twin
import twin
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from native_inputs import in_units, pixels_of, random_levels

from foveate import native
from foveate.coders.jpeg.tables import quantisation_tables

SIZES = [(1, 1), (8, 8), (16, 16), (17, 1), (1, 33), (24, 40), (67, 45), (64, 129)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("chroma_420", [False, True])
def test_forward_is_the_twins(size: tuple[int, int], channels: int, chroma_420: bool) -> None:
    pixels = pixels_of(*size, channels)
    ours = native.forward(pixels, chroma_420, 2)
    theirs = twin.forward(pixels, chroma_420)
    assert len(ours) == len(theirs)
    for own, their in zip(ours, theirs, strict=True):
        assert own.dtype == np.int16
        assert own.shape == their.shape
        np.testing.assert_allclose(own, native.COEFFICIENT_UNITS * their, atol=0.51)


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_forward_of_a_flat_picture_is_exact(value: int) -> None:
    (component,) = native.forward(np.full((16, 16), value, np.uint8), False)
    assert (component[..., 0] == native.COEFFICIENT_UNITS * 8 * (value - 128)).all()
    assert not component[..., 1:].any()


@given(
    height=st.integers(1, 300),
    width=st.integers(1, 300),
    channels=st.sampled_from([1, 3]),
    chroma_420=st.booleans(),
)
def test_used_blocks_are_the_twins(
    height: int, width: int, channels: int, chroma_420: bool
) -> None:
    theirs = twin.used_blocks(height, width, channels, chroma_420)
    assert native.used_blocks(height, width, channels, chroma_420) == theirs


def table_of(*seen: int) -> np.ndarray:
    counts = np.zeros(256, np.int64)
    counts[: len(seen)] = seen
    return counts


def test_a_symbol_costs_its_code_and_one_that_did_not_occur_a_little_more() -> None:
    counts = table_of(100, 50, 20, 3)
    lengths = native.huffman_lengths(counts)
    bits = native.symbol_bits(counts, 2.0)
    assert bits[:4] == lengths[:4].tolist()
    assert set(bits[4:]) == {float(lengths.max()) + 2.0}
    assert set(native.symbol_bits(counts, 16.0)[4:]) == {16.0}
    assert set(native.symbol_bits(table_of(), 2.0)) == {8.0}


def test_the_size_of_a_scan_is_that_of_its_symbols_codes() -> None:
    counts = np.stack([table_of(100, 50, 20), table_of(), table_of(7), table_of(1, 1, 1, 1, 1)])
    symbols, bits = native.coded_size(counts)
    assert symbols == [3, 0, 1, 5]
    assert bits == sum(coded_bits(own, native.huffman_lengths(own)) for own in counts)


def coded_bits(counts: np.ndarray, lengths: np.ndarray) -> int:
    return sum(int(n) * int(length) for n, length in zip(counts, lengths, strict=True))


def assert_as_good_as_the_twins(counts: np.ndarray) -> None:
    """Never more bits than by figure K.1, which gives the spare code a count of its own.

    Where lengths are cut to 16 bits by figure K.3, which is no optimum, hardly more.
    """
    ours, theirs = native.huffman_lengths(counts), twin.huffman_lengths(counts)
    np.testing.assert_array_equal(ours > 0, counts > 0)
    assert ours.max() <= 16
    assert sum(2 ** (16 - int(n)) for n in ours if n) < 2**16, "no code is left for all ones"
    slack = 1e-3 if theirs.max() == 16 else 0.0
    assert coded_bits(counts, ours) <= coded_bits(counts, theirs) * (1 + slack)


@given(
    counts=hnp.arrays(
        np.int64, 256, elements=st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 2**40))
    )
)
def test_code_lengths_are_as_good_as_the_twins(counts: np.ndarray) -> None:
    assert_as_good_as_the_twins(counts)


@given(
    symbols=st.integers(2, 60),
    ratio=st.floats(1.0, 3.0),
    seed=st.integers(0, 1000),
)
def test_code_lengths_past_16_bits_are_as_good_as_the_twins(
    symbols: int, ratio: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    counts = np.zeros(256, np.int64)
    at = rng.choice(256, symbols, replace=False)
    counts[at] = np.minimum(ratio ** np.arange(symbols), 2.0**47) * rng.uniform(1, 1.2, symbols)
    assert_as_good_as_the_twins(counts)


PROGRESSIVE_SCANS = [
    ((0,), 0, 0),
    ((0, 1, 2), 0, 0),
    ((1, 2), 0, 0),
    ((0,), 1, 63),
    ((0,), 1, 5),
    ((0,), 6, 63),
    ((2,), 1, 63),
    ((1,), 3, 40),
]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [(1, 1), (40, 24), (57, 75), (610, 20)])
@pytest.mark.parametrize("chroma_420", [False, True])
def test_scan_statistics_are_the_twins(size: tuple[int, int], chroma_420: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = random_levels(rng, *size, 3, chroma_420)
    cases = [(PROGRESSIVE_SCANS, True), ([((0, 1, 2), 0, 63)], False)]
    for scans, progressive in cases:
        ours = native.scan_statistics(levels, *size, chroma_420, scans, progressive, 2)
        for scan, (counts, extra_bits, eob_blocks) in zip(scans, ours, strict=True):
            theirs = twin.scan_statistics(levels, *size, chroma_420, scan, progressive)
            np.testing.assert_array_equal(counts, theirs[0], err_msg=str(scan))
            assert (extra_bits, eob_blocks) == theirs[1:], scan


def test_statistics_of_a_grey_picture_are_the_twins() -> None:
    levels = random_levels(np.random.default_rng(3), 30, 50, 1, False)
    scan = ((0,), 0, 63)
    ((counts, extra_bits, eob_blocks),) = native.scan_statistics(
        levels, 30, 50, False, [scan], False
    )
    theirs = twin.scan_statistics(levels, 30, 50, False, scan, False)
    np.testing.assert_array_equal(counts, theirs[0])
    assert (extra_bits, eob_blocks) == theirs[1:]


def test_an_eob_run_is_cut_at_its_longest() -> None:
    rows, cols = 200, 200
    levels = [np.zeros((rows, cols, 64), np.int16)]
    scan = ((0,), 1, 63)
    ((counts, extra_bits, eob_blocks),) = native.scan_statistics(
        levels, rows * 8, cols * 8, False, [scan], True
    )
    expected = np.zeros((4, 256), np.int64)
    expected[1, 14 << 4] = 1  # a run of 32,767
    expected[1, 12 << 4] = 1  # and of the 7,233 that are left
    np.testing.assert_array_equal(counts, expected)
    assert (extra_bits, eob_blocks) == (14 + 12, rows * cols)


def rates(rng: np.random.Generator, bands: list[tuple[int, int]]) -> list[trellis_twin.Band]:
    """Code lengths that grow with run and size, as real tables' do."""
    run, size = np.divmod(np.arange(256), 16)
    bits = 2 + 0.45 * run + 1.2 * size + rng.uniform(0, 2, 256)
    return [
        (first, last, bits.tolist(), float(rng.uniform(0.1, 4)), float(rng.uniform(1, 5)))
        for first, last in bands
    ]


@pytest.mark.parametrize("bands", [[(1, 63)], [(1, 2), (3, 63)], [(1, 5), (6, 20), (21, 63)]])
@pytest.mark.parametrize("lam", [0.0, 8.0, 60.0, 400.0])
@pytest.mark.parametrize("masked", [False, True])
def test_the_ac_trellis_chooses_as_cheaply_as_its_twin(
    bands: list[tuple[int, int]], lam: float, masked: bool
) -> None:
    rng = np.random.default_rng(int(lam) + len(bands))
    exact = rng.laplace(0, 1, (2, 3, 64)) * 60 * np.exp(-np.arange(64) / 10)
    coefficients = in_units(exact)
    weights = rng.uniform(0.4, 2.5, (2, 3)).astype(np.float32)
    steps = rng.uniform(6, 40, 64).astype(np.float32)
    sensitivity = rng.uniform(0.2, 1.0, 64).astype(np.float32)
    cost_model = rates(rng, bands)
    hidden = rng.uniform(0, 4, (2, 3)).astype(np.float32)
    visibility, reach = (rng.uniform(0, 2, 64).astype(np.float32) for _ in range(2))
    levels = np.zeros((2, 3, 64), np.int16)
    native.quantise_ac(
        coefficients,
        weights,
        steps.tolist(),
        sensitivity.tolist(),
        lam,
        cost_model,
        levels,
        (2, 3),
        2,
        (hidden, visibility.tolist(), reach.tolist()) if masked else None,
    )
    for row, col in np.ndindex(2, 3):
        arguments = (
            coefficients[row, col] / native.COEFFICIENT_UNITS,
            float(weights[row, col]),
            steps.astype(np.float64),
            sensitivity.astype(np.float64),
            lam,
            cost_model,
            (float(hidden[row, col]), visibility, reach) if masked else None,
        )
        best = trellis_twin.quantise_ac(*arguments)
        ours = trellis_twin.ac_cost(levels[row, col].tolist(), *arguments)
        assert ours == pytest.approx(trellis_twin.ac_cost(best, *arguments), rel=1e-4, abs=1e-3)


def test_on_dense_blocks_too_the_ac_trellis_chooses_as_cheaply_as_its_twin() -> None:
    rng = np.random.default_rng(8)
    coefficients = in_units(rng.normal(0, 30, (1, 2, 64)))
    steps, sensitivity = np.full(64, 2.0), np.ones(64)
    cost_model = rates(rng, [(1, 63)])
    levels = np.zeros((1, 2, 64), np.int16)
    weights = np.ones((1, 2), np.float32)
    native.quantise_ac(
        coefficients, weights, steps.tolist(), sensitivity.tolist(), 3.0, cost_model, levels, (1, 2)
    )
    for col in range(2):
        arguments = (
            coefficients[0, col] / native.COEFFICIENT_UNITS,
            1.0,
            steps,
            sensitivity,
            3.0,
            cost_model,
        )
        best = trellis_twin.ac_cost(trellis_twin.quantise_ac(*arguments), *arguments)
        ours = trellis_twin.ac_cost(levels[0, col].tolist(), *arguments)
        assert ours == pytest.approx(best, rel=1e-4)


def test_no_price_on_bits_is_plain_rounding() -> None:
    coefficients = native.forward(pixels_of(32, 48, 1), False)[0]
    steps = quantisation_tables(50)[0].astype(float).tolist()
    used = coefficients.shape[:2]
    priced, rounded = (np.zeros(coefficients.shape, np.int16) for _ in range(2))
    native.quantise_ac(
        coefficients,
        np.ones(used, np.float32),
        steps,
        [1.0] * 64,
        0.0,
        rates(np.random.default_rng(0), [(1, 63)]),
        priced,
        used,
    )
    native.round_levels(coefficients, steps, rounded, used)
    np.testing.assert_array_equal(priced[..., 1:], rounded[..., 1:])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("mcu", "rows", "cols"), [(1, 2, 3), (1, 1, 7), (2, 2, 3), (2, 3, 2)])
def test_the_dc_trellis_chooses_as_cheaply_as_trying_everything(
    mcu: int, rows: int, cols: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    grid = (-(-rows // mcu) * mcu, -(-cols // mcu) * mcu)
    exact = np.zeros((*grid, 64))
    exact[..., 0] = np.cumsum(rng.normal(0, 30, grid), axis=1)
    coefficients = in_units(exact)
    weights = rng.uniform(0.4, 2.5, grid).astype(np.float32)
    steps = [12.0] + [1.0] * 63
    size_bits = (2 + rng.uniform(0, 3, 12) + 0.3 * np.arange(12)).tolist()
    levels = np.zeros((*grid, 64), np.int16)
    native.quantise_dc(
        coefficients,
        weights,
        steps,
        [0.8] * 64,
        40.0,
        size_bits,
        (mcu, mcu),
        levels,
        (rows, cols),
    )
    order = [
        (row, col)
        for top in range(0, rows, mcu)
        for left in range(0, cols, mcu)
        for row in range(top, min(top + mcu, rows))
        for col in range(left, min(left + mcu, cols))
    ]
    arguments = (
        [coefficients[at][0] / native.COEFFICIENT_UNITS for at in order],
        [float(weights[at]) for at in order],
        12.0,
        0.8,
        40.0,
        size_bits,
    )
    best = trellis_twin.dc_cost(trellis_twin.quantise_dc(*arguments), *arguments)
    ours = trellis_twin.dc_cost([int(levels[at][0]) for at in order], *arguments)
    assert ours == pytest.approx(best, rel=1e-5)


@pytest.mark.parametrize("threads", [2, 3, 5, 64])
def test_the_number_of_threads_never_changes_a_result(threads: int) -> None:
    pixels = pixels_of(203, 97, 3)
    for one, many in zip(
        native.forward(pixels, True, 1), native.forward(pixels, True, threads), strict=True
    ):
        np.testing.assert_array_equal(one, many)
    coefficients = native.forward(pixels, True, 1)[0]
    used = native.used_blocks(203, 97, 3, True)[0]
    rng = np.random.default_rng(0)
    weights = rng.uniform(0.5, 2, coefficients.shape[:2]).astype(np.float32)
    cost_model = rates(rng, [(1, 2), (3, 63)])
    results = []
    for n in (1, threads):
        levels = np.zeros(coefficients.shape, np.int16)
        native.quantise_ac(
            coefficients, weights, [9.0] * 64, [1.0] * 64, 30.0, cost_model, levels, used, n
        )
        native.quantise_dc(
            coefficients, weights, [9.0] * 64, [1.0] * 64, 30.0, [4.0] * 12, (1, 1), levels, used
        )
        results.append(
            [
                levels,
                native.block_errors(coefficients, [9.0] * 64, levels, used, n),
                *native.block_contrast(coefficients, [1.0] * 64, used, n),
                native.fit_steps(coefficients, weights, levels, used, n),
                native.expected_bits(coefficients, weights, [9.0] * 64, [0.1] * 64, used, n),
            ]
        )
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)
