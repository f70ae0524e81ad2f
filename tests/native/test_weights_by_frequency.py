"""The trellis and the fit of steps with a weight for each coefficient, and moved targets."""

from __future__ import annotations

import numpy as np
import pytest
import trellis_twin
from native_inputs import in_units

from foveate import native


def rates(rng: np.random.Generator, bands: list[tuple[int, int]]) -> list[trellis_twin.Band]:
    """Code lengths that grow with run and size, as real tables' do."""
    run, size = np.divmod(np.arange(256), 16)
    bits = 2 + 0.45 * run + 1.2 * size + rng.uniform(0, 2, 256)
    return [
        (first, last, bits.tolist(), float(rng.uniform(0.1, 4)), float(rng.uniform(1, 5)))
        for first, last in bands
    ]


@pytest.mark.parametrize("bands", [[(1, 63)], [(1, 2), (3, 63)]])
@pytest.mark.parametrize("lam", [0.0, 8.0, 60.0, 400.0])
def test_the_trellis_is_no_dearer_than_the_twin_without_its_candidate_more(bands, lam):
    """The twin knows the nearest level, one less and zero; one candidate more never costs more."""
    rng = np.random.default_rng(int(lam) + len(bands))
    exact = rng.laplace(0, 1, (2, 3, 64)) * 60 * np.exp(-np.arange(64) / 10)
    coefficients = in_units(exact)
    weights = rng.uniform(0.1, 2.5, (2, 3, 64)).astype(np.float32)
    steps = rng.uniform(6, 40, 64).astype(np.float32)
    cost_model = rates(rng, bands)
    levels = np.zeros((2, 3, 64), np.int16)
    native.quantise_ac_by_frequency(
        coefficients, weights, steps.tolist(), lam, cost_model, levels, (2, 3), 2
    )
    for row, col in np.ndindex(2, 3):
        arguments = (
            coefficients[row, col] / native.COEFFICIENT_UNITS,
            1.0,
            steps.astype(np.float64),
            weights[row, col].astype(np.float64),
            lam,
            cost_model,
            None,
        )
        best = trellis_twin.ac_cost(trellis_twin.quantise_ac(*arguments), *arguments)
        ours = trellis_twin.ac_cost(levels[row, col].tolist(), *arguments)
        assert ours <= best * (1 + 1e-4) + 1e-3


def test_a_level_falls_to_the_next_smaller_size_where_that_saves_most():
    """6 needs three bits, 3 two: between them lies nothing that is worth its error."""
    bits = np.full(256, 4.0)
    bits[0x03] = 40.0  # a run of 0 and size 3
    coefficients = np.zeros((1, 1, 64), np.int16)
    coefficients[0, 0, 1] = 6 * 8 * native.COEFFICIENT_UNITS
    levels = np.zeros_like(coefficients)
    weights = np.ones((1, 1, 64), np.float32)
    band = (1, 63, bits.tolist(), 2.0, 4.0)
    native.quantise_ac_by_frequency(coefficients, weights, [8.0] * 64, 30.0, [band], levels, (1, 1))
    assert levels[0, 0, 1] == 3


def test_equal_weights_give_the_levels_of_a_weight_a_block():
    rng = np.random.default_rng(3)
    coefficients = in_units(rng.laplace(0, 1, (4, 5, 64)) * 50 * np.exp(-np.arange(64) / 9))
    cost_model = rates(rng, [(1, 63)])
    ours, theirs = (np.zeros(coefficients.shape, np.int16) for _ in range(2))
    native.quantise_ac_by_frequency(
        coefficients, np.ones((4, 5, 64), np.float32), [11.0] * 64, 5.0, cost_model, ours, (4, 5)
    )
    native.quantise_ac(
        coefficients,
        np.ones((4, 5), np.float32),
        [11.0] * 64,
        [1.0] * 64,
        5.0,
        cost_model,
        theirs,
        (4, 5),
    )
    assert (ours != theirs).mean() < 0.01  # where the candidate more is cheaper
    assert ours.any()


