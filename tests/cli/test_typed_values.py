"""What people type for options, and what they read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate.cli.option_values import box, size_bytes
from foveate.cli.readable_numbers import readable_bytes, readable_saving
from foveate.errors import OptionError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("150000", 150_000),
        ("200k", 200_000),
        ("200K", 200_000),
        ("200kB", 200_000),
        ("1.5M", 1_500_000),
        (".5m", 500_000),
        ("2.MB", 2_000_000),
        ("1G", 1_000_000_000),
        ("200KiB", 204_800),
        ("1.5Mi", 1_572_864),
        (" 20 k ", 20_000),
        ("12B", 12),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k",
        "-5",
        "0",
        "0.1",
        "1e6",
        "1,5M",
        "200 bytes",
        "200q",
        "5i",
        "1.2.3",
        "nan",
        "²",
        "9" * 400,
    ],
)
def test_what_is_not_a_size_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="200k"):
        size_bytes(text)


@given(st.integers(1, 10**12))
def test_a_number_of_bytes_is_itself(size: int) -> None:
    assert size_bytes(str(size)) == size


@given(st.text(max_size=12))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    with contextlib.suppress(OptionError):
        assert size_bytes(text) >= 1


@given(st.tuples(st.integers(), st.integers(), st.integers(), st.integers()))
def test_boxes_are_four_whole_numbers(numbers: tuple[int, int, int, int]) -> None:
    assert box(",".join(map(str, numbers))) == numbers
    assert box(", ".join(map(str, numbers))) == numbers


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "1;2;3;4", "a,b,c,d", "1.5,2,3,4"])
def test_what_is_not_a_box_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="X,Y,W,H"):
        box(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_940, "99.9 kB"),
        (99_960, "100 kB"),
        (999_400, "999 kB"),
        (999_600, "1.0 MB"),
        (123_456_789, "123 MB"),
        (5_000_000_000, "5.0 GB"),
    ],
)
def test_sizes_are_shown_in_three_figures(size: int, text: str) -> None:
    assert readable_bytes(size) == text


def test_savings_are_shown_in_per_cent() -> None:
    assert readable_saving(1000, 380) == "62 %"
    assert readable_saving(1000, 1080) == "-8 %"
    assert readable_saving(None, 10) == "–"
