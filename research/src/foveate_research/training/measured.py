"""Put measured numbers into the cards of shipped models.

python -m foveate_research.training.measured NAME ... --results results/objects.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from foveate.models.records import read_card
from foveate_research.training.card import write_card


def measured(results: dict[str, Any], *, file: str) -> dict[str, Any]:
    """What a card keeps of a record in results/: the means, and differences between models.

    Numbers per picture and the means' intervals stay in the record, which `file` names.
    """
    rows, differences = {}, []
    for row in results["rows"]:
        rows[f"{row['set']} {row['part']}"] = _means(row["models"])
        differences += row.get("differences", [])
    found = {"command": results["command"], "results": file, "rows": rows}
    return found | ({"differences": differences} if differences else {})


def _means(found: Any) -> Any:
    """Estimates replaced by their means, at any depth."""
    if not isinstance(found, dict):
        return found
    if "mean" in found:
        return found["mean"]
    return {name: _means(value) for name, value in found.items()}


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models whose cards get the numbers")
    parser.add_argument("--results", type=Path, required=True, help="a record in results/")
    options = parser.parse_args()
    results = json.loads(options.results.read_text(encoding="utf-8"))
    found = measured(results, file=f"results/{options.results.name}")
    for name in options.names:
        write_card(read_card(name) | {"measured": found})


if __name__ == "__main__":
    main()