def test_fitted_steps_weigh_every_coefficient():
    rng = np.random.default_rng(1)
    coefficients = in_units(rng.normal(0, 40, (4, 6, 64)))
    weights = rng.uniform(0, 3, (4, 6, 64)).astype(np.float32)
    levels = np.rint(coefficients / native.COEFFICIENT_UNITS / 9).astype(np.int16)
    cross, square = native.fit_steps_by_frequency(coefficients, weights, levels, (4, 5), 3)
    w, x = weights[:, :5].astype(float), levels[:, :5].astype(float)
    c = coefficients[:, :5] / native.COEFFICIENT_UNITS
    np.testing.assert_allclose(cross, (w * x * c).sum(axis=(0, 1)), rtol=1e-6)
    np.testing.assert_allclose(square, (w * x * x).sum(axis=(0, 1)), rtol=1e-6)


def test_targets_move_towards_the_least_of_the_model():
    rng = np.random.default_rng(2)
    shape = (3, 4, 64)
    coefficients = in_units(rng.normal(0, 30, shape))
    targets = in_units(rng.normal(0, 30, shape))
    levels = rng.integers(-3, 4, shape).astype(np.int16)
    steps = rng.uniform(5, 20, 64)
    gradient = rng.normal(0, 2, shape).astype(np.float32)
    curvature = rng.uniform(0.01, 1, shape).astype(np.float32)
    anchor = rng.uniform(0.5, 2, shape[:2]).astype(np.float32)
    table = rng.uniform(0.5, 2, 64)
    unit, share, rate, limit, memory = 0.3, 0.6, 0.5, 0.4, 0.7
    bends, moved = curvature.copy(), targets.copy()
    native.move_targets(
        coefficients, steps, levels, gradient, anchor, table, unit, share, rate, limit, memory,
        bends, moved, 2,
    )  # fmt: skip
    c, before = coefficients / native.COEFFICIENT_UNITS, targets / native.COEFFICIENT_UNITS
    held, seen = share * anchor[..., None] * table, (1 - share) * curvature / unit
    decoded = steps * levels
    slope = (1 - share) * gradient / unit
    # The least of slope * (x - decoded) + seen * (x - decoded)^2 + held * (x - c)^2.
    least = (2 * seen * decoded - slope + 2 * held * c) / (2 * (seen + held))
    shift = np.clip(rate * (least - c), -limit * steps, limit * steps)
    wanted = (1 - memory) * (c + shift) + memory * before
    np.testing.assert_allclose(bends, seen + held, rtol=1e-5)
    np.testing.assert_allclose(moved / native.COEFFICIENT_UNITS, wanted, atol=0.02)
    mixed = curvature.copy()
    native.mix_weights(anchor, table, unit, share, mixed, 2)
    np.testing.assert_array_equal(mixed, bends)


def test_frequency_means_are_over_used_blocks():
    curvature = np.random.default_rng(0).uniform(0, 1, (4, 5, 64)).astype(np.float32)
    means = native.frequency_means(curvature, (3, 4), 2)
    np.testing.assert_allclose(means, curvature[:3, :4].mean(axis=(0, 1)), rtol=1e-5)


@pytest.mark.parametrize("threads", [2, 9])
def test_the_number_of_threads_never_changes_a_result(threads):
    rng = np.random.default_rng(0)
    coefficients = in_units(rng.laplace(0, 20, (30, 7, 64)))
    weights = rng.uniform(0.1, 2, coefficients.shape).astype(np.float32)
    cost_model = rates(rng, [(1, 2), (3, 63)])
    results = []
    for n in (1, threads):
        levels = np.zeros(coefficients.shape, np.int16)
        native.quantise_ac_by_frequency(
            coefficients, weights, [9.0] * 64, 30.0, cost_model, levels, (30, 7), n
        )
        fit = native.fit_steps_by_frequency(coefficients, weights, levels, (30, 7), n)
        results.append([levels, fit, native.frequency_means(weights, (30, 7), n)])
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)
