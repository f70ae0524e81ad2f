"""The page: one file that any browser opens, that loads nothing, and shows what was measured."""

from __future__ import annotations

import base64
import hashlib
import io
import re

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.comparison.page import ComparisonPage
from foveate.comparison.page import shown_pictures as showing
from foveate.errors import PictureError
from foveate.metrics.quality import METRICS
from foveate.pictures import read_picture
from page_reader import Reader


def photo(height: int = 200, width: int = 280, seed: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    ground = np.stack([90 + x / 4, 100 + y / 3, 140 - x / 4], axis=2)
    disc = (y - height / 2) ** 2 + (x - width / 3) ** 2 < (height / 5) ** 2
    ground[disc] = (230, 170, 40)
    noise = np.random.default_rng(seed).normal(0, 6, ground.shape)
    return np.clip(ground + noise, 0, 255).astype(np.uint8)


def encoded(pixels: np.ndarray, file_format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def page_of(original: object, *copies: object, map: object = "auto") -> str:
    first = read_picture(original)
    saliency = foveate.saliency_map(first) if map == "auto" else map
    page = ComparisonPage(first, saliency)
    for copy in copies:
        picture = read_picture(copy)
        page.add(picture, foveate.compare(first, picture, map=saliency))
    return page.html()


def image_of(source: str) -> Image.Image:
    media, data = re.fullmatch(r"data:image/(\w+);base64,(.*)", source).groups()
    image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    assert image.format == media.upper()
    image.load()
    return image


def layers(page: str) -> list[bytes]:
    sources = [each["src"] for each in Reader(page).all("img") if "data-key" in each]
    return [base64.b64decode(source.split(",")[1]) for source in sources]


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(photo(), encoded(photo(), quality=60), encoded(photo(), quality=15))


def test_the_page_is_well_formed_and_names_no_id_twice(page: str) -> None:
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"html", "head", "title", "body", "main", "table"} <= {tag for tag, _ in reader.elements}


def test_the_page_refers_to_nothing_outside_it(page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|url\(|@import", page.split("</head>")[0])
    reader = Reader(page)
    assert not re.search(r"https?:", page)
    for tag, attributes in reader.elements:
        assert tag not in ("link", "iframe", "object", "base")
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", "#").startswith("#")
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_the_policy_allows_just_this_style_and_script(page: str) -> None:
    reader = Reader(page)
    (policy,) = [m["content"] for m in reader.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("style", "script"):
        (text,) = reader.texts[tag]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_image_decodes_and_has_its_alternative_text(page: str) -> None:
    images = Reader(page).all("img")
    sizes = [image_of(attributes["src"]).size for attributes in images]
    assert all("alt" in attributes for attributes in images)
    # three pictures and the map at full size; at least a spot each; two kinds of errors a copy
    assert sizes.count((280, 200)) == 3 + 1 + 4
    assert sizes.count((128, 128)) % 3 == 0
    assert sizes.count((128, 128)) > 0


def test_the_slider_is_a_range_with_two_choices(page: str) -> None:
    reader = Reader(page)
    (slider,) = reader.all("input")
    assert (slider["type"], slider["min"], slider["max"]) == ("range", "0", "100")
    assert slider["aria-label"]
    assert {"left", "right"} <= {select["id"] for select in reader.all("select")}
    chosen = [option["value"] for option in reader.all("option") if "selected" in option]
    assert chosen == ["0", "1"]
    shown = [
        each["class"] for each in reader.all("img") if "data-key" in each and "hidden" not in each
    ]
    assert shown == ["layer", "layer right"]


def test_the_table_has_each_metric_and_each_group(page: str) -> None:
    text = " ".join(Reader(page).texts["th"])
    assert all(metric.label in text for metric in METRICS)
    assert "whole picture" in text
    assert "the map" in text
    assert 'class="best"' in page


def test_names_cannot_break_out_of_the_page() -> None:
    name = "<b onclick=x>\"quoted\" & 'ünï' $title.jpg"
    picture = read_picture(encoded(photo()))
    object.__setattr__(picture, "name", name)
    text = page_of(picture, picture)
    reader = Reader(text)
    assert name not in text
    assert not reader.all("b")
    assert reader.texts["title"] == [f"{name} and 1 copy"]
    assert sum(name in each["alt"] for each in reader.all("img")) >= 4


def test_copies_are_embedded_as_their_own_files() -> None:
    original, copy = encoded(photo(), "PNG"), encoded(photo(), quality=30)
    text = page_of(original, copy)
    assert layers(text) == [original, copy]
    assert text.count("the file itself") == 2


def test_arrays_are_embedded_without_loss(page: str) -> None:
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(layers(page)[0]))), photo())


def test_a_page_does_not_pass_on_where_a_photo_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    copy = encoded(photo(), quality=30, exif=exif, comment=b"at home")
    bare = layers(page_of(photo(), copy))[1]
    assert b"camera" not in bare
    assert b"at home" not in bare
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(each))) for each in (bare, copy)))


def test_a_turned_photo_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(np.ascontiguousarray(np.rot90(photo())), quality=95, exif=exif)
    bare = layers(page_of(photo(), turned))[1]
    with Image.open(io.BytesIO(bare)) as image:
        assert image.getexif()[0x0112] == 6


def test_large_pictures_are_reduced_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "FULL_PIXELS", 10_000)
    monkeypatch.setattr(showing, "REDUCED_PIXELS", 8_000)
    copy = encoded(photo(), quality=30)
    text = page_of(photo(), copy)
    sizes = {Image.open(io.BytesIO(each)).size for each in layers(text)}
    assert sizes == {(105, 75)}
    assert text.count("reduced to 105 × 75") == 2
    assert "--width: 105; --height: 75" in text
    # all are files that a page can hold: then they are shown as they are
    assert layers(page_of(copy, copy)) == [copy, copy]


def test_two_pictures_of_one_name_are_told_apart_by_their_folders(tmp_path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "copy.jpg").write_bytes(encoded(photo()))
    text = page_of(tmp_path / "x" / "copy.jpg", tmp_path / "y" / "copy.jpg")
    assert "x/copy.jpg" in text
    alone = page_of(photo(), tmp_path / "x" / "copy.jpg")
    assert str(tmp_path) not in alone


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (200, 5), (8, 8)])
@pytest.mark.parametrize("grey", [False, True])
def test_pictures_of_any_shape_have_a_page(shape: tuple[int, int], grey: bool) -> None:
    pixels = photo(*shape)[..., 0] if grey else photo(*shape)
    text = page_of(pixels, encoded(pixels, quality=20), pixels)
    for image in Reader(text).all("img"):
        image_of(image["src"])


def test_a_copy_of_another_size_is_refused() -> None:
    first = read_picture(photo())
    saliency = foveate.saliency_map(first)
    comparison = foveate.compare(first, first, map=saliency)
    with pytest.raises(PictureError, match="one size"):
        ComparisonPage(first, saliency).add(read_picture(photo(20, 20)), comparison)


def test_a_page_without_copies_is_refused() -> None:
    first = read_picture(photo())
    with pytest.raises(ValueError, match="one copy at least"):
        ComparisonPage(first, foveate.saliency_map(first)).html()


def test_the_same_pictures_make_the_same_page(page: str) -> None:
    again = page_of(photo(), encoded(photo(), quality=60), encoded(photo(), quality=15))
    assert again == page
