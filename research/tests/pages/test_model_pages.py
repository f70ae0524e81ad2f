"""The models' pages and records quote results/, as `foveate evaluate` writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from foveate.models.records import read_card
from foveate_research.pages import markdown, models, scores
from foveate_research.pages.write import PAGES
from tiny_sets import write_mask_shard

ROOT = Path(__file__).resolve().parents[3]
DRAWN = ("before-after",)
"""Tables that also draw a picture."""


@pytest.fixture
def results(monkeypatch, tmp_path: Path) -> Path:
    """An empty folder in place of results/."""
    monkeypatch.setattr(markdown, "RESULTS", tmp_path / "results")
    (tmp_path / "results").mkdir()
    return tmp_path / "results"


@pytest.mark.parametrize("name", list(PAGES))
def test_a_pages_tables_are_what_records_and_results_say(name: str) -> None:
    tables = {key: made for key, made in PAGES[name].items() if key not in DRAWN}
    text = (ROOT / name).read_text()
    assert markdown.filled(text, tables) == text
    marked = set(re.findall(r"<!-- table (\S+) -->", text))
    assert marked == set(PAGES[name])


@pytest.mark.parametrize("record", list(models.MEASURED))
def test_a_record_tells_what_results_say_and_names_the_file(record: str) -> None:
    told = read_card(record)["measured"]
    assert told == models.measured(record)
    for row in told["rows"].values():
        assert (ROOT / row["results"]).is_file()


def test_a_record_keeps_its_own_maps_the_baselines_and_people() -> None:
    rows = read_card("msroi")["measured"]["rows"]
    shown = list(rows["msrc21 val, objects"]["models"])
    assert shown == ["centre", "spectral-residual", "msroi", "msroi-top-five"]
    assert "humans, leave one out" in read_card("salnet")["measured"]["rows"]["osie val"]["models"]


@pytest.mark.parametrize(
    ("page", "record", "sentence"),
    [
        ("menet", "menet", "{width} of 32 channels at {size} pixels"),
        ("menet", "menet-ce-only", "width {width} at {size} pixels"),
        ("menet", "menet-ce-only", "averaged down to {size} pixels"),
        ("menet", "menet", "AdamW at {rate} falling to zero"),
        ("menet", "menet", "shuffled batches of {masks} for 5"),
        (
            "salnet",
            "salnet",
            "What ships has {width:g} of those channels and sees {longest} pixels",
        ),
        ("salnet", "salnet", "a Gaussian of {blur},"),
        ("salnet", "salnet", "AdamW at {rate} falling to zero"),
    ],
)
def test_the_prose_names_the_numbers_of_the_record(page: str, record: str, sentence: str) -> None:
    card = read_card(record)
    training = card["training"]
    facts = {
        **card["architecture"]["options"],
        **training["batch"],
        "rate": training["rates"]["all"],
        "blur": training.get("blur", "").removeprefix("sigma "),
        "longest": max(map(max, training.get("sizes", {}).get("throughout", [[0]]))),
    }
    text = " ".join((ROOT / "docs" / "models" / f"{page}.md").read_text().split())
    assert sentence.format(**facts) in text


def test_the_commands_on_the_pages_make_what_the_tables_show(foveate, results: Path) -> None:
    write_mask_shard(Path("data/duts"))
    text = (ROOT / "docs" / "models" / "menet.md").read_text()
    robustness, figure8 = (
        re.search(rf"^\$ foveate (.* --save results/{name}.json\b.*)$", text, re.MULTILINE)[1]
        for name in ("objects-duts", "menet-figure8")
    )
    names = re.compile(r"--model \S+ --against \S+")
    words = names.sub("--model centre,spectral-residual --against centre", robustness).split()
    assert foveate(*words).code == 0
    row = json.loads((results / "objects-duts.json").read_text())["rows"][0]
    told = row["models"]["centre"]["noise 0-50"]["mae"]["mean"]
    (line,) = (line for line in scores.objects().splitlines() if line.startswith("| `centre`"))
    assert line.split(" | ")[6] == f"{told:.3f}"
    assert "| `spectral-residual` − `centre` | " in scores.object_differences()
    assert foveate(*re.sub(r"--model \S+", "--model centre", figure8).split()).code == 0
    curve = json.loads((results / "menet-figure8.json").read_text())["lines"]["duts test"]["centre"]
    cells = [f"{f:.3f}" for f in curve["F"]]
    assert models.noise_curve().splitlines()[2] == f"| `centre` | {' | '.join(cells)} |"


def test_the_later_files_row_of_a_set_is_taken(results: Path) -> None:
    for name, value in (("attention", 0.1), ("attention-osie", 0.2)):
        row = {"set": "osie", "part": "val", "models": {"centre": {"nss": {"mean": value}}}}
        record = {"command": f"foveate {name}", "rows": [row]}
        (results / f"{name}.json").write_text(json.dumps(record))
    assert "| `centre` | 0.200 | – |" in scores.attention()
    assert scores.score_rows("attention")["osie val"]["results"] == "results/attention-osie.json"


def test_differences_come_with_their_intervals_and_what_is_not_measured_is_a_dash() -> None:
    told = {"mean": 0.0123, "interval_95": [-0.004, 0.03]}
    assert markdown.with_interval(told) == "+0.012 [-0.004, +0.030]"
    assert markdown.with_interval(None) == "–"
