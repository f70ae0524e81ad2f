"""The size at which a network looks at a picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveate.models.working_size import working_size

SIDES = st.integers(1, 65535)


@given(SIDES, SIDES)
def test_any_picture_gets_a_bounded_size_in_multiples_of_32(height, width):
    rows, columns = working_size(height, width, pixels=320 * 256)
    assert rows % 32 == columns % 32 == 0
    assert 0.5 < rows * columns / (320 * 256) < 1.6


@given(SIDES, SIDES)
def test_turning_the_picture_turns_the_size(height, width):
    rows, columns = working_size(height, width, pixels=320 * 256)
    assert working_size(width, height, pixels=320 * 256) == (columns, rows)


@pytest.mark.parametrize(("height", "width"), [(384, 512), (3000, 4000), (512, 768), (1, 1)])
def test_usual_aspects_are_kept_within_a_seventh(height, width):
    rows, columns = working_size(height, width, pixels=320 * 256)
    assert 1 / 1.15 < columns / rows / (width / height) < 1.15
