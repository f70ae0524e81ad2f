"""The drawn pictures of text, screens and line art."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from foveate.errors import OutputError
from foveate_research.coders.drawings import KINDS, OF_EACH_KIND, draw_all


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw_all(tmp_path_factory.mktemp("drawings") / "new")


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_there_are_as_many_of_each_kind_and_no_two_alike(drawn):
    assert len(drawn) == len(KINDS) * OF_EACH_KIND
    assert len({pixels_of(path).tobytes() for path in drawn}) == len(drawn)


def test_each_is_mostly_flat_and_holds_some_ink(drawn):
    for path in drawn:
        pixels = pixels_of(path).astype(int)
        still = (np.abs(np.diff(pixels, axis=1)).max(axis=2) == 0).mean()
        assert 0.6 < still < 0.99, path.name
        assert len(np.unique(pixels @ (1 << 16, 1 << 8, 1))) > 20, path.name


def test_they_are_the_same_each_time(drawn, tmp_path):
    again = draw_all(tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in drawn]


def test_what_is_there_is_not_overwritten(drawn, tmp_path):
    with pytest.raises(OutputError, match=r"text-1\.png: exists already; name a new folder"):
        draw_all(drawn[0].parent)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: exists already; name a new folder"):
        draw_all(tmp_path / "file")
