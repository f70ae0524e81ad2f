"""What docs/thesis.md and classification.md tell a reader to type works; their tables are made."""

import re
from pathlib import Path

from foveate_research.pages import classification
from foveate_research.thesis.names import parse_experiments

ROOT = Path(__file__).resolve().parents[3]
PAGES = {name: (ROOT / "docs" / name).read_text() for name in ("thesis.md", "classification.md")}
TEXT = "".join(PAGES.values())


def test_the_python_example_runs():
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL).group(1)
    scope = {}
    exec(code, scope)
    assert scope["logits"].shape == (2, 10)


def test_every_command_that_trains_has_an_output_of_its_own():
    """One OUT takes trainings of the same epochs and batch only."""
    commands = re.findall(r"^\$ foveate reproduce thesis .*$", TEXT, re.MULTILINE)
    outputs = [re.search(r" -o (\S+)", command).group(1) for command in commands]
    assert len(commands) == len(set(outputs)) == 6


def test_every_name_on_the_pages_is_one():
    typed = [names for line in re.findall(r"--only (\S+)", TEXT) for names in line.split(",")]
    listed = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| `.*$", TEXT, re.MULTILINE)))
    named = [name for name in listed if not name.startswith(("+", "-", "no-map"))]
    assert len(parse_experiments(typed)) > 10
    assert parse_experiments(named)


def test_tables_are_made_from_results(monkeypatch):
    record = {
        "pack": {"set": "drawn", "classes": 3, "counts": {"val": 1200}, "side": 128},
        "printed": {"table4.1": {"fan-in1": {"top1": 38.32}}},
        "table4.1": {
            "rgb": {
                "top1": {"mean": 20.04, "deviation": 0.5},
                "seeds": [1, 2],
                "epochs": 9,
                "weights": 25_678_888,
            },
            "fan-in1": {
                "top1": {"mean": 21.0, "deviation": None},
                "seeds": [1],
                "epochs": 9,
                "weights": 26_305_960,
            },
        },
        "differences": [
            {
                "first": "fan-in1",
                "second": "rgb",
                "points": 0.96,
                "pictures": [-0.2, 2.1],
                "seeds": None,
            }
        ],
    }
    monkeypatch.setattr(classification, "found", lambda: {"drawn": record})
    assert "| `fan-in1` − `rgb` | **+1.0**, -0.2 to +2.1 (one seed) |" in classification.decides()
    assert "| `rgb` | – | 20.0 ± 0.5 (2) | 25.7 M |" in classification.rows()
    assert "| `fan-in1` | 38.3 | 21.0 (1) | 26.3 M |" in classification.rows()
    record["pack"]["side"] = 227
    assert "| thesis | drawn at 227 pixels, 3 classes, 1,200 pictures" in classification.rows()
    assert "| `fan-in1` | – | 21.0 (1) | 26.3 M |" in classification.rows()


def test_how_fast_packs_are_read_is_told_from_its_record(monkeypatch):
    record = {"data": {"side": 128}, "images_a_second": {"decoded each time": 1234.5}}
    monkeypatch.setattr(classification, "result", lambda name: record)
    assert classification.reading().endswith("| decoded each time | 1,234 |")
