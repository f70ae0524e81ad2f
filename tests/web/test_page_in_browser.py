"""The page of `foveate serve` in a real Chromium; skipped where none is installed."""

from __future__ import annotations

import base64
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from web_pictures import TOKEN, large_jpeg, png

import foveate

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import expect, sync_playwright

from foveate.web.app import application
from foveate.web.held import HeldPictures, Room
from foveate.web.serving import Serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

PATIENCE = 60_000
EXACT = "This is the exact file."


@pytest.fixture(scope="module")
def pictures() -> HeldPictures:
    return HeldPictures(Room(pictures=6))


@pytest.fixture(scope="module")
def address(pictures: HeldPictures) -> Iterator[str]:
    app = application(pictures, token=TOKEN, suffixes=[".png", ".jpg"])
    serving = Serving(app, host="127.0.0.1", port=0)
    serving.start()
    yield f"http://127.0.0.1:{serving.port}/#{TOKEN}"
    serving.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The page, ready. A test fails for any error of a script, and for any request elsewhere."""
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors: list[str] = []
    home = address.partition("#")[0]
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None if request.url.startswith((home, "blob:")) else errors.append(request.url)
        ),
    )
    opened.goto(address)
    opened.wait_for_selector("body[data-ready]")
    yield opened
    context.close()
    assert errors == []


def choose(page: Any, *files: tuple[str, bytes]) -> None:
    page.set_input_files(
        "#choose-files",
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files],
    )


def send(page: Any, kind: str, *files: tuple[str, bytes]) -> None:
    """Drops or pastes files, as a browser's events bring them."""
    encoded = [[name, base64.b64encode(data).decode()] for name, data in files]
    page.evaluate(
        """([kind, files]) => {
          const carried = new DataTransfer();
          for (const [name, text] of files) {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            carried.items.add(new File([bytes], name, { type: "image/png" }));
          }
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(kind === "drop"
            ? new DragEvent("drop", { ...options, dataTransfer: carried })
            : new ClipboardEvent("paste", { ...options, clipboardData: carried }));
        }""",
        [kind, encoded],
    )


def wait_for(page: Any, element: str, text: str | re.Pattern[str]) -> None:
    expect(page.locator(element)).to_have_text(text, timeout=PATIENCE)


def stroke(page: Any, tool: str, *places: tuple[float, float]) -> None:
    """Draws through places, which are shares of the surface's sides."""
    page.check(f"input[name=tool][value={tool}]", force=True)
    box = page.locator("#surface").bounding_box()
    for n, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
        if n == 0:
            page.mouse.down()
    page.mouse.up()


