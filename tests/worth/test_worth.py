"""The gain where people look is what Foveate is for: no change may lose it unnoticed.

`worth.json` holds what was measured; see `worth.py` for how, and for the photographs.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from worth import PICTURES, RECORD, cases, measure, photograph

MEASURED = json.loads(RECORD.read_text())
LOSS_DB, LOST_SCORE, MORE_BYTES = 0.03, 0.1, 1.003
"""What the same code may differ by between machines: the map's network is not exact to the bit."""

HASHES = {
    "astronaut": "04dfc661f6b4ea61",
    "coffee": "4ab8b8aa43bc6ca8",
    "chelsea": "d35026e03c7ad9c3",
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_photographs_are_those_that_were_measured(name):
    assert hashlib.sha256(photograph(name).tobytes()).hexdigest()[:16] == HASHES[name]


@pytest.mark.parametrize("case", list(cases()), ids=" ".join)
def test_nothing_is_lost_and_no_byte_is_added(case):
    before, now = MEASURED[" ".join(case)], measure(*case)
    assert now["bytes"] <= MORE_BYTES * before["bytes"]
    for name in ("salient", "luma", "psnr_hvs_m", "cb", "cr"):
        assert now[name] >= before[name] - LOSS_DB, name
    assert now["ssimulacra2"] >= before["ssimulacra2"] - LOST_SCORE


@pytest.mark.parametrize(
    ("tune", "number", "least"),
    [
        ("vision", "gain", (0.85, 1.1, 1.6)),
        ("vision", "ssimulacra2_gain", (8.0, 4.7, 3.2)),
        ("fidelity", "gain", (2.5, 3.0, 4.0)),
        ("eyes", "gain", (1.4, 1.9, 3.3)),
    ],
)
def test_the_record_itself_shows_a_gain_over_plain_jpeg(tune, number, least):
    """The mean over photographs and maps; at qualities 30, 50 and 80 of plain JPEG."""
    for quality, wanted in zip((30, 50, 80), least, strict=True):
        rows = [
            MEASURED[f"{picture} match_quality={quality} {tune} {name}"][number]
            for picture in PICTURES
            for name in ("auto", "painted")
        ]
        assert np.mean(rows) > wanted


@pytest.mark.parametrize("quality", [30, 50, 80])
def test_the_record_shows_what_a_map_brings(quality):
    """In the painted box so many dB; the whole loses so many points of SSIMULACRA 2 at most."""
    for tune, more, less in (("vision", 0.8, 2.4), ("fidelity", 1.3, 4.0)):
        rows = [
            [MEASURED[f"{p} match_quality={quality} {tune} {name}"] for name in ("painted", "none")]
            for p in PICTURES
        ]
        assert np.mean([painted["salient"] - none["salient"] for painted, none in rows]) > more
        lost = [none["ssimulacra2"] - painted["ssimulacra2"] for painted, none in rows]
        assert np.mean(lost) < less
