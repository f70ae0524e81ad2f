"""The page of a model, from its record."""

from foveate.models.records import read_card
from foveate_research.training.page import model_page, results_table


def test_the_table_quotes_the_record_and_marks_what_was_not_measured():
    rows = {"osie val": {"centre": {"nss": 0.8621}, "foveate-s": {"nss": 2.5}}}
    table = results_table({"measured": {"rows": rows}})
    assert "| OSIE val, NSS | 0.862 | – | – | 2.500 | – | – |" in table


def test_the_page_names_weights_data_and_limits():
    card = read_card("foveate-s")
    page = model_page(card)
    assert card["weights"]["sha256"] in page
    for facts in card["training"]["data"]:
        assert facts["terms"] in page
    assert card["use_and_limits"][0] in page
