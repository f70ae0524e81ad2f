"""`foveate bench formats`: what its tables say of the files of four formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import foveate
from foveate.errors import OptionError
from foveate_research.bench import formats
from photos import photo

Tried = list[dict[str, object]]


def tried(**seen_and_bytes: tuple[float, int]) -> Tried:
    return [
        {"format": name, "seen": seen, "bytes": size}
        for name, (seen, size) in seen_and_bytes.items()
    ]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What compress is asked for; its reports tell numbers that are made up."""
    asked: list[dict[str, object]] = []
    made = {
        ("a.png", "quality"): tried(avif=(0.9, 80), jpeg=(0.8, 100)),
        ("b.png", "quality"): tried(avif=(1.0, 90), jpeg=(0.6, 60)),
        ("a.png", "match_quality"): tried(avif=(0.4, 50), jpeg=(0.5, 50)),
        ("b.png", "match_quality"): tried(avif=(0.6, 50), jpeg=(0.7, 50)),
    }

    class Made:
        def __init__(self, told: Tried) -> None:
            self.report = type("R", (), {"coder": {"tried": told}})

    def compress(file: Path, **choices: object) -> Made:
        asked.append(choices)
        return Made(made[file.name, next(n for n in ("quality", "match_quality") if n in choices)])

    monkeypatch.setattr(foveate, "compress", compress)
    return asked


def test_bytes_are_shares_of_the_jpeg_of_the_same_picture(calls: list[dict[str, object]]) -> None:
    record = formats.formats_record([Path("a.png"), Path("b.png")], quality=70, match_quality=40)
    assert [(call.get("quality"), call.get("match_quality")) for call in calls] == [
        (70, None),
        (None, 40),
    ] * 2
    avif, jpeg = record["at_quality"]
    assert avif["bytes_of_jpeg"]["mean"] == pytest.approx((0.8 + 1.5) / 2)
    assert jpeg["bytes_of_jpeg"] == {"mean": 1.0, "interval_95": [1.0, 1.0]}
    assert (avif["smallest"], jpeg["smallest"]) == (1, 1)
    assert (avif["seen"]["mean"], jpeg["seen"]["mean"]) == (0.95, 0.7)
    avif, jpeg = record["at_bytes"]
    assert (avif["seen"]["mean"], avif["least"], jpeg["least"]) == (0.5, 2, 0)
    assert record["pictures"]["b"]["at_quality"]["jpeg"] == {"bytes": 60, "seen": 0.6}


def test_a_format_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [{"format": "jxl", "left_out": "writing JPEG XL needs more"}]
    made = type("M", (), {"report": type("R", (), {"coder": {"tried": told}})})
    monkeypatch.setattr(foveate, "compress", lambda *_, **__: made)
    with pytest.raises(OptionError, match=r"a\.png: jxl is left out: writing JPEG XL needs more"):
        formats.formats_record([Path("a.png")])


def test_a_small_picture_is_made_in_every_format(foveate, tmp_path: Path) -> None:
    pytest.importorskip("imagecodecs")
    Image.fromarray(photo(48, 64)).save(tmp_path / "a.png")
    run = foveate("bench", "formats", "--images", str(tmp_path), "--threads", "1")
    for word in ("avif", "webp", "jxl", "jpeg", "quality 80", "bytes of plain JPEG 50"):
        assert word in run.out