def downloaded(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.click(button)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_photo_is_dropped_painted_and_downloaded_as_its_command_makes_it(
    page: Any, foveate: Any, tmp_path: Path
) -> None:
    data = png()
    send(page, "drop", ("photo.png", data))
    expect(page.locator("#heat")).to_be_visible(timeout=PATIENCE)
    page.select_option("#tune", "fidelity")
    wait_for(page, "#exactness", EXACT)
    before = page.locator("#bytes").text_content()
    stroke(page, "keep", (0.1, 0.8), (0.4, 0.9))
    stroke(page, "drop", (0.7, 0.1), (0.9, 0.2))
    stroke(page, "box", (0.6, 0.5), (0.8, 0.75))
    wait_for(page, "#marks-told", "2 strokes, 1 box")
    wait_for(page, "#exactness", EXACT)
    assert page.locator("#bytes").text_content() != before
    page.click("#command-details summary")
    wait_for(page, "#command", re.compile("--protect .* --map photo.painted.png"))
    map_name, painted = downloaded(page, "#map-download")
    name, made = downloaded(page, "#download")
    (tmp_path / "photo.png").write_bytes(data)
    (tmp_path / map_name).write_bytes(painted)
    assert foveate(*page.locator("#command").text_content().split()[1:]).code == 0
    assert (tmp_path / name).read_bytes() == made
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(page.locator("#marks")).to_be_hidden()
    page.click("#redo")
    wait_for(page, "#marks-told", "1 stroke, 0 boxes")


def test_the_slider_moves_the_bytes_and_the_exact_file_follows(page: Any) -> None:
    data = png()
    send(page, "paste", ("pasted.png", data))
    wait_for(page, "#exactness", EXACT)
    high = page.locator("#bytes").text_content()
    page.check("input[name=view][value=compare]", force=True)
    expect(page.locator("#lens")).to_be_visible()
    page.locator("#quality").fill("40")
    wait_for(page, "#exactness", EXACT)
    taken = foveate.compress(data, quality=40).report.bytes
    assert page.locator("#bytes").text_content() == f"{taken:,} bytes" != high
    page.locator("#split").focus()
    page.keyboard.press("End")
    expect(page.locator("#split")).to_have_attribute(
        "aria-valuetext", "100 % before, the rest after"
    )
    page.check("input[name=goal][value=size]", force=True)
    page.fill("#size-typed", "2.5")
    page.keyboard.press("Tab")
    page.select_option("#aspect", "1:1")
    wait_for(page, "#exactness", EXACT)
    name, made = downloaded(page, "#download")
    assert name == "pasted.1x1.foveate.jpg"
    assert len(made) <= 2500
    assert Image.open(io.BytesIO(made)).size == (96, 96)


def test_it_is_painted_by_keys(page: Any) -> None:
    choose(page, ("photo.png", png()))
    expect(page.locator("#heat")).to_be_visible(timeout=PATIENCE)
    page.locator("#surface").focus()
    for key in ("ArrowLeft", "Space", "Shift+ArrowDown", "Space"):
        page.keyboard.press(key)
    wait_for(page, "#marks-told", "1 stroke, 0 boxes")
    wait_for(page, "#status", "Keep sharp: done")
    page.click("#marks summary")
    page.click("text=Remove >> nth=0")
    expect(page.locator("#marks")).to_be_hidden()


def test_a_broken_file_has_its_line_and_the_others_go_into_a_zip(page: Any) -> None:
    choose(page, ("one.png", png()), ("bad.png", b"no picture"), ("two.png", png(64, 64)))
    row = page.locator("#list li").nth(1)
    expect(row).to_contain_text("bad.png: is not a picture that can be read", timeout=PATIENCE)
    page.locator("#quality").fill("30")
    name, packed = downloaded(page, "#download-all")
    assert name == "foveate.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["one.foveate.jpg", "two.foveate.jpg"]
        assert archive.read("one.foveate.jpg") == foveate.compress(png(), quality=30).data


def test_a_folder_gives_its_pictures(page: Any, tmp_path: Path) -> None:
    (tmp_path / "holiday" / "day 1").mkdir(parents=True)
    (tmp_path / "holiday" / "day 1" / "one.png").write_bytes(png(48, 64))
    (tmp_path / "holiday" / "notes.txt").write_text("sun")
    page.set_input_files("#choose-folder", tmp_path / "holiday")
    expect(page.locator("#notice")).to_have_text(
        "1 file is no picture and was left out", timeout=PATIENCE
    )
    expect(page.locator("#list li")).to_contain_text("holiday/day 1/one.png")


def test_twelve_megapixels_have_a_heat_map_and_a_preview(page: Any) -> None:
    choose(page, ("large.png", large_jpeg()))
    expect(page.locator("#heat")).to_be_visible(timeout=PATIENCE)
    wait_for(page, "#bytes", re.compile("≈ .* [kM]B"))


def test_a_picture_that_was_let_go_is_read_again(page: Any, pictures: HeldPictures) -> None:
    choose(page, ("photo.png", png(48, 64)))
    wait_for(page, "#exactness", EXACT)
    for n in range(pictures.room.pictures):
        pictures.add(png(24, 24 + n), "of another page")
    page.locator("#quality").fill("35")
    expect(page.locator("#notice")).to_contain_text("photo.png was read again", timeout=PATIENCE)
    wait_for(page, "#exactness", EXACT)


def test_the_page_of_another_run_says_so(browser: Any, address: str) -> None:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(address.partition("#")[0] + "#another")
    expect(opened.locator("#notice")).to_contain_text("open the address", timeout=PATIENCE)
    context.close()
