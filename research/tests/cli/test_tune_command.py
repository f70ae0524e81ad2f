"""`foveate tune`, and what its searches are made of."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.coders.jpeg.tuning import TUNINGS
from foveate_research.models.readings.salnet import RISE
from foveate_research.tuning.encoder import AIMS, RANGES, score
from photos import photo
from shard_files import encoded, write_shard

needs_optuna = pytest.mark.skipif(find_spec("optuna") is None, reason="optuna is not installed")


def write_watched_shard(folder: Path) -> None:
    """Two photos with fixations of two viewers, as a val part."""
    points = io.BytesIO()
    np.save(points, np.array([[0, 43, 40], [1, 44, 48]], np.int16))
    samples = [
        (f"scene-{seed}", {"webp": encoded(photo(96, 128, seed)), "fix.npy": points.getvalue()})
        for seed in range(2)
    ]
    write_shard(folder / "val-000000.tar", samples)


def write_density_shard(folder: Path) -> None:
    """A squashed photo with a density map, as a val part."""
    seen = np.zeros((56, 56), np.uint8)
    seen[20:30, 25:35] = 255
    fields = {"webp": encoded(photo(96, 96, 0)), "map.png": encoded(seen, "PNG")}
    write_shard(folder / "val-000000.tar", [("density", fields)])


def test_the_read_out_is_fitted_over_sets_and_for_each_on_the_others(foveate) -> None:
    write_watched_shard(Path("gaze-more"))
    write_density_shard(Path("gaze-scenes"))
    words = ("--data", ".", "--save", "steering.json", "--json")
    (record,) = foveate("tune", "steering", *words).objects
    readout = record["readout"]
    assert set(readout["chosen"]["share_of_own"]) == {"scene", "gaze-scenes"}
    assert set(readout["left_out"]) == {"scene", "gaze-scenes"}
    means = [np.mean(list(row["share_of_own"].values())) for row in readout["best_first"]]
    assert means == sorted(means, reverse=True)
    assert readout["best_first"][0] == readout["chosen"]
    assert sum(row["count"] for row in record["steepness"]["of_nats"]) == 3
    assert record["check"]["dB"]["own"] > record["check"]["dB"]["centre"]


def test_the_weights_curve_never_falls_and_a_controls_power_is_fitted_to_it(foveate) -> None:
    write_watched_shard(Path("gaze"))
    words = ("--data", "gaze", "--model", "centre", "--controls", "centre,spectral-residual")
    (record,) = foveate("tune", "weights", *words, "--save", "w.json", "--json").objects
    assert record == json.loads(Path("w.json").read_text())
    assert record["command"] == "foveate tune weights --data DIR " + " ".join(
        [*words[2:], "--save", "w.json", "--json"]
    )
    assert np.all(np.diff(record["log_weights"]) >= 0)
    assert record["confidence"]["centre"] == 1
    assert record["set"]["count"] == 2


def test_salnets_confidence_is_fitted_between_nothing_and_pictures(foveate) -> None:
    write_watched_shard(Path("gaze-more"))
    (record,) = foveate("tune", "salnet", "--data", ".", "--json").objects
    nothing, pictures = record["rise_of_featureless_pictures"], record["rise_quantiles"]
    assert len(nothing) == 15
    assert max(nothing[f"grey {level}"] for level in (0, 128, 255)) == pytest.approx(
        RISE[0], abs=0.5
    )
    assert pictures["0"] <= pictures["0.5"] <= pictures["1"]
    assert record["set"]["count"] == 2


def test_a_shortfall_costs_six_times_what_it_is() -> None:
    gains = dict.fromkeys(AIMS["fidelity"].margins, 1.0) | {"psnr_fix": 2.0, "psnr_hvs_m_fix": 1.0}
    assert score(gains, AIMS["fidelity"].margins) == pytest.approx(2.3)
    assert score({**gains, "psnr_y": 0.2}, AIMS["fidelity"].margins) == pytest.approx(1.7)


@pytest.mark.parametrize("name", list(AIMS))
def test_the_search_starts_within_its_ranges(name: str) -> None:
    for constant, (low, high) in RANGES.items():
        assert low <= getattr(TUNINGS[name], constant) <= high


@needs_optuna
def test_the_first_trial_is_what_foveate_ships_with(foveate) -> None:
    Path("photos").mkdir()
    for seed in range(4):
        Image.fromarray(photo(96, 128, seed)).save(f"photos/{seed}.webp", lossless=True)
    words = ("--data", ".", "--map", "centre", "--trials", "1", "--every", "1", "--workers", "1")
    (record,) = foveate("tune", "encoder", "--tune", "fidelity", *words, "--json").objects
    assert record["corpus"]["pictures"] == 4
    assert record["best"] == record["start"]
    assert record["constants"]["dc_steps"] == round(TUNINGS["fidelity"].dc_steps, 4)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("weights", "--data", "gone"), 1, "gone holds no val-*.tar"),
        (("weights", "--data", ".", "--model", "a,b"), 2, "no model is called 'a,b'"),
        (("weights", "--data", ".", "--controls", "x"), 2, "--controls: no model is called 'x'"),
        (("map", "--data", "gone"), 1, "gone/gaze-more holds no val-*.tar"),
        (("map",), 2, "--data"),
        (("steering", "--data", "gone"), 1, "gone/gaze-more holds no val-*.tar"),
        pytest.param(
            *(
                ("encoder", "--data", ".", "--tune", "fast"),
                2,
                "there are fidelity, eyes and vision",
            ),
            marks=needs_optuna,
        ),
        pytest.param(
            *(("encoder", "--data", ".", "--tune", "eyes"), 1, "the search needs 4 at least"),
            marks=needs_optuna,
        ),
    ],
)
def test_what_cannot_be_tuned_is_told_in_a_line(foveate, arguments, code, message) -> None:
    run = foveate("tune", *arguments)
    assert run.code == code
    assert message in run.err
    assert len(run.err.splitlines()) == 1
