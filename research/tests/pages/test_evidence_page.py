"""The evidence page's tables are made from records as the commands write them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate_research.coders.other_viewers import other_viewers
from foveate_research.coders.rate_distortion import bench_codecs
from foveate_research.coders.same_place import reproduce_same_place
from foveate_research.coders.scenes import scene_files, size_ladder
from foveate_research.coders.size_ladder import figure4
from foveate_research.coders.study import Study
from foveate_research.coders.table1 import reproduce_table1
from foveate_research.coders.vector_quantiser.study import vector_quantiser_record
from foveate_research.pages import coder_tables, evidence, markdown
from foveate_research.records import save_record
from tiny_sets import a_scene

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "evidence.md").read_text()


@pytest.fixture
def modules(monkeypatch, tmp_path):
    """The page's module, its results in an empty folder."""
    monkeypatch.setattr(markdown, "RESULTS", tmp_path / "results")
    return markdown, evidence


def save(record, folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    save_record(record, folder / f"{name}.json", overwrite=False)


def test_every_table_of_the_page_is_made_from_the_commands_records(modules, tmp_path):
    pages, evidence = modules
    images, fixations = tmp_path / "images", tmp_path / "fixations"
    images.mkdir()
    fixations.mkdir()
    for seed, key in enumerate(("osie-1", "crowd-2")):
        Image.fromarray(a_scene(seed)[0]).save(images / f"{key}.png")
        np.save(fixations / f"{key}.npy", np.array([[0, 20, 20], [1, 30, 25]]))
    plain = Study(images, scene_files(images), model="centre", codecs=["foveate", "mozjpeg"])
    seen = Study(
        images,
        scene_files(images, fixations=[fixations]),
        model="centre",
        codecs=["foveate", "foveate-none", "mozjpeg"],
    )
    results = pages.RESULTS
    save(reproduce_table1(plain), results, "table1-kodak")
    save(reproduce_table1(plain, protocol="printed"), results, "table1-kodak-printed")
    save(reproduce_table1(seen), results, "table1-coding")
    by_maps = replace(seen, codecs=["foveate", "mosaic@spectral-residual"])
    save(reproduce_table1(by_maps), results, "table1-maps-coding")
    save(reproduce_table1(by_maps), results, "table1-maps-kodak")
    save(reproduce_same_place(seen, models=["spectral-residual"]), results, "same-place-coding")
    ladder = Study(
        images, size_ladder(images / "osie-1.png", 2), model="centre", codecs=["foveate"]
    )
    save(figure4(ladder)[0], results, "figure4")
    save(reproduce_table1(ladder), results, "table1-large")
    by_default = replace(seen, codecs=["foveate-vision", "foveate-vision-none", "mozjpeg"])
    curves, _ = bench_codecs(by_default, qualities=(30, 50, 80))
    records = ("kodak", "coding", "gaze-test", "drawings", "avif")
    for name in (*records, "jpeg2000-kodak", "jpeg2000-coding"):
        save(curves, results, f"codecs-{name}")
    save(vector_quantiser_record(seen, seen.files, words=2), results, "vector-quantiser")
    save(other_viewers(seen, quality=50), results, "other-viewers")
    shutil.copy(ROOT / "results" / "speed.json", results)  # it takes minutes to make
    text = pages.filled(PAGE, evidence.TABLES)
    assert pages.filled(text, evidence.TABLES) == text
    for name in evidence.TABLES:
        body = text.split(f"<!-- table {name} -->")[1].split("<!-- end table")[0]
        assert "|---|" in body or name == "curves", name
    assert "**Foveate**" in text
    assert "| the paper's mosaic, map spectral-residual |" in text
    for kind in ("`coding`, OSIE, 1", "`coding`, crowds, 1", "`gaze-test`, crowds, 1"):
        assert f"| {kind} | **Foveate** | " in text
    assert "| printed: Std JPEG | 33.91 |" in text


def test_what_was_not_measured_yet_stays_empty(modules):
    pages, evidence = modules
    text = pages.filled(PAGE, evidence.TABLES)
    assert text.count("<!-- table ") == len(evidence.TABLES)


def test_a_difference_that_may_be_none_stands_in_brackets(modules):
    unsure = {"mean": 0.02, "interval_95": [-0.01, 0.05]}
    assert coder_tables.signed("psnr_y", unsure) == "(+0.02)"
    assert coder_tables.signed("ssim", {"mean": 0.02, "interval_95": [0.01, 0.05]}) == "+0.020"
    assert coder_tables.signed("psnr_y", None) == "–"
