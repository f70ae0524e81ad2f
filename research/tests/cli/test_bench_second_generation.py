"""`foveate bench second-generation`, on two small pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from photos import photo


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two photographs' parts, at one quality and two shares."""
    monkeypatch.setattr("foveate_research.bench.second_generation.QUALITIES", (85,))
    monkeypatch.setattr("foveate_research.bench.second_generation.SHARES", (0.4, 0.9))
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(photo(64, 80)).save(folder / "wide.png")
    Image.fromarray(photo(72, 64)).save(folder / "tall.png")
    return folder


def test_a_row_tells_what_files_gain_at_a_share_of_their_bytes(foveate, pictures) -> None:
    words = ("bench", "second-generation", "--images", str(pictures), "--threads", "1", "--json")
    (record,) = foveate(*words).objects
    assert [(row["tune"], row["share"], row["files"]) for row in record["rows"]] == [
        (tune, share, 2) for tune in ("vision", "fidelity") for share in (0.4, 0.9)
    ]
    assert len(record["pictures"]) == 8
    for row in record["rows"]:
        gains = [
            picture["psnr_s"] - picture["psnr_s_anew"]
            for picture in record["pictures"]
            if (picture["tune"], picture["share"]) == (row["tune"], row["share"])
        ]
        assert row["psnr_s"] == pytest.approx(sum(gains) / 2, abs=0.006)
        assert row["psnr_s_worst"] == pytest.approx(min(gains), abs=0.006)
        assert row["psnr_s_worse"] == sum(gain < 0 for gain in gains)
        # Few bytes leave nothing of the file's own; many keep it where people look.
        assert row["psnr_s"] > 2 if row["share"] == 0.9 else row["psnr_s"] == 0


def test_people_get_a_table_of_the_gains(foveate, pictures, monkeypatch) -> None:
    monkeypatch.setattr("foveate_research.bench.second_generation.TUNES", ("fidelity",))
    monkeypatch.setattr("foveate_research.bench.second_generation.SHARES", (0.9,))
    run = foveate("bench", "second-generation", "--images", str(pictures), "--count", "1")
    assert "psnr s worst" in run.out
    assert "fidelity" in run.out
