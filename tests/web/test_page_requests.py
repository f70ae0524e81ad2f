"""The requests of the page of `foveate serve`, and who may send them."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web_pictures import HOME, TOKEN, facts, png

import foveate
from colour_profiles import wide_gamut
from photos import photo

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient

from foveate.web.app import application
from foveate.web.held import HeldPictures, Room

STROKE = {"kind": "keep", "radius": 9, "points": [[20, 70], [50, 80]]}
DROP = {"kind": "drop", "radius": 9, "points": [[100, 10]]}


def client_of(pictures: HeldPictures, **headers: str) -> TestClient:
    app = application(pictures, token=TOKEN, suffixes=[".png"])
    return TestClient(app, base_url=HOME, headers={"foveate-token": TOKEN, **headers})


@pytest.fixture
def client() -> Iterator[TestClient]:
    with client_of(HeldPictures()) as opened:
        yield opened


def add(client: TestClient, data: bytes, name: str = "photo.png") -> dict[str, Any]:
    response = client.post("/api/pictures", params={"name": name}, content=data)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/", headers={"foveate-token": ""})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    for name in ("main.js", "page.css", "ground.css", "icon.svg"):
        asset = client.get(f"/page/{name}")
        assert asset.status_code == 200, name
        assert "https://" not in asset.text
    assert "https://" not in page.text


@pytest.mark.parametrize("name", ["..%2fapp.py", "__init__.py", "missing.js"])
def test_only_the_pages_own_files_are_given(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"foveate-token": "another"}, 403),
        ({"foveate-token": ""}, 403),
        ({"host": "evil.example:8765"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": ""}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": HOME, "sec-fetch-site": "same-origin"}, 204),
        ({"host": "localhost:8765"}, 204),
        ({"host": "[::1]:8765"}, 204),
    ],
)
def test_requests_of_strangers_are_refused(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.delete("/api/pictures/none", headers=headers).status_code == status


def test_a_foreign_name_does_not_even_get_the_page(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_the_choices_are_those_of_the_settings(client: TestClient) -> None:
    found = client.get("/api/choices").json()
    assert found["formats"]["jpeg"]["tune"] == ["vision", "fidelity", "eyes"]
    assert found["formats"]["jpeg"]["effort"]["vision"] == ["fast", "default", "best"]
    assert found["formats"]["jpeg"]["effort"]["eyes"] == ["default"]
    assert found["formats"].get("avif", {"tune": ["vision"]})["tune"] == ["vision"]


def test_a_format_that_cannot_be_written_is_not_offered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise foveate.MissingExtraError("JPEG XL", "foveate[jxl]")

    monkeypatch.setattr("foveate.coders.jxl.coder.check_transcoder", missing)
    found = client.get("/api/choices").json()
    assert "jxl" not in found["formats"]
    assert "jpeg" in found["formats"]
    assert found["suffixes"] == [".png"]


def test_a_picture_has_a_heat_map_a_preview_and_the_file_of_the_library(
    client: TestClient,
) -> None:
    data = png()
    held = add(client, data)
    assert (held["width"], held["height"], held["bytes"]) == (128, 96, len(data))
    heat = client.get(f"/api/pictures/{held['id']}/heat")
    assert Image.open(io.BytesIO(heat.content)).mode == "RGBA"
    asked = {"settings": {"quality": 70, "tune": "eyes"}}
    preview = client.post(f"/api/pictures/{held['id']}/preview", json={**asked, "side": 800})
    made = client.post(f"/api/pictures/{held['id']}/file", json=asked)
    assert made.content == foveate.compress(data, quality=70, tune="eyes").data
    assert facts(made)["bytes"] == len(made.content)
    assert facts(made)["name"] == "photo.foveate.jpg"
    # The preview of a picture that is as small as the page shows it is the picture itself.
    assert facts(preview)["bytes"] == pytest.approx(len(made.content), rel=0.02)


@pytest.mark.parametrize(
    "settings",
    [
        {"effort": "fast"},
        {"metadata": "none"},
        {"format": "avif", "effort": "fast"},
        {"format": "webp"},
        {"format": "auto", "effort": "fast"},
    ],
)
def test_what_is_asked_beside_the_quality_gives_the_file_of_the_library(
    client: TestClient, settings: dict[str, Any]
) -> None:
    pytest.importorskip("PIL._avif", reason="Pillow has no AVIF")
    pixels = np.dstack([photo(), np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))])
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", icc_profile=wide_gamut())
    held = add(client, file.getvalue())
    made = client.post(f"/api/pictures/{held['id']}/file", json={"settings": settings})
    expected = foveate.compress(file.getvalue(), **settings)
    assert made.content == expected.data
    suffix = {"jpeg": "jpg"}.get(expected.report.format, expected.report.format)
    assert facts(made)["name"] == f"photo.foveate.{suffix}"


def test_a_size_is_kept_and_a_crop_is_that_of_the_library(client: TestClient) -> None:
    data = png()
    held = add(client, data)
    asked = {"settings": {"size_bytes": 3000}, "aspect": "1:1"}
    made = client.post(f"/api/pictures/{held['id']}/file", json=asked)
    crop = foveate.crop(data, aspect="1:1")
    assert facts(made)["window"] == list(crop.box)
    assert Image.open(io.BytesIO(made.content)).size == (96, 96)
    assert len(made.content) <= 3000


def test_a_painted_file_is_that_of_its_command(
    client: TestClient, foveate: Any, tmp_path: Path
) -> None:
    data = png()
    held = add(client, data, "my photo.png")
    asked = {
        "settings": {"quality": 60, "tune": "fidelity"},
        "strokes": [STROKE, DROP],
        "boxes": [[90, 60, 30, 20]],
    }
    one = f"/api/pictures/{held['id']}"
    made = client.post(f"{one}/file", json=asked).content
    told = client.post(f"{one}/command", json=asked).json()
    painted = client.post(f"{one}/map", json=asked)
    (tmp_path / "my photo.png").write_bytes(data)
    (tmp_path / told["map"]).write_bytes(painted.content)
    words = shlex.split(told["command"])
    assert words[0] == "foveate"
    assert foveate(*words[1:]).code == 0
    assert (tmp_path / "my photo.foveate.jpg").read_bytes() == made
    without = {**asked, "strokes": []}
    assert client.post(f"{one}/file", json=without).content != made


def test_a_clear_crop_is_that_of_its_command(
    client: TestClient, foveate: Any, tmp_path: Path
) -> None:
    pytest.importorskip("PIL._avif", reason="Pillow has no AVIF")
    pixels = np.dstack([photo(), np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))])
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    (tmp_path / "photo.png").write_bytes(file.getvalue())
    one = f"/api/pictures/{add(client, file.getvalue())['id']}"
    asked = {"settings": {"format": "avif", "quality": 40}, "aspect": "1:1"}
    made = client.post(f"{one}/file", json=asked)
    words = client.post(f"{one}/command", json=asked).json()["command"].split()
    assert foveate(*words[1:]).code == 0
    assert facts(made)["name"] == "photo.1x1.foveate.avif"
    assert (tmp_path / "photo.1x1.foveate.avif").read_bytes() == made.content
    with Image.open(io.BytesIO(made.content)) as image:
        assert image.mode == "RGBA"


def test_a_painted_crop_is_that_of_its_command(
    client: TestClient, foveate: Any, tmp_path: Path
) -> None:
    data = png()
    held = add(client, data)
    asked = {"settings": {"size_bytes": 2500}, "strokes": [STROKE], "aspect": "3:4"}
    one = f"/api/pictures/{held['id']}"
    told = client.post(f"{one}/command", json=asked).json()
    (tmp_path / "photo.png").write_bytes(data)
    (tmp_path / told["map"]).write_bytes(client.post(f"{one}/map", json=asked).content)
    assert foveate(*told["command"].split()[1:]).code == 0
    made = client.post(f"{one}/file", json=asked)
    assert (tmp_path / facts(made)["name"]).read_bytes() == made.content


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"settings": {"quality": 200}}, "quality` is 200"),
        ({"settings": {"map": "/etc/passwd.png"}}, "offers no setting 'map'"),
        ({"settings": {"threads": 64}}, "offers no setting 'threads'"),
        ({"settings": []}, None),
        ({"settings": 5}, "settings are no JSON object"),
        ({"boxes": [[0, 0, 500, 10]]}, "reaches outside"),
        ({"boxes": 5}, "boxes are no list"),
        ({"boxes": [[1, 1, 3, 3]] * 201}, "more than 200 boxes"),
        ({"strokes": [{"kind": "keep"}]}, "not of this page"),
        ({"strokes": [{**STROKE, "radius": -1}]}, "not of this page"),
        ({"strokes": [{**STROKE, "kind": "burn"}]}, "not of this page"),
        ({"strokes": [{**STROKE, "points": [[0, 0]] * 50_001}]}, "more than the page holds"),
        ({"aspect": "wide"}, "is no aspect ratio"),
        ({"aspect": 5}, "aspect is no text"),
        ([], "no JSON object"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    client: TestClient, asked: Any, said: str | None
) -> None:
    held = add(client, png(48, 64))
    response = client.post(f"/api/pictures/{held['id']}/file", json=asked)
    if said is None:
        assert response.status_code == 200
        return
    assert response.status_code == 422
    assert said in response.json()["error"]
    assert "\n" not in response.json()["error"]


def test_numbers_that_are_none_are_refused(client: TestClient) -> None:
    held = add(client, png(48, 64))
    text = json.dumps({"strokes": [{**STROKE, "radius": float("inf")}]})
    response = client.post(f"/api/pictures/{held['id']}/file", content=text)
    assert response.status_code == 422
    assert client.post(f"/api/pictures/{held['id']}/file", content="[" * 99999).status_code == 422


@pytest.mark.parametrize("data", [b"", b"no picture", png()[:200]])
def test_a_broken_file_is_told_in_a_line(client: TestClient, data: bytes) -> None:
    response = client.post("/api/pictures", params={"name": "bad\n.png"}, content=data)
    assert response.status_code == 422
    said = response.json()["error"]
    assert said.startswith("bad\\n.png: ")
    assert "\n" not in said


def test_a_mend_is_told_in_the_pages_words() -> None:
    whole = png(48, 64)
    exif = Image.Exif()
    exif[0x8298] = "Copyright " * 20
    titled = png(48, 64, exif=exif)
    with client_of(HeldPictures(limits=foveate.Limits(pixels=48 * 64))) as client:
        cut = client.post("/api/pictures", content=whole[: len(whole) // 2]).json()["error"]
        large = client.post("/api/pictures", content=png(64, 64)).json()["error"]
        held = add(client, titled)
        asked = {"settings": {"size_bytes": 300}}
        small = client.post(f"/api/pictures/{held['id']}/file", json=asked).json()["error"]
    assert cut.endswith("of the picture; take another copy")
    assert large.endswith("resize it first, or start the page with --limit pixels=N")
    assert small.endswith("with the metadata at keep none")


def test_a_bug_is_told_on_the_page_and_in_the_terminal(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = add(client, png(48, 64))
    monkeypatch.setattr("foveate.web.routes.heat_layer", lambda saliency: 1 / 0)
    response = client.get(f"/api/pictures/{held['id']}/heat")
    assert (response.status_code, "bug" in response.json()["error"]) == (500, True)
    assert "ZeroDivisionError" in caplog.text


def test_a_file_over_the_limit_is_refused_before_it_is_held() -> None:
    with client_of(HeldPictures(limits=foveate.Limits(bytes=1000))) as client:
        response = client.post("/api/pictures", content=b"x" * 5000)
    assert response.status_code == 422
    assert "the limit" in response.json()["error"]


def test_old_pictures_go_where_the_room_is_full_and_pixels_come_back() -> None:
    data = png()
    pictures = HeldPictures(Room(pictures=2, pixel_bytes=1))
    with client_of(pictures) as client:
        first = add(client, data, "first.png")
        second = add(client, data, "second.png")
        third = add(client, data, "third.png")
        assert (second["gone"], third["gone"]) == ([], ["first.png"])
        gone = client.post(f"/api/pictures/{first['id']}/file", json={})
        assert gone.status_code == 410
        assert pictures.get(second["id"]).picture is None
        made = client.post(
            f"/api/pictures/{second['id']}/file", json={"settings": {"tune": "eyes"}}
        )
        assert made.content == foveate.compress(data, tune="eyes").data
        assert client.delete(f"/api/pictures/{second['id']}").status_code == 204
        assert len(pictures) == 1


def test_files_are_packed_under_names_of_their_own(client: TestClient) -> None:
    files = [b"one", b"second", b"third file"]
    names = ["a.jpg", "A.jpg", "../b/a.jpg"]
    line = json.dumps([[name, len(data)] for name, data in zip(names, files, strict=True)])
    response = client.post("/api/zip", content=line.encode() + b"\n" + b"".join(files))
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == dict(zip(["a.jpg", "A-2.jpg", "a-3.jpg"], files, strict=True))


@pytest.mark.parametrize("body", [b"", b"[]\n", b'[["a",5]]\nabc', b'[["a",1]]\nabc', b"x\n"])
def test_a_body_that_is_not_the_pages_is_not_packed(client: TestClient, body: bytes) -> None:
    assert client.post("/api/zip", content=body).status_code == 422


def test_a_picture_that_browsers_do_not_show_comes_as_a_jpeg(client: TestClient) -> None:
    file = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), (200, 30, 90), np.uint8)).save(file, "TIFF")
    shown = Image.open(io.BytesIO(client.post("/api/shown", content=file.getvalue()).content))
    assert (shown.format, shown.size) == ("JPEG", (60, 40))
    assert np.abs(np.asarray(shown).astype(int) - (200, 30, 90)).max() <= 3
