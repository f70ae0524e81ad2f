"""What --only takes."""

import pytest

from foveate.errors import OptionError
from foveate_research.thesis.names import (
    DEFAULT,
    GROUPS,
    Experiment,
    parse_experiment,
    parse_experiments,
)


def test_the_thesis_ten_ways_and_the_control_are_the_default():
    assert len(DEFAULT) == 11
    assert {"rgb", "rgbs-1s2s", "rgbxs-1xs2xs", "fan-in3", "no-conv2"} <= set(DEFAULT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fan-in1", Experiment("fan-in1")),
        ("fan-in1+other", Experiment("fan-in1", maps="other")),
        ("rgbs+tuned", Experiment("rgbs", start="tuned")),
        ("fan-in@pool1-conv3+zero", Experiment("fan-in@pool1-conv3", start="zero")),
        ("fan-in1+ones", Experiment("fan-in1", ones=True)),
        ("fan-in1+gaussian+ones", Experiment("fan-in1", maps="gaussian", ones=True)),
        ("rgb+attention", Experiment("rgb", attention=True)),
        ("rgb+other+teacher", Experiment("rgb", maps="other", teacher=True)),
        ("rgb+mean+padded", Experiment("rgb", mean=True, padded=True)),
        ("resnet@stage2+constant", Experiment("resnet@stage2", maps="constant")),
    ],
)
def test_names_are_parsed_and_told_again(text, expected):
    assert parse_experiment(text) == expected
    assert expected.name == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fan-in@pool2-pool1+other", "fan-in@pool1-pool2+other"),
        ("resnet@stage3-stage1", "resnet@stage1-stage3"),
    ],
)
def test_stages_are_told_in_the_networks_order(text, told):
    assert parse_experiment(text).name == told


@pytest.mark.parametrize("group", GROUPS)
def test_every_name_of_a_group_is_one(group):
    found = parse_experiments([group])
    assert [each.name for each in found] == list(GROUPS[group])


def test_controls_that_go_on_come_with_what_they_are_compared_with():
    controls = parse_experiments(["controls"])
    later = [each for each in controls if each.start != "scratch"]
    assert {each.without_map for each in later} <= set(controls)
    assert len(later) == 4


def test_names_and_groups_are_each_taken_once():
    names = [each.name for each in parse_experiments(["rgb", "sweep", "rgb", "fan-in@conv3"])]
    assert names == ["rgb", *GROUPS["sweep"]]


@pytest.mark.parametrize(
    ("text", "without", "begins"),
    [
        ("fan-in1", "rgb", None),
        ("fan-in3+other", "no-conv2", None),
        ("fan-in3+ones", "no-conv2", None),
        ("fan-in3+zero", "no-conv2+tuned", "no-conv2"),
        ("rgbs+tuned+mean", "rgb+tuned+mean", "rgb+mean"),
        ("rgb+attention", "rgb", None),
        ("no-conv2+other+teacher", "no-conv2", None),
        ("resnet@stage3+zero", "resnet+tuned", "resnet"),
    ],
)
def test_an_experiment_knows_what_it_is_compared_with_and_begins_as(text, without, begins):
    found = parse_experiment(text)
    assert found.without_map.name == without
    assert (found.begins_as.name if found.begins_as else None) == begins


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rbg", "no network is called 'rbg'"),
        ("fan-in1+gauss", "'\\+gauss' is none of"),
        ("rgb+other", "rgb sees no map"),
        ("fan-in1+other+gaussian", "cannot be had at once"),
        ("rgb+zero", "rgb has no"),
        ("rgbxs+zero", "rgbxs has no branch"),
        ("rgbs+ones", "rgbs has no branch to begin at one"),
        ("resnet+ones", "resnet has no branch to begin at one"),
        ("fan-in1+constant+ones", "begins at 1 anyway"),
        ("fan-in1+zero+ones", "begins at 1 anyway"),
        ("resnet@stage1+ones", "begins at 1 anyway"),
        ("resnet@stage9", "'stage9' is none of stage1"),
        ("resnet@", "'' is none of stage1"),
        ("resnet@stage2-stage2", "a stage is named twice"),
        ("resnet+padded", "only AlexNet has a conv2"),
        ("resnet@stage1+tuned", "say \\+zero"),
        ("rgb+attention+teacher", "not both"),
        ("rgb+gaussian+teacher", "say \\+attention"),
        ("fan-in1+tuned", "say \\+zero"),
    ],
)
def test_what_makes_no_sense_is_told(text, message):
    with pytest.raises(OptionError, match=message):
        parse_experiment(text)
