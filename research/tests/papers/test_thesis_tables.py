"""Tables 4.1 and 4.2 of the thesis beside trainings, and what decides between them."""

import json

import numpy as np
import pytest
from scipy.stats import ttest_ind

from foveate.errors import DatasetError
from foveate_research.papers.printed import printed_facts
from foveate_research.papers.thesis import (
    by_experiment,
    differences,
    seed_interval,
    thesis_record,
    with_earlier,
)
from foveate_research.papers.thesis_figures import learning_curves

CLASSES = ("n1", "n2")
LABELS = [0, 0, 0, 0, 1, 1]


def training(name, seed, hits, *, top5=1.0, pack="abc"):
    right = np.array([int(digit) for digit in hits])
    return {
        "experiment": name,
        "seed": seed,
        "epochs": 2,
        "batch": 6,
        "hidden": 16,
        "weights": 1000,
        "seconds": 1.5,
        "device": "processor",
        "top1": right.mean(),
        "top5": top5,
        "per_class": [right[:4].mean(), right[4:].mean()],
        "val_labels": LABELS,
        "hits": hits,
        "pack": {
            "set": "drawn",
            "counts": {"train": 9, "val": 6},
            "classes": 2,
            "side": 128,
            "model": {"name": "centre", "sha256": None},
            "sha256": pack,
        },
        "history": [{"epoch": e, "train_top1": 0.1 * e, "top1": 0.2, "loss": 1.0} for e in (1, 2)],
    }


TRAININGS = [
    training("rgb", 1, "110000"),
    training("rgb", 2, "100000"),
    training("fan-in1", 1, "111100"),
    training("fan-in1", 2, "111010"),
    training("fan-in1+other", 1, "110000"),
    training("fan-in3", 1, "111111"),
    training("no-conv2", 1, "111110"),
]


def test_the_printed_rows_agree_with_their_own_differences():
    table = printed_facts("thesis")["table4.1"]
    for name, row in table.items():
        reference = table["rgb+mean" if name.endswith("+mean") else "rgb"]
        for metric in ("1", "5"):
            gain = row[f"top{metric}"] - reference[f"top{metric}"]
            assert gain == pytest.approx(row[f"gain{metric}"], abs=0.005), name


def test_rows_come_in_the_tables_order_then_by_name():
    assert list(by_experiment(TRAININGS)) == [
        *("rgb", "fan-in1", "fan-in3", "fan-in1+other", "no-conv2")
    ]


def test_a_row_tells_mean_spread_and_gain():
    found = thesis_record(TRAININGS, CLASSES, {})
    row = found["table4.1"]["fan-in1"]
    assert row["top1"]["seeds"] == [66.667, 66.667]
    assert row["top1"]["gain"] == pytest.approx(66.667 - 25, abs=0.001)
    assert found["table4.1"]["rgb"]["top1"]["deviation"] == pytest.approx(11.785, abs=0.001)
    assert found["table4.1"]["fan-in3"]["top1"]["deviation"] is None
    assert "gain" not in found["table4.1"]["rgb"]["top1"]
    assert found["printed"]["table4.1"]["fan-in3"]["top1"] == 48.99


def test_a_gain_of_what_goes_on_is_over_rgb_that_goes_on_as_long():
    later = [training("fan-in1+zero", 1, "111100"), training("rgbs+tuned", 1, "000000")]
    alone = thesis_record([*TRAININGS, *later], CLASSES, {})["table4.1"]
    assert not {"gain"} & set(alone["fan-in1+zero"]["top1"])
    both = thesis_record([*TRAININGS, *later, training("rgb+tuned", 1, "111000")], CLASSES, {})
    rows = both["table4.1"]
    assert rows["fan-in1+zero"]["gain_over"] == rows["rgbs+tuned"]["gain_over"] == "rgb+tuned"
    assert rows["fan-in1+zero"]["top1"]["gain"] == pytest.approx(16.667, abs=0.001)
    assert "gain" not in rows["rgb+tuned"]["top1"]
    decided = [(each["first"], each["second"]) for each in both["differences"]]
    assert ("fan-in1+zero", "rgb+tuned") in decided


def test_the_most_improved_classes_are_told_by_what_people_call_them():
    found = thesis_record(TRAININGS, CLASSES, {"n2": "crane"})
    first, second = found["table4.2"]["fan-in3"]
    assert first == {"class": "crane", "gain": 100.0, "pictures": 2}
    assert second == {"class": "n1", "gain": 50.0, "pictures": 4}  # over rgb of the same seed
    assert "rgb" not in found["table4.2"]


def test_classes_without_pictures_are_no_most_improved_ones():
    some = [each | {"per_class": [*each["per_class"], None]} for each in TRAININGS]
    found = thesis_record(some, (*CLASSES, "n3"), {})
    assert [each["class"] for each in found["table4.2"]["fan-in3"]] == ["n2", "n1"]
    json.dumps(found, allow_nan=False)


def test_the_differences_are_those_that_decide():
    pairs = [(each.first, each.second) for each in differences(by_experiment(TRAININGS))]
    assert sorted(pairs) == [
        ("fan-in1", "fan-in1+other"),
        ("fan-in1", "rgb"),
        ("fan-in1+other", "rgb"),
        ("fan-in3", "no-conv2"),
        ("fan-in3", "rgb"),
        ("no-conv2", "rgb"),
    ]


