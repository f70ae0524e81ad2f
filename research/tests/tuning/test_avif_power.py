"""The fit of how far the map moves libaom's steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from foveate_research.tuning.avif import METRICS, avif_fit
from photos import photo


def test_the_record_tells_what_each_power_is_worth(tmp_path: Path) -> None:
    for folder in ("images", "fixations"):
        (tmp_path / "tuning" / folder).mkdir(parents=True)
    Image.fromarray(photo(128, 192)).save(tmp_path / "tuning" / "images" / "a.png")
    looks = np.array([[0, 64, 64], [1, 60, 70]], np.int16)
    np.save(tmp_path / "tuning" / "fixations" / "a.npy", looks)
    record = avif_fit(tmp_path, every=1, levels=(30, 50), powers=(0.0, 1.0))
    assert record["set"]["count"] == 1
    rates = record["bd_rate_per_cent"]
    assert list(rates) == ["0.0", "1.0"]
    assert set(rates["1.0"]) == set(METRICS)
    assert rates["1.0"]["psnr_fix"]["mean"] < -5
    # Without any power there is no map, and so no difference.
    assert rates["0.0"]["psnr_fix"]["mean"] == 0
