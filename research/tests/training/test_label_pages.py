"""The label networks' pages and the measured numbers in their records."""

from pathlib import Path

import pytest

from foveate.models.records import read_card
from foveate_research.training.labels.page import FAMILIES, enter_measured, family_page

DOCS = Path(__file__).resolve().parents[3] / "docs" / "models"


def estimate(mean):
    return {"mean": mean, "interval_95": [mean - 0.1, mean + 0.1], "pictures": [mean]}


@pytest.fixture
def cards(monkeypatch, tmp_path):
    """A folder that records are written to in place of the package's; returns what was entered."""
    monkeypatch.setattr("foveate_research.training.card.MODELS", tmp_path)
    metrics = {"object_recall_0.7": estimate(0.5)}
    rows = {
        way: {
            "of_two_or_more": 21,
            "models": dict.fromkeys(("centre", "cam", "msroi", "msroi-top-five"), metrics),
            "differences": {"msroi - cam": {"object_recall_0.7": estimate(0.2)}},
        }
        for way in ("objects", "things", "all classes")
    }
    enter_measured({"command": "python x.py", "rows": rows}, "results/x.json")
    return tmp_path / "cards"


def test_a_record_gets_its_own_rows_the_baselines_and_its_differences(cards, monkeypatch):
    monkeypatch.setenv("FOVEATE_MODELS", str(cards))
    read_card.cache_clear()
    measured = read_card("msroi")["measured"]
    assert list(measured["rows"]["objects"]) == ["centre", "msroi", "msroi-top-five"]
    assert list(read_card("cam")["measured"]["rows"]["objects"]) == ["centre", "cam"]
    found = measured["differences"]["objects"]["msroi - cam"]["object_recall_0.7"]
    assert found["mean"] == 0.2
    assert "pictures" not in measured["rows"]["objects"]["msroi"]["object_recall_0.7"]
    page = family_page("msroi")
    assert "| msroi less cam | +0.200 (+0.100 to +0.300) |" in page
    read_card.cache_clear()


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_page_in_the_docs_is_what_the_records_say(name):
    assert (DOCS / f"{name}.md").read_text() == family_page(name)
