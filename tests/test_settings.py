"""Settings: one value that says all that is asked, checked once, to JSON and back."""

import dataclasses
import inspect
import json
import pickle
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

import foveate
from foveate.coders.jpeg.coder import ROUNDS
from foveate.coders.jpeg.tuning import TUNINGS
from foveate.coders.registry import HOMES, get_coder
from foveate.errors import OptionError
from foveate.settings import CHOICES, Choices, Format, Method, Settings

PHOTO = Path(__file__).resolve().parent.parent / "examples" / "astronaut.png"
BOXES = st.tuples(*[st.integers(0, 99)] * 2, *[st.integers(1, 99)] * 2)
SETTINGS = st.builds(
    Settings,
    quality=st.none() | st.integers(1, 100),
    map=st.sampled_from(["auto", "none", "painted.png"]),
    protect=st.lists(BOXES, max_size=3).map(tuple),
    subsampling=st.sampled_from(CHOICES["subsampling"]),
    progressive=st.booleans(),
    metadata=st.sampled_from(CHOICES["metadata"]),
    threads=st.none() | st.integers(1, 64),
)


@given(SETTINGS)
def test_json_brings_back_the_checked_settings(settings):
    stored = json.loads(json.dumps(settings.to_dict()))
    assert Settings.from_dict(stored) == settings.checked()


@given(SETTINGS)
def test_checking_again_changes_nothing(settings):
    assert settings.checked().checked() == settings.checked()


@given(SETTINGS)
def test_settings_travel_to_another_process(settings):
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_defaults_are_filled_in():
    checked = Settings().checked()
    assert (checked.quality, checked.floor) == (80, 60)
    assert Settings(quality=7).checked().floor == 1
    assert Settings(match_quality=50).checked().floor is None


def test_a_field_that_there_is_not_is_named():
    with pytest.raises(OptionError, match="no 'qualty'; there are quality, "):
        Settings.from_dict({"qualty": 80})


@pytest.mark.parametrize("name", list(CHOICES))
def test_a_choice_that_there_is_not_names_those_that_there_are(name):
    with pytest.raises(OptionError, match=f"`{name}` is 'odd'; give one of {CHOICES[name][0]}"):
        dataclasses.replace(Settings(), **{name: "odd"}).checked()


def test_keyword_arguments_of_compress_are_the_fields():
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert set(get_type_hints(Choices)) == fields - {"map"}
    shown = inspect.signature(foveate.compress).parameters
    assert fields <= set(shown)
    assert shown["tune"].default == Settings().tune


def test_settings_and_keyword_arguments_ask_alike():
    picture = foveate.read_picture(PHOTO)
    asked = Settings(match_quality=30, map="centre", subsampling="444")
    by_settings = foveate.compress(picture, settings=asked)
    by_names = foveate.compress(picture, match_quality=30, map="centre", subsampling="444")
    assert by_settings.data == by_names.data
    both = foveate.compress(picture, settings=asked, subsampling="420")
    assert both.report.coder["subsampling"] == "420"


def test_every_choice_of_a_coder_has_one():
    formats = [name for name in get_args(Format) if name != "jpeg"]
    assert set(HOMES) == {*get_args(Method), *formats}
    for name in HOMES:
        assert get_coder(name).suffix.startswith(".")
    assert set(CHOICES["tune"]) == {*TUNINGS, "vision"}
    assert set(CHOICES["effort"]) == set(ROUNDS)


@pytest.mark.parametrize("background", ["nonesuch", "#12", "", 7])
def test_a_background_that_is_no_colour_is_refused(background: object) -> None:
    with pytest.raises(OptionError, match=r"`background` is .*; give a colour's name"):
        Settings(background=background).checked()  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", ["#11223380", "#123f", "rgba(1, 2, 3, 4)", "#112233FF"])
def test_a_background_with_alpha_is_refused_and_not_cut_down(colour: str) -> None:
    with pytest.raises(OptionError, match=r"cannot be transparent itself; leave its alpha out: #"):
        Settings(background=colour).checked()


def test_what_has_no_effect_on_a_lossless_file_or_a_mosaic_is_refused() -> None:
    with pytest.raises(OptionError, match="`lossless` and `map` contradict each other"):
        Settings(lossless=True, map="centre").checked()
    assert Settings(lossless=True, map="none").checked().lossless
    with pytest.raises(OptionError, match="`effort` goes with `method='rdo'`"):
        Settings(method="mosaic", effort="best").checked()