def test_a_branch_that_begins_at_one_is_set_against_a_constant_which_does_too():
    names = ("no-conv2", "fan-in3", "fan-in3+ones", "fan-in3+constant", "fan-in3+other+ones")
    trained = by_experiment([training(name, 1, "111000") for name in names])
    pairs = {(each.first, each.second) for each in differences(trained)}
    assert {second for first, second in pairs if first == "fan-in3+ones"} == {
        *("no-conv2", "fan-in3", "fan-in3+constant", "fan-in3+other+ones")
    }
    assert {second for first, second in pairs if first == "fan-in3"} == {
        *("no-conv2", "fan-in3+constant")
    }


def test_a_teacher_is_set_against_the_map_as_teacher_and_a_mean_against_none():
    names = ("rgb", "rgb+mean", "rgb+attention", "rgb+teacher", "rgb+other+teacher")
    trained = by_experiment([training(name, 1, "111000") for name in names])
    pairs = {(each.first, each.second) for each in differences(trained)}
    assert pairs == {
        ("rgb+mean", "rgb"),
        ("rgb+attention", "rgb"),
        ("rgb+teacher", "rgb"),
        ("rgb+teacher", "rgb+attention"),
        ("rgb+teacher", "rgb+other+teacher"),
        ("rgb+other+teacher", "rgb"),
    }


def test_trainings_of_an_earlier_record_stand_beside_as_they_did():
    earlier = thesis_record(TRAININGS, CLASSES, {})
    later = [training("rgb+mean", 1, "111100", pack="def"), training("rgb", 1, "000000")]
    both = thesis_record(with_earlier(later, earlier), CLASSES, {})
    again = thesis_record(TRAININGS, CLASSES, {})
    for key in ("table4.1", "hits"):
        rows = {name: row for name, row in both[key].items() if name != "rgb+mean"}
        assert json.dumps(rows) == json.dumps(again[key])
    assert both["table4.2"]["fan-in3"] == again["table4.2"]["fan-in3"]
    assert both["pack"]["sha256"] == "def"
    told = with_earlier(later, earlier)[0]
    assert told["top1"] == pytest.approx(1 / 3, abs=1e-6)  # the record has 33.333 per cent
    found = {(each["first"], each["second"]): each["points"] for each in both["differences"]}
    assert found["rgb+mean", "rgb"] == pytest.approx(33.333, abs=0.001)


@pytest.mark.parametrize(
    "other",
    [{"val_labels": [0, 0, 0, 1, 1, 1]}, {"pack": {**TRAININGS[0]["pack"], "side": 227}}],
)
def test_an_earlier_record_of_other_pictures_is_refused(other):
    earlier = thesis_record(TRAININGS, CLASSES, {}) | other
    with pytest.raises(DatasetError, match="other pictures or maps"):
        with_earlier(TRAININGS, earlier)


def test_a_difference_has_an_interval_over_pictures_and_one_over_seeds():
    by_pair = {(d.first, d.second): d for d in differences(by_experiment(TRAININGS))}
    found = by_pair["fan-in1", "rgb"]
    assert found.over_pictures.mean == pytest.approx(41.667, abs=0.001)
    assert found.over_pictures.low < 41.667 < found.over_pictures.high
    assert found.over_seeds is not None
    assert by_pair["fan-in3", "rgb"].over_seeds is None


def test_differences_and_gains_are_of_the_seeds_that_both_have():
    found = thesis_record(TRAININGS, CLASSES, {})
    row = found["table4.1"]["fan-in3"]
    assert row["gain_of_seeds"] == [1]
    assert row["top1"]["gain"] == pytest.approx(100 - 33.333, abs=0.001)
    by_pair = {(each["first"], each["second"]): each for each in found["differences"]}
    assert by_pair["fan-in3", "rgb"]["points"] == pytest.approx(66.667, abs=0.001)
    assert by_pair["fan-in3", "rgb"]["of_seeds"] == [1]
    assert by_pair["fan-in1", "rgb"]["of_seeds"] == [1, 2]


def test_what_shares_no_seed_is_not_compared():
    found = thesis_record([*TRAININGS, training("fan-in2", 7, "111111")], CLASSES, {})
    assert "gain" not in found["table4.1"]["fan-in2"]["top1"]
    assert "fan-in2" not in found["table4.2"]
    assert "fan-in2" not in {each["first"] for each in found["differences"]}


def test_the_interval_over_seeds_is_students():
    first, second = [30.1, 31.4, 30.9], [28.0, 29.9]
    found = seed_interval(first, second)
    expected = ttest_ind(first, second).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_trainings_of_several_packs_are_not_mixed():
    with pytest.raises(DatasetError, match="several packs"):
        thesis_record([TRAININGS[0], training("rgb", 3, "000000", pack="xyz")], CLASSES, {})
    with pytest.raises(DatasetError, match="no training is done"):
        thesis_record([], CLASSES, {})


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("fan-in2", {"epochs": 3}, "several epochs"),
        ("fan-in2", {"batch": 8}, "several batch sizes"),
        ("fan-in2", {"hidden": 8}, "several widths"),
        ("rgbs+tuned", {"epochs": 3}, "several further epochs"),
    ],
)
def test_trainings_of_other_settings_are_not_mixed(name, changed, message):
    tuned = training("rgb+tuned", 1, "100000") | {"epochs": 1}
    assert thesis_record([*TRAININGS, tuned], CLASSES, {})
    with pytest.raises(DatasetError, match=message):
        thesis_record([*TRAININGS, tuned, training(name, 1, "110000") | changed], CLASSES, {})


def test_learning_curves_are_drawn_for_every_network():
    figure = learning_curves(TRAININGS)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:2] == ["top-1, training", "top-1, validation"]
    assert len(figure.axes[0].lines) == 5
    assert figure.axes[0].lines[0].get_ydata().tolist() == pytest.approx([10, 20])
