"""Requests to the image service, from the signature to the bytes that are sent."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin, features

import foveate
from foveate.errors import OptionError
from foveate.service.configuration import Configuration
from foveate.service.refusals import RefusedError
from foveate.service.rendering import Usual, rendered
from foveate.service.wanted import Gravity, Wanted
from photos import photo, write_photo

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient

from foveate.service.app import Service, negotiated
from foveate.service.observing import Observed
from foveate.service.pool import Pool
from foveate.service.signature import SigningKey

KEY, SALT = "ab" * 32, "cd" * 16
SIGN = SigningKey.of_hex(KEY, SALT)
QUICK = "map:none/tune:fidelity"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    write_photo(folder / "photo.png")
    (folder / "notes.txt").write_text("no picture")
    whole = (folder / "photo.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    Image.new("1", (2000, 1000)).save(folder / "huge.png")
    exif = Image.Exif()
    exif[0x8298] = "Copyright " * 20
    Image.new("RGB", (16, 16)).save(folder / "titled.jpg", exif=exif)
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    configuration = Configuration.gathered(
        {"root": str(root), "keys": KEY, "salts": SALT, "workers": 1, "pixels": 1_000_000},
        environment={},
    )
    with TestClient(Service(configuration).application()) as opened:
        yield opened


def get(client: TestClient, path: str, **headers: str) -> Any:
    return client.get(SIGN.signed(path), headers=headers)


def number(client: TestClient, name: str) -> float:
    """One of the numbers for Prometheus."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def fast(wanted: Wanted) -> Wanted:
    """The same in the way that takes the least time."""
    return Wanted(**{**vars(wanted), "map": "none", "tune": "fidelity"})


def test_a_signed_path_gives_the_picture_that_the_library_makes(
    client: TestClient, root: Path
) -> None:
    response = get(client, f"/{QUICK}/q:60/plain/local:///photo.png@jpg")
    assert response.status_code == 200, response.text
    expected = foveate.compress(
        root / "photo.png", quality=60, map="none", tune="fidelity", metadata="rights"
    )
    assert response.content == expected.data
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "public, max-age=31536000"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == "inline; filename*=UTF-8''photo.jpg"
    assert "vary" not in response.headers


def test_a_picture_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    path = f"/{QUICK}/w:32/plain/local:///photo.png@jpg"
    first = get(client, path)
    tag = first.headers["etag"]
    before = number(client, "foveate_source_bytes_total")
    again = get(client, path, **{"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert number(client, "foveate_source_bytes_total") == before  # it was not read
    assert again.headers["etag"] == tag
    for other in (f"/{QUICK}/w:33/plain/local:///photo.png@jpg", path.replace("@jpg", "@webp")):
        assert get(client, other, **{"if-none-match": tag}).status_code == 200
    head = client.head(SIGN.signed(path))
    assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))


