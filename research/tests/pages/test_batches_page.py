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


def test_without_a_record_the_tables_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "result", lambda _: {})
    assert batches.load() == batches.large_job() == "–"
