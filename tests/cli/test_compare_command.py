"""`foveate compare`: the table, JSON and the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

import foveate as package
from foveate.metrics.quality import METRICS
from photos import photo, write_photo


@pytest.fixture
def copies() -> list[str]:
    """A photo's copies, in the folder where the command runs."""
    write_photo("photo.png")
    names = [f"copy-{quality}.jpg" for quality in (90, 70, 50, 40, 30, 20)]
    for name in names:
        write_photo(name, quality=int(name[5:7]))
    return names


def rows(table: str) -> dict[str, list[str]]:
    """The first row that starts so -> its cells."""
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        label, *cells = [cell for cell in line.split("  ") if cell.strip()] or [""]
        found.setdefault(label.strip(), [cell.strip() for cell in cells])
    return found


def test_one_copy_has_each_metric_beside_its_value_by_the_map(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg")
    assert run.code == 0
    table = rows(run.out)
    assert table["copy-50.jpg"] == ["whole picture", "by the map"]
    for metric in METRICS:
        told = f"{metric.label} ↓" if metric.lower_is_better else metric.label
        (cells,) = [cells for label, cells in table.items() if label.split(",")[0] == told]
        assert [cell != "–" for cell in cells] == [
            not metric.needs_map,
            metric.pools or metric.needs_map,
        ]
    assert "against photo.png, 64 x 48" in run.out


def test_several_copies_stand_side_by_side_and_the_best_is_marked(foveate, copies) -> None:
    run = foveate("compare", "photo.png", *copies, "photo.png")
    assert run.code == 0
    table = rows(run.out)
    assert table["copy-90.jpg"] == [*copies[1:], "photo.png"]
    assert table["PSNR, dB"][-1] == "*same"
    assert table["SSIM"][-1] == "*1.0000"
    assert [cell for cell in table["bytes"] if cell.startswith("*")] == [table["bytes"][5]]
    assert "by the map" in table


@pytest.fixture
def on_terminal(foveate, monkeypatch: pytest.MonkeyPatch):
    """Runs the command as on a terminal of so many columns; gives the text without its styles."""

    def run(columns: int, *arguments: str) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes a pipe for a terminal
        return re.sub(r"\x1b\[[\d;]*m", "", foveate(*arguments).out)

    return run


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_table_is_no_wider_than_the_terminal(
    on_terminal, copies, columns: int, count: int
) -> None:
    text = on_terminal(columns, "compare", "photo.png", *copies[:count])
    assert max(map(len, text.splitlines())) <= columns
    assert all(name in text for name in copies[:count])
    assert text.count("PSNR-S, dB") == 1
    assert "…" not in text


def test_more_copies_than_fit_side_by_side_take_several_tables(on_terminal, copies) -> None:
    text = on_terminal(60, "compare", "photo.png", *copies)
    assert text.count("PSNR-S, dB") == 2
    assert max(map(len, text.splitlines())) <= 60


def test_a_comparison_in_json_is_that_of_the_library(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--map", "centre", "--json")
    assert run.objects == [package.compare("photo.png", "copy-50.jpg", map="centre").to_dict()]


def test_metrics_can_be_chosen(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--metrics", "ssim, psnr_s", "--json")
    names = {metric.name for metric in METRICS} & run.objects[0].keys()
    assert names == {"ssim", "psnr_s"}
    table = foveate("compare", "photo.png", *copies, "--metrics", "ssim").out
    assert "SSIM" in table
    assert "PSNR" not in table


@pytest.mark.parametrize("names", ["nonesuch", "ssim,psnr", ","])
def test_an_unknown_metric_is_wrong_usage(foveate, copies, names: str) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--metrics", names)
    assert run.code == 2
    assert "--metrics" in run.err


def test_a_copy_of_another_size_fails_and_the_others_go_on(foveate) -> None:
    write_photo("photo.png")
    Image.fromarray(photo(20, 20)).save("small.png")
    run = foveate("compare", "photo.png", "small.png", "photo.png", "--json")
    assert run.code == 1
    assert "compare pictures of one size" in run.objects[0]["error"]
    assert run.objects[1]["psnr_y"] is None


def test_a_missing_original_is_one_line(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compare", "missing.png", "photo.png")
    assert (run.code, run.err) == (1, "foveate: missing.png: no such file; check the name\n")


# --html


def test_a_page_is_written_beside_the_table(foveate, copies) -> None:
    run = foveate("compare", "photo.png", *copies[:2], "--html", "page.html")
    assert run.code == 0
    assert "Written: page.html" in run.out
    assert "SSIM" in run.out
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert all(name in page for name in ("photo.png", *copies[:2]))


def test_a_page_and_json_go_together(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--html", "page.html", "--json")
    assert [values["copy"] for values in run.objects] == ["copy-50.jpg"]
    assert Path("page.html").exists()


def test_a_page_replaces_nothing_unless_asked(foveate, copies) -> None:
    Path("page.html").write_text("precious")
    run = foveate("compare", "photo.png", "copy-50.jpg", "--html", "page.html")
    assert (run.code, run.out) == (1, "")
    assert "page.html: exists already; use --overwrite" in run.err
    assert Path("page.html").read_text() == "precious"
    run = foveate("compare", "photo.png", "copy-50.jpg", "--html", "page.html", "--overwrite")
    assert run.code == 0
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_shows_the_copies_that_could_be_read(foveate, copies) -> None:
    Path("broken.jpg").write_bytes(Path("copy-90.jpg").read_bytes()[:700])
    run = foveate("compare", "photo.png", "broken.jpg", "copy-50.jpg", "--html", "page.html")
    assert run.code == 1
    assert "broken.jpg" in run.err
    assert "broken.jpg" not in Path("page.html").read_text(encoding="utf-8")


def test_without_a_copy_there_is_no_page(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "missing.jpg", "--html", "page.html")
    assert run.code == 1
    assert not Path("page.html").exists()


@pytest.mark.parametrize("page", ["copy-50.jpg", "page", "page.png"])
def test_a_page_must_be_named_as_one(foveate, copies, page: str) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--html", page, "--overwrite")
    assert run.code == 2
    assert "end the page's name in .html" in run.err


def test_a_page_never_replaces_a_picture_it_shows(foveate, copies) -> None:
    Path("copy.html").write_bytes(Path("copy-50.jpg").read_bytes())
    run = foveate("compare", "photo.png", "copy.html", "--html", "./copy.html", "--overwrite")
    assert run.code == 2
    assert Path("copy.html").read_bytes() == Path("copy-50.jpg").read_bytes()


def test_a_page_in_a_folder_that_is_not_there_stops_before_any_work(foveate, copies) -> None:
    run = foveate("compare", "photo.png", "copy-50.jpg", "--html", "nowhere/page.html")
    assert (run.code, run.out) == (1, "")
    assert "nowhere" in run.err
