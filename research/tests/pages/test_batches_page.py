"""What docs/batches.md reckons from a record of batches."""

from __future__ import annotations

from typing import Any

import pytest

from foveate_research.pages import batches

RECORD: dict[str, Any] = {
    "data": {"pictures": 100},
    "store": {
        "work_s_a_picture": 0.036,
        "bytes_in": 1_000_000,
        "bytes_out": 250_000,
        "requests_a_picture": {
            "PUT result": 1.0,
            "LIST": 0.5,
            "GET picture": 1.0,
            "HEAD runs": 0.25,
            "DELETE": 9.0,
        },
    },
    "photos": [{"megapixels": 12.0, "work_s": 2.0, "bytes_in": 8 << 20, "bytes_out": 1 << 20}],
}


def test_cores_network_requests_and_prices_follow_from_the_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "result", {"batch": RECORD}.get)
    small, photos = (
        [cell.strip() for cell in line.strip("|").split("|")][1:]
        for line in batches.large_job().splitlines()[2:4]
    )
    # 3.6e6 s of work: 1,000 hours; 150 million dear requests and 125 million cheap ones
    assert small == ["36 ms", "0.7", "178 Mbit/s", "2,667 a second", "$40", "$800"]
    # eight photos to a block of 64 MiB: a claim and a mark to put, a look for the claim to get
    assert photos == ["2,000 ms", "36.2", "2,416 Mbit/s", "40 a second", "$2,222", "$670"]


def test_a_batch_that_much_happens_to_is_told_in_its_own_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = {
        "work_s_a_picture": 0.036,
        "pictures_a_second": 20.5,
        "requests_a_picture": {"PUT result": 1.25, "GET picture": 1.5},
        "bytes_down": 9000,
        "bytes_up": 3000,
        "done": 3,
    }
    disturbed = {
        "requests_a_picture": {"PUT result": 2.25, "GET picture": 3.5},
        "failures": {"503": 40, "cut": 2},
        "delay_ms": 17.2,
        "workers_killed": 5,
        "runs_killed": 6,
    }
    checked = {"results": 7, "lost": 8, "told_as_done_twice": 9, "compared": 10, "other_bytes": 11}
    record = {"data": {"pictures": 12}, "folders": {"work_s_a_picture": 0.021}, "store": store}
    record |= {"disturbed": disturbed, "checked": checked}
    monkeypatch.setattr(batches, "result", {"batch": record}.get)
    figures = [line.strip("| ").split("|")[-1].strip() for line in batches.load().splitlines()[2:]]
    first = ["12", "21 ms", "36 ms", "20.5 a second", "1.25", "1.50", "3,000, 1,000"]
    assert figures == [*first, "42", "17 ms", "5", "6", "2.25", "3.50", "7", "8", "9", "11"]


def test_without_a_record_the_tables_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "result", lambda _: {})
    assert batches.load() == batches.large_job() == "–"
