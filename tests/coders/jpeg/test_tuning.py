"""The constants of the encoder are those that the recorded searches found, and act as they say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from foveate.coders.jpeg.encode import Options, transform
from foveate.coders.jpeg.scripts import progressive_script
from foveate.coders.jpeg.targets import byte_correction, bytes_target, quality_target
from foveate.coders.jpeg.trellis_passes import Encoder
from foveate.coders.jpeg.tuning import TUNINGS, shapes
from foveate.coders.plain.masking import HIDING_REACH
from photos import photo

RESULTS = Path(__file__).resolve().parents[3] / "results"
REFERENCE_SCALE = 16.0
"""The docstrings of `Tuning` define `perceptual` and `boldness` at this scale."""


@pytest.mark.parametrize("name", list(TUNINGS))
def test_every_constant_is_the_searchs_winner(name):
    record = json.loads((RESULTS / f"tuning-{name}.json").read_text())
    for constant, value in record["constants"].items():
        assert getattr(TUNINGS[name], constant) == value, constant


@pytest.mark.parametrize("name", list(TUNINGS))
def test_boldness_grows_with_the_scale_and_visibility_falls(name):
    tuning = TUNINGS[name]
    assert tuning.boldness_factor(REFERENCE_SCALE) == 1
    assert tuning.visibility_factor(REFERENCE_SCALE) == 1
    assert tuning.boldness_factor(64.0) == pytest.approx(4**tuning.boldness_slope)
    assert tuning.visibility_factor(64.0) == pytest.approx(4**-tuning.perceptual_slope)
    assert tuning.boldness_factor(8.0) < 1 < tuning.visibility_factor(8.0)


def test_hidden_error_is_psnr_hvs_ms():
    """Ponomarenko et al. (VPQM 2007): a coefficient's error is masked by its CSF weight."""
    annex_k_first_row = [16, 11, 12]  # zigzag 0, 1, 2 of table K.1
    np.testing.assert_allclose(HIDING_REACH[:3], [k * k / 100 for k in annex_k_first_row])


@pytest.mark.parametrize("chroma_420", [True, False])
def test_a_halved_chroma_coefficient_stands_for_four_times_the_pixels(chroma_420):
    tuning = TUNINGS["fidelity"]
    _, chroma = shapes(tuning, chroma_420=chroma_420)
    assert np.exp(np.log(chroma.sensitivity).mean()) == pytest.approx(
        tuning.chroma_weight * (4 if chroma_420 else 1), rel=0.5
    )


def test_steps_are_fitted_with_the_blocks_weights():
    """A step is sum(w x c) / sum(w x^2): where the weight lies, its blocks decide."""
    pixels = photo(128, 128)[..., 0]
    rng = np.random.default_rng(0)
    pixels = np.clip(pixels + rng.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8)
    weights = np.where(np.arange(16) < 8, 1e-3, 1e3)[None].repeat(16, axis=0).astype(np.float32)
    blocks = transform(pixels, weights, Options())
    encoder = Encoder(blocks, progressive_script(1), Options().tuning, threads=1)
    quantised = encoder.quantise(20.0)
    (fitted,) = encoder.fitted_steps(quantised)
    heavy = blocks.components[0].coefficients[:16, 8:16].reshape(-1, 64).astype(float)
    levels = quantised.levels[0][:16, 8:16].reshape(-1, 64).astype(float)
    for k in range(1, 6):
        expected = (levels[:, k] @ heavy[:, k]) / (levels[:, k] @ levels[:, k]) / 32
        assert fitted[k] == pytest.approx(max(expected, 1.0), rel=0.02)


def seen(name: str) -> list[float]:
    """The lowest, 5 %, 25 %, 50 %, 75 %, 95 % and highest of what was measured on photographs."""
    record = json.loads((RESULTS / "targets.json").read_text())
    return record["seen"][name]["quantiles_0_5_25_50_75_95_100"]


@pytest.mark.parametrize(
    ("guess", "name"),
    [
        (bytes_target._BYTES_SLOPE, "log_bytes_over_log_scale"),
        (byte_correction.LAMBDA_SLOPE, "log_bytes_over_log_lambda"),
        (byte_correction.STUFFING, "bytes_with_stuffing"),
        (bytes_target._BITS_OF_A_CODED_LEVEL, "bits_a_level"),
        (quality_target._ERROR_SLOPE, "log_error_over_log_scale"),
    ],
)
def test_a_searchs_first_guess_is_what_most_photographs_show(guess, name):
    values = seen(name)
    assert values[1] <= guess <= values[5]


def test_the_slopes_over_boldness_err_on_the_steep_side():
    important, background = quality_target._BOLDNESS_SLOPES
    assert important < seen("log_important_error_over_boldness")[1] < 0
    assert 0 < seen("log_background_error_over_boldness")[5] < background


def test_no_photograph_needed_all_the_passes_that_a_search_may_take():
    assert seen("passes_to_bytes")[-1] < byte_correction._FULL_PASSES
    assert (
        seen("passes_to_quality")[-1] < quality_target._SEARCH_PASSES + quality_target._FULL_PASSES
    )


def test_pictures_are_tuned_for_fidelity_unless_eyes_are_asked_for() -> None:
    assert Options().tuning is TUNINGS["fidelity"]
    assert TUNINGS["fidelity"] is not TUNINGS["eyes"]
