"""The pages of MEnet and SalNet, from their records."""

import re

from foveate_research.training.measured import measured
from foveate_research.training.menet.page import WAYS, differences_table, page, results_table
from foveate_research.training.menet.recipe import ABOUTS
from foveate_research.training.salnet.page import results_table as salnet_table

FACTS = {"adaptive_f": 0.5, "max_f_of_mean_curve": 0.6123, "mae": 0.1}
MEASURED = {
    "command": "python -m foveate_research.bench.objects",
    "results": "results/objects.json",
    "rows": {"duts test": {"menet": dict.fromkeys(WAYS, FACTS)}},
    "differences": [
        {
            "first": "menet",
            "second": "menet-ce-plain",
            "way": "noise",
            "metric": "adaptive_f",
            "mean": 0.0123,
            "interval_95": [-0.004, 0.03],
        },
        {
            "first": "menet",
            "second": "menet-ce-plain",
            "way": "noise",
            "metric": "max_f_of_mean_curve",
            "mean": -0.02,
            "interval_95": [-0.03, -0.01],
        },
    ],
}
TRAINING = {
    "command": "foveate train menet",
    "steps": 10,
    "hours": 0.2,
    "hardware": "a machine",
    "seed": 1,
    "date": "2026-01-01",
    "weights": 1234567,
    "libraries": {"torch": "2.4"},
    "rates": {"all": 0.003},
    "batch": {"masks": 12},
    "data": [{"set": "duts", "part": "train", "count": 5, "terms": "research"}],
}


def card(name):
    weights = {"file": f"{name}.onnx", "bytes": 5, "licence": "Apache-2.0", "sha256": "ab" * 32}
    return ABOUTS[name] | {"measured": MEASURED, "training": TRAINING, "weights": weights}


def test_numbers_are_quoted_and_missing_models_left_out():
    table = results_table(MEASURED)
    assert "| menet: distance, equation 5 | 0.500 | 0.612 | 0.100 |" in table
    assert "plain" not in table


def test_differences_come_with_their_intervals():
    table = differences_table(MEASURED)
    assert "| menet - menet-ce-plain | noise 0 to 50 | +0.012 [-0.004, +0.030] | -0.020" in table


def test_the_page_tells_of_every_variant():
    text = page([card(name) for name in ("menet", "menet-ce-only", "menet-ce-plain")])
    assert "1,234,567 weights" in text
    for name in ("menet.onnx", "menet-ce-only.onnx", "menet-ce-plain.onnx"):
        assert name in text
    assert not re.search(r"[{}]", text)


def test_what_salnet_was_not_measured_on_is_a_dash():
    table = salnet_table({"rows": {"osie val": {"salnet": {"nss": 1.5}}}})
    assert "| OSIE val, NSS | 1.500 | – | – | – | – |" in table


def test_a_card_keeps_means_and_differences():
    estimate = {"mean": 0.5, "interval_95": [0.4, 0.6]}
    row = {"set": "duts", "part": "test", "differences": [{"first": "a"}]}
    row["models"] = {"menet": {"none": {"mae": estimate}}, "centre": {"nss": estimate}}
    found = measured({"command": "python x", "rows": [row]}, file="results/x.json")
    assert found["rows"]["duts test"] == {"menet": {"none": {"mae": 0.5}}, "centre": {"nss": 0.5}}
    assert found["differences"] == [{"first": "a"}]
    assert found["results"] == "results/x.json"