def test_what_a_client_has_is_not_taken_for_a_picture_made_otherwise(
    client: TestClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{QUICK}/w:16/plain/local:///photo.png@jpg"
    tag = get(client, path).headers["etag"]
    shutil.copy2(root / "photo.png", root / "twin.png")  # of the same time and size
    twin = get(client, path.replace("photo.png", "twin.png"), **{"if-none-match": tag})
    assert twin.status_code == 200
    configuration = Configuration.gathered(
        {"root": str(root), "keys": KEY, "salts": SALT, "workers": 1, "quality": 30},
        environment={},
    )
    with TestClient(Service(configuration).application()) as other:
        assert get(other, path, **{"if-none-match": tag}).status_code == 200
    monkeypatch.setattr("foveate.service.app.__version__", "another")
    assert get(client, path, **{"if-none-match": tag}).status_code == 200


def test_what_is_saved_is_counted_for_whole_pictures(client: TestClient, root: Path) -> None:
    def saved(path: str) -> float:
        before = number(client, "foveate_saved_bytes_total")
        assert get(client, path).status_code == 200
        return number(client, "foveate_saved_bytes_total") - before

    whole = get(client, f"/{QUICK}/q:31/plain/local:///photo.png@jpg")
    size = (root / "photo.png").stat().st_size
    assert saved(f"/{QUICK}/q:31/plain/local:///photo.png@jpg") == size - len(whole.content)
    assert saved(f"/{QUICK}/w:32/plain/local:///photo.png@jpg") == 0


def test_a_picture_that_became_larger_than_its_source_saves_nothing() -> None:
    observed = Observed(Pool(1, 1, "none"), None)
    observed.request(status=200, seconds=0.1, source="a", source_bytes=10, bytes=15, saved=-5)
    assert b"foveate_saved_bytes_total 0.0" in observed.metrics()


def test_the_format_is_negotiated(client: TestClient) -> None:
    path = "/map:none/plain/local:///photo.png"
    plain = get(client, path, accept="*/*")
    assert (plain.headers["content-type"], plain.headers["vary"]) == ("image/jpeg", "Accept")
    webp = get(client, path, accept="image/webp,*/*")
    assert webp.headers["content-type"] == "image/webp"
    assert webp.headers["etag"] != plain.headers["etag"]
    assert negotiated("image/avif,image/webp", ("webp", "avif")) == "webp"
    assert negotiated("image/avif;q=0", ("avif", "jpeg")) == "jpeg"
    assert negotiated("\x00", ("avif", "jpeg")) == "jpeg"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/plain/local:///none.png", 404, "none.png: no such file"),
        ("/plain/local:///notes.txt", 422, "notes.txt: "),
        ("/plain/local:///cut.png", 422, "of the picture; take another copy\n"),
        ("/plain/local:///huge.png", 422, "over the limit of 1: resize it first\n"),
        ("/mb:300/sm:0/map:none/plain/local:///titled.jpg", 422, "with sm:1/kcr:0\n"),
        ("/plain/http://127.0.0.1/a.jpg", 403, "not public"),
        ("/exp:1000/plain/local:///photo.png", 410, "expired"),
        ("/w:2000/h:2000/rt:force/el:1/plain/local:///photo.png", 422, "over the limit"),
        ("/mb:10/map:none/plain/local:///photo.png@jpg", 422, "max_bytes:10: "),
        ("/blur:3/plain/local:///photo.png", 400, "'blur'"),
    ],
)
def test_what_cannot_be_sent_is_one_line(
    client: TestClient, path: str, status: int, said: str
) -> None:
    response = get(client, path)
    assert (response.status_code, response.text.count("\n")) == (status, 1)
    assert said in response.text
    assert response.headers["content-type"].startswith("text/plain")
    assert "etag" not in response.headers
    kept = response.headers["cache-control"]
    assert kept == ("public, max-age=10" if status in (404, 410, 422) else "no-store")


def test_an_answer_is_cached_no_longer_than_its_address_holds(client: TestClient) -> None:
    expires = int(time.time()) + 1000
    sent = get(client, f"/{QUICK}/w:8/exp:{expires}/plain/local:///photo.png@jpg")
    age = int(sent.headers["cache-control"].removeprefix("public, max-age="))
    assert 0 < age <= 1000


def test_paths_without_a_signature_get_nothing(client: TestClient) -> None:
    path = "/plain/local:///photo.png"
    signed = SIGN.signed(path)
    for wrong in (f"/insecure{path}", f"{signed}@jpg", signed.replace("photo", "phot%6f")):
        assert client.get(wrong).status_code == 403
    assert client.get("/").status_code == 404
    assert client.post(signed).status_code == 405


def test_operators_see_what_happens(client: TestClient) -> None:
    assert client.get("/health").text == "ready\n"
    numbers = client.get("/metrics").text
    assert 'foveate_requests_total{status="200"}' in numbers
    assert "foveate_busy_workers 0.0" in numbers


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://me:secret%40127.0.0.1/a.jpg%3Ftoken=secret", "http://127.0.0.1/a.jpg"),
        ("http://127.0.0.1/a.jpg%3Ftoken=secret%23secret", "http://127.0.0.1/a.jpg"),
        ("http://me:secret@127.0.0.1/a.jpg%3Ftoken=secret", None),  # its @ is not quoted
        ("http://[/%3Ftoken=secret", "unreadable"),
    ],
)
def test_the_log_tells_no_secrets_of_addresses(address: str, told: str | None) -> None:
    service = Service(Configuration.gathered({"unsigned": True}, environment={}))
    lines = io.StringIO()
    service.observed = Observed(service.pool, lines)
    TestClient(service.application()).get(f"/unsigned/plain/{address}")
    line = json.loads(lines.getvalue())
    assert (line["source"], 400 <= line["status"] < 500) == (told, True)
    assert "secret" not in lines.getvalue()


