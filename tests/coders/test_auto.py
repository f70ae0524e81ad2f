"""The format auto: the smallest at a quality, the best at a size, and what is told of others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.errors import OptionError
from photos import photo, write_photo

PICTURE = photo(64, 96)
ALL = "image/avif,image/webp,image/jpeg"


def made(picture: Any = PICTURE, **options: Any) -> foveate.Compressed:
    chosen = {"format": "auto", "effort": "fast", "map": "centre", **options}
    return foveate.compress(picture, **chosen)


def kind(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return str(image.format)


def test_at_a_quality_the_smallest_that_is_as_good_is_chosen() -> None:
    result = made(quality=60, accept=ALL)
    tried = result.report.coder["tried"]
    assert [each["format"] for each in tried] == ["avif", "webp", "jpeg"]
    assert all(each["seen"] <= 1.02 for each in tried)
    assert len(result.data) == min(each["bytes"] for each in tried)
    assert kind(result.data).lower() == result.report.format
    assert "was chosen" in result.report.notes[-1]


def test_at_a_size_the_one_with_the_least_visible_error_is_chosen() -> None:
    result = made(size_bytes=1500, accept=ALL)
    tried = {each["format"]: each for each in result.report.coder["tried"]}
    assert all(each["bytes"] <= 1500 for each in tried.values())
    assert min(tried, key=lambda name: tried[name]["seen"]) == result.report.format
    assert "plain JPEG of as many bytes" in result.report.notes[-1]


def test_what_came_in_is_never_made_larger_where_the_client_takes_it() -> None:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)
    Image.fromarray(noise).save(file, "JPEG", quality=30)
    result = made(file.getvalue(), quality=95, map="none", accept="image/webp,image/jpeg")
    assert len(result.data) <= len(file.getvalue())


def test_only_what_the_client_takes_is_tried() -> None:
    result = made(quality=60, accept="image/webp,*/*;q=0")
    assert kind(result.data) == "WEBP"
    assert len(result.report.coder["tried"]) == 1
    assert result.report.notes == ()


def test_transparency_rules_jpeg_out_unless_nothing_else_is_taken() -> None:
    alpha = np.tile(np.linspace(0, 255, 96, dtype=np.uint8), (64, 1))
    picture = np.dstack([PICTURE, alpha])
    both = made(picture, quality=60, accept="image/webp,image/jpeg")
    assert both.report.format == "webp"
    assert both.report.coder["tried"][1]["left_out"] == "its transparency would be lost"
    assert made(picture, quality=60, accept="image/jpeg").report.format == "jpeg"


def test_a_side_that_a_format_does_not_hold_leaves_it_out() -> None:
    line = np.full((1, 16_400), 90, np.uint8)
    tried = made(line, size_bytes=4000, accept="image/webp,image/jpeg", map="none").report.coder
    assert tried["tried"][0] == {"format": "webp", "left_out": "it holds 16383 pixels a side"}


def test_a_format_whose_extra_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    report = made(quality=60, accept="image/jxl,image/jpeg").report
    assert report.format == "jpeg"
    assert "foveate[jxl]" in report.coder["tried"][0]["left_out"]


def test_a_size_that_no_format_meets_is_refused_in_one_line() -> None:
    with pytest.raises(OptionError, match="no format can be written as asked: WebP: ") as refusal:
        made(size_bytes=40, accept="image/webp,image/jpeg")
    assert "\n" not in str(refusal.value)


def test_accept_goes_with_auto_alone() -> None:
    with pytest.raises(OptionError, match="`accept` goes with `format='auto'`"):
        foveate.compress(PICTURE, accept=ALL)


def test_batches_name_each_result_by_its_format(tmp_path: Path, monkeypatch: Any) -> None:
    from foveate.cli.batch.plan import Places, planned
    from foveate.cli.batch.task import Asked, do
    from foveate.settings import Settings

    monkeypatch.chdir(tmp_path)
    write_photo("photo.png")
    settings = Settings(format="auto", accept="image/webp", quality=60, map="centre").checked()
    asked = Asked(settings)
    _, (task,) = planned(Places(["photo.png"], "out/", format="auto"))
    done = do(task, asked, asked.key)
    assert done.output == Path("out/photo.webp")
    assert kind(done.output.read_bytes()) == "WEBP"
    again = task.done_before(asked, asked.key, {})
    assert again is not None
    assert again.output == done.output
    with pytest.raises(OptionError, match="chooses the ending"):
        planned(Places(["photo.png"], "out.webp", format="auto"))
