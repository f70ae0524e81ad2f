"""The papers' printed numbers, against what stands in their texts."""

import pytest

from foveate_research.papers.printed import printed_facts, printed_table


@pytest.mark.parametrize(
    ("table", "method", "where", "metric", "value"),
    [
        ("menet-table1", "MEnet", "DUT-O", "F", 0.732),
        ("menet-table1", "MC", "SOD", "MAE", 0.160),
        ("menet-table2", "SRM", "ECSSD", "noise", 0.215),
        ("menet-table2", "MEnet", "MSRA1K", "jpeg", 0.910),
        ("menet-table3", "CE-plain", "HKU-IS", "F", 0.803),
        ("menet-table3", "CE-only", "SOD", "MAE", 0.159),
        ("menet-table4", "Lu", "ECSSD", "F", 0.715),
    ],
)
def test_numbers_stand_where_the_paper_prints_them(table, method, where, metric, value):
    assert printed_table(table).rows[method][where][metric] == value


def test_menets_own_row_is_the_same_in_every_table_that_repeats_it():
    first = printed_table("menet-table1").rows["MEnet"]
    assert printed_table("menet-table3").rows["MEnet"] == first
    for name, numbers in printed_table("menet-table4").rows["MEnet"].items():
        assert numbers == first[name]


def test_what_was_not_printed_is_absent():
    assert "MSRA1K" not in printed_table("menet-table1").rows["NLDF"]
    assert "DUT-O" not in printed_table("menet-table1").rows["DHSNet"]


def test_a_table_tells_its_sets_and_metrics_in_the_papers_order():
    table = printed_table("menet-table2")
    assert table.sets == ["DUT-O", "HKU-IS", "ECSSD", "MSRA1K", "SOD"]
    assert table.metrics == ["noise", "jpeg"]


@pytest.mark.parametrize(
    ("block", "row", "metric", "value"),
    [
        ("Kodak PhotoCD, 24 images", "Std JPEG", "psnr_hvs_m", 42.19),
        ("Kodak PhotoCD, 24 images", "Our model", "vifp", 0.629),
        ("a very large image, re-sized, 20 images", "Our model", "psnr_y", 28.67),
    ],
)
def test_table_1_of_the_coding_paper_stands_as_printed(block, row, metric, value):
    assert printed_facts("msroi")["table1"][block][row][metric] == value


def test_the_papers_speeds_are_there():
    assert printed_facts("msroi")["speed"]["images_a_second"] == 90
    assert printed_facts("menet")["speed"]["seconds_an_image"] == 0.086