def test_a_crop_by_the_map_is_that_of_the_library(root: Path) -> None:
    data = (root / "photo.png").read_bytes()
    wanted = Wanted(resizing="fill", width=20, height=40, gravity=Gravity("sm"), quality=50)
    made = rendered(data, "photo.png", wanted, "jpeg", Usual(), foveate.Limits())
    crop = foveate.crop(data, size="20x40")
    expected = foveate.compress(crop.picture, quality=50, effort="fast", metadata="rights")
    assert made.data == expected.data


def test_what_a_url_asks_of_metadata_and_effort_goes_before_what_is_usual(root: Path) -> None:
    data = (root / "titled.jpg").read_bytes()

    def carries(wanted: Wanted, usual: Usual) -> bool:
        made = rendered(data, "titled.jpg", fast(wanted), "jpeg", usual, foveate.Limits())
        return b"Copyright" in made.data

    assert carries(Wanted(), Usual())
    assert not carries(Wanted(keep_copyright=False), Usual())
    assert not carries(Wanted(), Usual(keep_copyright=False))
    assert carries(Wanted(strip=False), Usual(keep_copyright=False))
    photo_data = (root / "photo.png").read_bytes()
    for usual, asked in (("fast", "default"), ("default", "fast")):
        wanted = Wanted(map="none", effort=asked, quality=50)
        made = rendered(photo_data, "a", wanted, "jpeg", Usual(effort=usual), foveate.Limits())
        expected = foveate.compress(
            photo_data, map="none", effort=asked, quality=50, metadata="rights"
        )
        assert made.data == expected.data


@pytest.mark.parametrize(
    ("wanted", "factors"),
    [
        (Wanted(width=100), [8]),
        (Wanted(resizing="fill", width=100, height=100, gravity=Gravity("sm")), [2]),
        (Wanted(crop=(400, 300, None), width=100), [2]),
        (Wanted(width=900), []),
        (Wanted(width=100, height=99_999, min_height=99_999, enlarge=True), []),
    ],
)
def test_large_jpegs_are_decoded_no_larger_than_is_of_use(
    monkeypatch: pytest.MonkeyPatch, wanted: Wanted, factors: list[int]
) -> None:
    file = io.BytesIO()
    whole = Image.fromarray(photo()).resize((2000, 1500), Image.Resampling.BICUBIC)
    whole.save(file, "JPEG", quality=92)
    drafted = []
    draft = JpegImagePlugin.JpegImageFile.draft

    def noted(image: Any, mode: Any, size: Any) -> Any:
        drafted.append(2000 // size[0])
        return draft(image, mode, size)

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "draft", noted)
    with contextlib.suppress(RefusedError):  # the last one asks for too many pixels
        rendered(file.getvalue(), "a", fast(wanted), "jpeg", Usual(), foveate.Limits())
    assert drafted == factors


@pytest.mark.parametrize("crop", [None, (400.0, 300.0, None)])
def test_small_pictures_of_large_jpegs_are_like_those_of_all_pixels(crop: Any) -> None:
    file = io.BytesIO()
    whole = Image.fromarray(photo()).resize((2000, 1500), Image.Resampling.BICUBIC)
    whole.save(file, "JPEG", quality=92)
    wanted = fast(Wanted(crop=crop, width=100, quality=90))
    made = rendered(file.getvalue(), "a", wanted, "jpeg", Usual(), foveate.Limits())
    window = whole if crop is None else whole.crop((800, 600, 1200, 900))
    expected = np.asarray(window.resize((100, 75), Image.Resampling.LANCZOS), float)
    with Image.open(io.BytesIO(made.data)) as image:
        assert np.abs(np.asarray(image, float) - expected).mean() < 4


def test_the_map_places_windows_in_the_whole_picture_s_pixels() -> None:
    file = io.BytesIO()
    whole = Image.fromarray(photo()).resize((2000, 1500), Image.Resampling.BICUBIC)
    whole.save(file, "JPEG", quality=92)
    wanted = Wanted(resizing="fill", width=100, height=200, gravity=Gravity("sm"), quality=90)
    made = rendered(file.getvalue(), "a", fast(wanted), "jpeg", Usual(), foveate.Limits())
    expected = np.asarray(foveate.crop(file.getvalue(), size="100x200").picture.pixels, float)
    with Image.open(io.BytesIO(made.data)) as image:
        assert np.abs(np.asarray(image, float) - expected).mean() < 4


