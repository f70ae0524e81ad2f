"""`foveate evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate_research.cli.score_tables import show_scores
from photos import photo
from shard_files import encoded, write_shard
from tiny_sets import write_faces_and_bodies, write_people_and_dogs


@pytest.fixture
def masked(tmp_path: Path) -> None:
    """Three photos with masks in the folder where commands run."""
    for number in range(3):
        pixels = photo(seed=number)
        mask = np.where(pixels[..., 2] < 80, 255, 0).astype(np.uint8)
        for folder, values in (("images", pixels), ("masks", mask)):
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(values).save(tmp_path / folder / f"p{number}.png")


@pytest.fixture
def watched(tmp_path: Path, masked: None) -> None:
    """Fixations of three viewers for the photos."""
    (tmp_path / "fixations").mkdir()
    for number in range(3):
        rng = np.random.default_rng(number)
        points = np.stack(
            [np.arange(12) % 3, rng.integers(10, 30, 12), rng.integers(12, 36, 12)], axis=1
        )
        np.save(tmp_path / "fixations" / f"p{number}.npy", points)


def row_of(run) -> dict:
    """The one row of the record that was printed."""
    (record,) = run.objects
    (row,) = record["rows"]
    return row


MASKED = ("--images", "images", "--masks", "masks")
WATCHED = ("--images", "images", "--fixations", "fixations")


# foveate evaluate sod


@pytest.mark.usefixtures("masked")
def test_the_record_has_means_intervals_pictures_and_curves_of_each_model(foveate) -> None:
    run = foveate("evaluate", "sod", "--model", "centre,none", *MASKED, "--json")
    assert (run.code, run.err) == (0, "")
    row = row_of(run)
    assert list(row["models"]) == ["centre", "none"]
    assert (row["count"], row["pictures"]) == (3, ["p0", "p1", "p2"])
    measure = row["models"]["centre"]["s_measure"]
    assert measure["interval_95"][0] <= measure["mean"] <= measure["interval_95"][1]
    assert np.mean(measure["pictures"]) == pytest.approx(measure["mean"], abs=1e-3)
    assert len(row["precision_recall"]["centre"]["recall"]) == 256


@pytest.mark.usefixtures("masked")
def test_the_record_is_saved_with_the_command_that_made_it(foveate) -> None:
    words = ("evaluate", "sod", "--model", "centre", *MASKED, "--save", "results/sod.json")
    run = foveate(*words)
    assert run.out.endswith("written: results/sod.json\n")
    record = json.loads(Path("results/sod.json").read_text())
    assert record["command"] == "foveate " + " ".join(words)
    assert record["rows"][0]["models"]["centre"]["mae"]["mean"] > 0
    again = foveate(*words)
    assert again.code == 1
    assert "exists already" in again.err


@pytest.mark.usefixtures("masked")
def test_people_get_a_table(foveate) -> None:
    run = foveate("evaluate", "sod", "--model", "centre", "--model", "none", *MASKED)
    assert run.code == 0
    assert "weighted f" in run.out
    assert "3 pictures" in run.out


def test_a_table_that_is_too_wide_goes_on_below(capsys) -> None:
    estimate = {"mean": 0.5, "interval_95": [0.4, 0.6]}
    models = {f"model {n}": {"mae": estimate} for n in range(12)}
    row = {"set": "s", "part": "p", "count": 3, "models": models, "differences": []}
    show_scores({"rows": [row]}, {"mae": "mean absolute error"})
    printed = capsys.readouterr().out
    assert printed.count("0.500 (0.400 to 0.600)") == 12
    assert printed.count("metric") == 2
    assert "…" not in printed


@pytest.mark.usefixtures("masked")
def test_maps_made_elsewhere_score_as_the_model_that_made_them(foveate, tmp_path) -> None:
    foveate("map", "images", "-o", "maps/", "--model", "centre")
    run = foveate("evaluate", "sod", "--maps", "maps", "--model", "centre", *MASKED, "--json")
    models = row_of(run)["models"]
    for metric, estimate in models["centre"].items():
        assert models["maps"][metric]["mean"] == pytest.approx(estimate["mean"], abs=0.01)


@pytest.mark.usefixtures("masked")
def test_a_missing_map_is_an_error_that_names_it(foveate, tmp_path) -> None:
    (tmp_path / "maps").mkdir()
    Image.fromarray(np.zeros((4, 4), dtype=np.uint8)).save(tmp_path / "maps" / "p0.png")
    run = foveate("evaluate", "sod", "--maps", "maps", *MASKED)
    assert run.code == 1
    assert run.err.startswith("foveate: maps holds no map for p1")


@pytest.mark.usefixtures("masked")
def test_differences_are_taken_picture_by_picture(foveate) -> None:
    run = foveate(
        *("evaluate", "sod", "--model", "spectral-residual", "--model", "centre"),
        *(*MASKED, "--against", "centre", "--json"),
    )
    row = row_of(run)
    mine, theirs = (np.array(of["mae"]["pictures"]) for of in row["models"].values())
    (found,) = (each for each in row["differences"] if each["metric"] == "mae")
    assert (found["first"], found["second"]) == ("spectral-residual", "centre")
    assert found["mean"] == pytest.approx((mine - theirs).mean(), abs=1e-3)


@pytest.mark.usefixtures("masked")
def test_differences_are_taken_to_several(foveate) -> None:
    models = ("--model", "spectral-residual,centre,none", "--against", "centre,none")
    run = foveate("evaluate", "sod", *models, *MASKED)
    assert run.out.count("Differences to ") == 2


@pytest.mark.usefixtures("masked")
def test_the_first_pictures_only(foveate) -> None:
    run = foveate("evaluate", "sod", "--model", "centre", *MASKED, "--count", 2, "--json")
    assert row_of(run)["count"] == 2


def test_published_sets_and_shards_are_read_too(foveate, tmp_path) -> None:
    mask = np.zeros((48, 64), dtype=np.uint8)
    mask[10:30, 20:40] = 255
    files = {"webp": encoded(photo()), "mask.png": encoded(mask, "PNG")}
    write_shard(tmp_path / "packed" / "test-000000.tar", [("a", files)])
    for folder, pixels in (("images", photo()), ("ground_truth_mask", mask)):
        (tmp_path / "ECSSD" / folder).mkdir(parents=True)
        Image.fromarray(pixels).save(tmp_path / "ECSSD" / folder / "a.png")
    packed = foveate("evaluate", "sod", "--model", "centre", "--shards", "packed", "--json")
    listed = foveate(
        *("evaluate", "sod", "--model", "centre", "--set", "ecssd", "--root", ".", "--json")
    )
    packed, listed = row_of(packed), row_of(listed)
    assert (packed["set"], packed["part"]) == ("packed", "test")
    assert "test-000000.tar" in packed["sha256"]
    assert listed["set"] == "ecssd"
    assert packed["models"] == listed["models"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give one of --images with --masks, --set with --root, or --shards"),
        (("--images", "a", "--shards", "b"), "not --images and --shards"),
        (("--images", "a"), "--images needs --masks"),
        (("--set", "ecssd"), "--set needs --root"),
        (("--set", "nonesuch", "--root", "."), "no layout is called 'nonesuch'"),
        ((*MASKED, "--against", "centre"), "--against centre: measured are none"),
        ((*MASKED, "--model", "nonesuch"), "no model is called 'nonesuch'"),
    ],
)
def test_wrong_usage_says_what_is_wanted(foveate, arguments, said) -> None:
    run = foveate("evaluate", "sod", "--model", "none", *arguments)
    assert run.code == 2
    assert said in " ".join(run.err.replace("│", " ").split())


def test_a_set_that_is_not_there_says_what_was_looked_for(foveate) -> None:
    run = foveate("evaluate", "sod", "--model", "none", "--set", "ecssd", "--root", "nowhere")
    assert run.code == 1
    assert "looked for images with ground_truth_mask" in run.err


# foveate evaluate fixations


@pytest.mark.usefixtures("watched")
def test_viewers_and_the_centre_stand_beside_the_models(foveate) -> None:
    run = foveate("evaluate", "fixations", "--model", "spectral-residual", *WATCHED, "--json")
    assert run.code == 0
    rows = row_of(run)["models"]
    assert list(rows) == [
        "spectral-residual",
        "centre prior",
        "centre prior of other pictures",
        "humans, leave one out",
    ]
    assert {"nss", "auc_judd", "shuffled_auc", "cc", "sim", "kl"} < set(rows["spectral-residual"])
    assert rows["centre prior"]["information_gain"]["mean"] == 0


@pytest.mark.usefixtures("watched")
def test_fitted_rows_come_beside_those_without(foveate) -> None:
    arguments = ("--fit-images", "images", "--fit-fixations", "fixations")
    run = foveate(
        "evaluate", "fixations", "--model", "spectral-residual", *WATCHED, *arguments, "--json"
    )
    row = row_of(run)
    assert list(row["models"])[1] == "spectral-residual, fitted"
    fitted = row["fitted"]["spectral-residual, fitted"]
    assert set(fitted) >= {"blur_of_width", "temperature", "centre_weight"}
    table = foveate(
        "evaluate", "fixations", "--model", "spectral-residual", *WATCHED, *arguments
    ).out
    assert "temperature" in table


# foveate evaluate localisation


@pytest.mark.usefixtures("masked")
def test_recall_counts_the_classes_that_a_map_finds(foveate, tmp_path) -> None:
    indices = np.zeros((48, 64), dtype=np.uint8)
    indices[12:36, 10:30], indices[40:48, 50:64] = 1, 2
    (tmp_path / "classes").mkdir()
    for number in range(3):
        Image.fromarray(indices).save(tmp_path / "classes" / f"p{number}.png")
    run = foveate(
        *("evaluate", "localisation", "--model", "centre", "--images", "images"),
        *("--class-masks", "classes", "--classes", "none,disc,corner", "--json"),
    )
    assert run.code == 0
    centre = row_of(run)["models"]["centre"]
    assert centre["object_recall_0.7"]["mean"] == 0.5
    assert centre["all_found_0.7"]["mean"] == 0


@pytest.mark.usefixtures("masked")
def test_plain_masks_are_pointed_at(foveate) -> None:
    run = foveate("evaluate", "localisation", "--model", "centre", *MASKED, "--json")
    assert set(row_of(run)["models"]["centre"]) == {"pointing_game", "energy_in_mask"}


def test_a_face_and_its_body_are_one_person_in_general_classes(foveate, tmp_path) -> None:
    write_faces_and_bodies(tmp_path / "msrc21")
    words = ("evaluate", "localisation", "--model", "centre", "--shards", "msrc21", "--json")
    own = row_of(foveate(*words))
    general = row_of(foveate(*words, "--general", "--leave-out", "stuff"))
    assert "object_recall_0.7" in own["models"]["centre"]
    assert set(general["models"]["centre"]) == {"pointing_game", "energy_in_mask"}
    assert {"sky", "grass"} <= set(general["left_out"])
    (tmp_path / "msrc21").rename(tmp_path / "other")
    run = foveate("evaluate", "localisation", "--shards", "other", "--general")
    assert run.code == 2
    assert "other: general classes are known of caltech101, msrc21, voc only" in run.err


def test_pictures_whose_labels_are_a_list_are_measured_in_general_classes(
    foveate, tmp_path
) -> None:
    write_people_and_dogs(tmp_path / "voc")
    words = ("evaluate", "localisation", "--model", "centre", "--shards", "voc", "--part", "test")
    centre = row_of(foveate(*words, "--general", "--leave-out", "stuff", "--json"))["models"][
        "centre"
    ]
    assert centre["object_recall_0.7"]["mean"] == 0.5  # the dog, not the person


# foveate evaluate robustness


@pytest.mark.usefixtures("masked")
def test_every_spoiling_has_a_row_for_every_model(foveate) -> None:
    models = ("--model", "centre", "--model", "spectral-residual")
    run = foveate("evaluate", "robustness", *models, *MASKED, "--json")
    assert run.code == 0
    models = row_of(run)["models"]
    centre, residual = models["centre"], models["spectral-residual"]
    assert len(centre) == len(residual) == 14
    assert all(metrics == centre["none"] for metrics in centre.values())  # sees no picture
    assert residual["none"] != residual["noise 0-50"]
    assert "jpeg 5" in residual


@pytest.mark.usefixtures("masked")
def test_fixed_levels_can_be_left_out(foveate) -> None:
    words = ("evaluate", "robustness", "--model", "spectral-residual", *MASKED, "--json")
    told = row_of(foveate(*words))["models"]["spectral-residual"]
    brief = row_of(foveate(*words, "--drawn-only"))["models"]["spectral-residual"]
    assert list(brief) == ["none", "noise 0-50", "jpeg 5-50"]
    assert brief == {way: told[way] for way in brief}


@pytest.mark.usefixtures("masked")
def test_robustness_gives_people_a_table_a_metric(foveate) -> None:
    run = foveate("evaluate", "robustness", "--model", "centre", *MASKED, "--count", 1)
    assert run.code == 0
    assert "mean absolute error" in run.out
    assert "noise 0-50" in run.out


# All


def test_the_measures_are_listed(foveate) -> None:
    run = foveate("evaluate", "--help")
    assert all(measure in run.out for measure in ("sod", "fixations", "localisation", "robustness"))
    assert "Example" in run.out


@pytest.mark.parametrize("measure", ["sod", "fixations", "localisation", "robustness"])
def test_each_measure_explains_itself_with_examples(foveate, measure) -> None:
    run = foveate("evaluate", measure, "--help")
    assert run.code == 0
    assert f"foveate evaluate {measure}" in run.out
