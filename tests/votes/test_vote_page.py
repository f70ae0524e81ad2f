"""The page of votes: one file that loads nothing, hides names, and escapes them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image

from foveate.comparison.page import shown_pictures as showing
from foveate.errors import PictureError
from foveate.pictures import read_picture
from foveate.votes.page import VotePage
from page_reader import Reader
from photos import photo

NODE = shutil.which("node")
HOSTILE = "</script><script>alert(1)</script> <!-- \"&' $trial.jpg"


def jpeg(quality: int, pixels: np.ndarray | None = None) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photo() if pixels is None else pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def a_page(*, names: tuple[str, ...] = ("a", "b", "c"), **options: object) -> VotePage:
    page = VotePage(**options)
    for seed, name in enumerate(("one.png", "two.png")):
        pixels = photo(seed=seed)
        copies = {
            each: read_picture(jpeg(quality, pixels))
            for each, quality in zip(names, (30, 60, 90), strict=False)
        }
        page.add(name, read_picture(pixels), copies)
    return page


def trial_of(html: str) -> dict:
    return json.loads(blocks(html)["trial"][1])


def blocks(html: str) -> dict[str, tuple[str, str]]:
    """Blocks of data by their ids: media type and text."""
    found = re.findall(r'<script type="([^"]+)" id="([^"]+)">(.*?)</script>', html, re.DOTALL)
    return {name: (media, text) for media, name, text in found}


def test_the_page_is_well_formed_and_names_no_id_twice() -> None:
    reader = Reader(a_page().html())
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"html", "main", "progress", "button"} <= {tag for tag, _ in reader.elements}


def test_every_part_of_the_page_that_the_script_asks_for_is_there() -> None:
    html = a_page().html()
    script = (files("foveate.votes.page") / "page.js").read_text()
    asked = set(re.findall(r'byId\("([\w-]+)"\)', script))
    asked |= set(re.findall(r'^    "([\w-]+)":', script, re.MULTILINE))
    assert len(asked) > 15
    assert asked <= {attributes.get("id") for _, attributes in Reader(html).elements}


def test_the_page_refers_to_nothing_outside_it() -> None:
    html = a_page().html()
    assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttp|sendBeacon", html)
    for tag, attributes in Reader(html).elements:
        assert tag not in ("link", "iframe", "object", "base", "form")
        assert "src" not in attributes
        assert "href" not in attributes
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_the_policy_allows_just_this_style_and_script() -> None:
    reader = Reader(a_page().html())
    (policy,) = [m["content"] for m in reader.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag, text in (("style", reader.texts["style"][-1]), ("script", reader.texts["script"][-1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_fields_and_pictures_have_names_that_can_be_read_aloud() -> None:
    reader = Reader(a_page().html())
    for image in reader.all("img"):
        assert image["alt"]
    for tag in ("section", "progress", "textarea"):
        assert all(attributes["aria-label"] for attributes in reader.all(tag))
    (told,) = [
        attributes for _, attributes in reader.elements if attributes.get("id") == "position"
    ]
    assert told["role"] == "status"


def test_copies_are_shown_as_their_own_files_and_told_with_their_bytes() -> None:
    html = a_page().html()
    for picture in trial_of(html)["pictures"]:
        for file in picture["files"]:
            media, text = blocks(html)[f"image-{file['image']}"]
            data = base64.b64decode(text, validate=True)
            assert (media, len(data)) == ("image/jpeg", file["bytes"])
            assert Image.open(io.BytesIO(data)).size == (picture["width"], picture["height"])


def test_names_cannot_break_out_of_the_page_and_stand_in_the_data_alone() -> None:
    html = a_page(names=(HOSTILE, "b", "c")).html()
    reader = Reader(html)
    assert "alert(1)</script>" not in html
    assert html.count("</script>") == len(reader.all("script"))
    assert html.count("alert(1)") == 2  # once a picture
    assert trial_of(html)["pictures"][0]["files"][0]["name"] == HOSTILE
    visible = [text for tag, of in reader.texts.items() if tag != "script" for text in of]
    assert not any("one.png" in text or "alert" in text for text in visible)


def test_pairs_of_unequal_bytes_are_counted_and_told() -> None:
    page = a_page()
    assert (page.pairs, page.unequal_pairs) == (6, 6)
    assert "In 6 of 6 pairs the two files differ in bytes by more than 2 %" in page.html()
    equal = VotePage()
    copy = read_picture(jpeg(50))
    equal.add("one", read_picture(photo()), {"a": copy, "b": copy})
    assert (equal.pairs, equal.unequal_pairs) == (1, 0)
    assert "differ in bytes by more than 2 %. Votes" not in equal.html()


def test_the_pages_hash_tells_what_it_shows() -> None:
    hashes = [
        trial_of(page.html())["sha256"]
        for page in (
            a_page(),
            a_page(),
            a_page(names=("a", "b", "d")),
            a_page(seconds=2),
            a_page(seed=1),
        )
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4


def test_pictures_too_large_are_reduced_alike_and_that_is_told(monkeypatch) -> None:
    monkeypatch.setattr(showing, "FULL_PIXELS", 1000)
    monkeypatch.setattr(showing, "REDUCED_PIXELS", 800)
    monkeypatch.setattr(showing, "HELD_BYTES", 10)
    page = a_page()
    assert page.reduced == ["one.png", "two.png"]
    assert "2 of 2 pictures are too large" in page.html()


def test_copies_of_another_size_without_a_file_or_without_company_are_refused() -> None:
    first, copy = read_picture(photo()), read_picture(jpeg(50))
    small = read_picture(jpeg(50, photo(20, 20)))
    with pytest.raises(PictureError, match="one size"):
        VotePage().add("one", first, {"a": copy, "b": small})
    with pytest.raises(PictureError, match="has no file"):
        VotePage().add("one", first, {"a": copy, "b": first})
    with pytest.raises(ValueError, match="two copies"):
        VotePage().add("one", first, {"a": copy})
    with pytest.raises(ValueError, match="one picture"):
        VotePage().html()


# What the script makes of the data


def in_node(trial: dict, expression: str) -> object:
    script = (files("foveate.votes.page") / "order.js").read_text()
    code = f"{script}\nconst trial = {json.dumps(trial)};\n"
    code += f"console.log(JSON.stringify({expression}));"
    done = subprocess.run([NODE, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def order(trial: dict, seed: int) -> list[tuple[str, str, str]]:
    told = in_node(
        trial, f"orderOf(trial, {seed}).map((p) => [p.picture.name, p.left.name, p.right.name])"
    )
    return [tuple(each) for each in told]


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here")
def test_every_pair_is_shown_once_in_an_order_and_on_sides_that_the_seed_draws() -> None:
    trial = trial_of(a_page().html())
    first, again, other = order(trial, 1), order(trial, 1), order(trial, 2)
    assert first == again != other
    pairs = [(picture, frozenset(sides)) for picture, *sides in first]
    assert len(set(pairs)) == len(pairs) == 6
    assert set(pairs) == {(picture, frozenset(sides)) for picture, *sides in other}


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here")
def test_each_side_and_each_place_is_drawn_as_often_as_the_others() -> None:
    trial = trial_of(a_page(names=("a", "b")).html())
    firsts = in_node(
        trial,
        "Array.from({length: 4000}, (_, seed) => { const p = orderOf(trial, seed * 7919)[0]; "
        "return p.picture.name + p.left.name; })",
    )
    counts = [firsts.count(each) for each in sorted(set(firsts))]
    assert len(counts) == 4
    assert all(850 < count < 1150 for count in counts)  # 1000 each; five standard deviations


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here")
def test_a_state_of_another_page_or_a_broken_one_is_not_taken_up() -> None:
    trial = trial_of(a_page().html())
    good = {"page": trial["sha256"], "seed": 1, "voter": "v", "votes": [{"choice": "same"}]}
    bad = [
        {**good, "page": "other"},
        {**good, "seed": "1"},
        {**good, "votes": [{"choice": "both"}]},
        {**good, "votes": [{"choice": "same"}] * 7},
    ]
    taken = [f"restored(trial, {json.dumps(json.dumps(each))}) !== null" for each in (good, *bad)]
    expression = f"[{', '.join(taken)}, restored(trial, '') !== null]"
    assert in_node(trial, expression) == [True, False, False, False, False, False]
