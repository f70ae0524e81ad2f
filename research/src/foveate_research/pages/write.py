"""`foveate reproduce pages`: what pages and models' records quote of results/, written anew."""

from __future__ import annotations

import json
from pathlib import Path

from foveate.errors import OutputError, printable
from foveate.models.records import read_card
from foveate_research.pages import (
    batches,
    classification,
    crops,
    evidence,
    formats,
    models,
    page,
    readme,
    service,
    systems,
    video,
)
from foveate_research.pages.markdown import ROOT, Tables, filled
from foveate_research.training.card import card_path, write_card

PAGES: dict[str, Tables] = {
    "README.md": readme.TABLES,
    "docs/evidence.md": evidence.TABLES,
    "docs/batches.md": batches.TABLES,
    "docs/crops.md": crops.TABLES,
    "docs/formats.md": formats.TABLES,
    "docs/page.md": page.TABLES,
    "docs/service.md": service.TABLES,
    "docs/video.md": video.TABLES,
    "docs/saliency-systems.md": systems.TABLES,
    "docs/thesis.md": classification.THESIS,
    "docs/classification.md": classification.CLASSIFICATION,
    **models.model_pages(),
}
"""The tables by the page that shows them, from the repository's root."""


def write_pages() -> list[Path]:
    """Write the records' measured numbers, the pages' tables and pictures; returns the pages.

    Raises OutputError outside a checkout of the repository.
    """
    if not (ROOT / "docs").is_dir() or not (ROOT / "results").is_dir():
        raise OutputError(f"{printable(ROOT)}: is no checkout of Foveate with docs and results")
    for record in models.MEASURED:
        card = json.loads(card_path(record).read_text(encoding="utf-8"))
        write_card(card | {"measured": models.measured(record)})
    read_card.cache_clear()
    systems.draw()
    pages = []
    for name, tables in PAGES.items():
        page = ROOT / name
        page.write_text(filled(page.read_text(), tables))
        pages.append(page)
    return pages