@pytest.mark.skipif(not features.check("webp"), reason="Pillow has no WebP")
def test_transparency_and_backgrounds() -> None:
    alpha = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    file = io.BytesIO()
    Image.fromarray(np.dstack([photo(), alpha])).save(file, "PNG")
    wanted = Wanted(width=32, map="none")
    for background, mode in ((None, "RGBA"), ("#ff0000", "RGB")):
        asked = Wanted(**{**vars(wanted), "background": background})
        made = rendered(file.getvalue(), "a", asked, "webp", Usual(), foveate.Limits())
        with Image.open(io.BytesIO(made.data)) as image:
            assert (image.mode, image.size) == (mode, (32, 24))


def test_set_ups_are_checked_in_the_words_of_whoever_wrote_them(tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_text('quality = 70\nqueue = 5\n[presets]\nthumb = "w:10"\n')
    environment = {"FOVEATE_SERVICE_QUALITY": "60", "FOVEATE_SERVICE_UNSIGNED": "true"}
    made = Configuration.gathered({"queue": 9}, environment=environment, file=file)
    assert (made.quality, made.queue, made.presets) == (60, 9, {"thumb": "w:10"})
    signed = {"FOVEATE_SERVICE_KEYS": f"{KEY},{KEY}", "FOVEATE_SERVICE_SALTS": SALT}
    for flags, variables, said in (
        ({}, {}, "no key for signatures; set FOVEATE_SERVICE_KEYS"),
        ({}, signed, "2 keys and 1 salts"),
        ({}, {"FOVEATE_SERVICE_QUEUE": "many"}, "FOVEATE_SERVICE_QUEUE is 'many'; give a whole"),
        ({"quality": 101}, {}, "--quality is 101; give a whole number from 1 to 100"),
        ({"formats": "gif"}, {}, "--formats: give some of avif, webp, jpeg"),
        ({"root": "/nonesuch"}, environment, "--root /nonesuch: is no folder"),
        ({"source": ["example.com"]}, environment, "--source example.com: give the beginning"),
        ({"effort": "slow"}, environment, "--effort is 'slow'; give one of fast"),
    ):
        with pytest.raises(OptionError, match=said):
            Configuration.gathered(flags, environment=variables)
    file.write_text("nonesuch = 1")
    with pytest.raises(OptionError, match=r"service\.toml: there is no 'nonesuch'"):
        Configuration.gathered({}, environment=environment, file=file)
    shown = json.dumps(
        Configuration.gathered({"keys": KEY, "salts": SALT}, environment={}).to_dict()
    )
    assert KEY not in shown
    assert SALT not in shown


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/w:9/plain/local:///ü b#1.jpg", "/w:9/plain/local:///%C3%BC%20b%231.jpg"),
        ("/w:9/plain/https://a.org/x?y=[1]", "/w:9/plain/https://a.org/x%3Fy=%5B1%5D"),
        ("/w:9/plain/local:///a%20b.jpg@webp", "/w:9/plain/local:///a%20b.jpg@webp"),
    ],
)
def test_the_command_signs_a_path_as_clients_send_it(
    foveate: Any, monkeypatch: pytest.MonkeyPatch, asked: str, sent: str
) -> None:
    monkeypatch.setenv("FOVEATE_SERVICE_KEYS", KEY)
    monkeypatch.setenv("FOVEATE_SERVICE_SALTS", SALT)
    assert foveate("service", "--sign", asked).out.strip() == SIGN.signed(sent)


def test_the_command_signs_and_checks(foveate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEATE_SERVICE_KEYS", KEY)
    monkeypatch.setenv("FOVEATE_SERVICE_SALTS", SALT)
    run = foveate("service", "--sign", "w:10/plain/local:///a.jpg")
    assert run.out.strip() == SIGN.signed("/w:10/plain/local:///a.jpg")
    run = foveate("service", "--sign", "/nonesuch:1/plain/local:///a.jpg")
    assert (run.code, run.err.count("\n")) == (1, 1)
    (told,) = foveate("service", "--check", "--workers", "3").objects
    assert (told["processes"], told["keys"]) == (3, "1 of them")
    assert KEY not in json.dumps(told)
