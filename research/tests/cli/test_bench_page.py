"""The page's waiting is measured at a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from foveate_research.bench import page as bench

pytest.importorskip("uvicorn", reason="uvicorn is not installed")


def test_every_kind_of_answer_is_timed(
    foveate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "LARGE", (300, 400))
    done = foveate("bench", "page", "--runs", "1", "--json")
    assert done.code == 0, done.err
    [record] = done.objects
    assert record["size"] == [300, 400]
    for kind, runs in (("heat_map", 1), ("first_preview", 1), ("slider", 6), ("exact_file", 1)):
        assert len(record[kind]["runs_s"]) == runs
        assert record[kind]["median_s"] > 0


def test_a_request_that_the_page_refuses_is_told(
    foveate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SCREEN", "large")
    done = foveate("bench", "page", "--runs", "1")
    assert done.code == 1
    assert "the page answered 422" in done.err
