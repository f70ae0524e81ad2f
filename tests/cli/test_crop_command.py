"""`foveate crop` as a person uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from photos import photo, write_photo


def size_of(path: str) -> tuple[int, int]:
    with Image.open(path) as image:
        assert image.format == "JPEG"
        return image.size


def test_crops_lie_beside_their_picture_and_are_named_by_shape(foveate) -> None:
    write_photo("trip/photo.png")
    run = foveate(
        "crop", "trip/photo.png", "--aspect", "1:2", "--size", "20x10", "--effort", "fast"
    )
    assert (run.code, run.err) == (0, "")
    assert size_of("trip/photo.1x2.foveate.jpg") == (24, 48)
    assert size_of("trip/photo.20x10.foveate.jpg") == (20, 10)
    assert "Written: trip/photo.1x2.foveate.jpg, trip/photo.20x10.foveate.jpg" in run.out


def test_json_tells_windows_and_css_and_files(foveate) -> None:
    write_photo("photo.png")
    words = ("crop", "photo.png", "missing.png", "--aspect", "1:2", "-o", "out/", "--json")
    run = foveate(*words, "--bytes", "900", "--strip")
    done, failed = run.objects
    assert run.code == 1
    assert "no such file" in failed["error"]
    (crop,) = done["crops"]
    assert crop["output"] == "out/photo.1x2.foveate.jpg"
    assert crop["bytes"] == Path(crop["output"]).stat().st_size <= 900
    assert crop["box"][2:] == [24, 48] == [crop["width"], crop["height"]]
    assert 0 < crop["kept"] < 1
    assert crop["object_position"].endswith("% 50%")
    assert done["map"] == "foveate-s-window"
    assert len(done["focal_point"]) == 2


def test_without_files_only_the_windows_are_told(foveate) -> None:
    write_photo("photo.png")
    run = foveate("crop", "photo.png", "--aspect", "3:1", "--no-files", "--map", "centre", "--json")
    assert run.objects[0]["crops"][0]["box"] == [0, 13, 64, 21]
    assert [path.name for path in Path().iterdir()] == ["photo.png"]


def test_a_map_of_ones_own_places_and_steers(foveate) -> None:
    write_photo("photo.png")
    values = np.zeros((48, 64), np.uint8)
    values[20:30, 50:60] = 255
    Image.fromarray(values).save("mine.png")
    run = foveate("crop", "photo.png", "--aspect", "1:2", "--map", "mine.png", "--json")
    x = run.objects[0]["crops"][0]["box"][0]
    assert x <= 50
    assert x + 24 >= 60


def test_protected_boxes_that_do_not_fit_cost_one_line(foveate) -> None:
    write_photo("photo.png")
    run = foveate("crop", "photo.png", "--aspect", "1:2", "--protect", "0,0,60,10")
    assert run.code == 1
    assert len(run.err.splitlines()) == 1
    assert "photo.png: the protected boxes span 60 x 10 pixels" in run.err


def test_a_crop_replaces_nothing_unless_asked(foveate) -> None:
    write_photo("photo.png")
    Path("photo.1x2.foveate.jpg").write_text("precious")
    words = ("crop", "photo.png", "--aspect", "1:2", "--tune", "fidelity")
    run = foveate(*words)
    assert run.code == 1
    assert "exists already" in run.err
    assert foveate(*words, "--overwrite").code == 0


def test_crops_are_no_pictures_to_crop_again(foveate) -> None:
    write_photo("photo.jpg")
    Path("photo.1x2.foveate.jpg").write_bytes(Path("photo.jpg").read_bytes())
    for inputs in (["."], ["photo.jpg", "photo.1x2.foveate.jpg"]):
        run = foveate("crop", *inputs, "--aspect", "1:1", "--no-files", "--map", "none", "--json")
        assert [values["source"] for values in run.objects] == ["photo.jpg"]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--aspect", "9"],
        ["--size", "9"],
        ["--aspect", "1:1", "--aspect", "1:2", "-o", "one.jpg"],
        ["--aspect", "1:1", "-o", "one.png"],
        ["--aspect", "1:1", "-o", "out/", "--no-files"],
        ["--aspect", "1:1", "--bytes", "9k", "--quality", "50"],
        ["--aspect", "1:1", "--map", "nonesuch"],
    ],
)
def test_wrong_usage_stops_before_any_work(foveate, options: list[str]) -> None:
    write_photo("photo.png")
    run = foveate("crop", "photo.png", *options)
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert [path.name for path in Path().iterdir()] == ["photo.png"]


def test_map_tells_programs_where_to_crop(foveate) -> None:
    write_photo("photo.png")
    told = foveate("map", "photo.png", "--model", "centre", "--json").objects[0]
    assert told["focal_point"] == [50.0, 50.0]
    assert told["object_position"] == "50% 50%"
    ((x, y, value),) = told["peaks"]
    assert (abs(x - 32) <= 1, abs(y - 24) <= 1, value > 0.99) == (True, True, True)
    left, top, width, height = told["box"]
    assert width * height < 0.5 * 64 * 48
    assert left < 32 < left + width
    assert top < 24 < top + height


def test_limits_bound_pictures_of_strangers(foveate) -> None:
    write_photo("photo.png")
    for options in (["--limit", "pixels=1000"], ["--limit", "bytes=1000"]):
        run = foveate("crop", "photo.png", "--aspect", "1:1", *options)
        assert run.code == 1
        assert run.err.startswith("foveate: photo.png: is ")
        assert "limit" in run.err
    assert foveate("crop", "photo.png", "--aspect", "1:1", "--no-files", "--untrusted").code == 0


def write_fading_photo(path: str) -> None:
    """A photo of 64x48 pixels that is clear at its left edge and opaque at its right one."""
    alpha = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    Image.fromarray(np.dstack([photo(), alpha])).save(path)


@pytest.mark.skipif(not features.check("avif"), reason="Pillow has no AVIF")
def test_a_crop_has_the_format_asked_for_and_its_transparency(foveate) -> None:
    write_fading_photo("photo.png")
    words = ("crop", "photo.png", "--aspect", "1:2", "--map", "none", "--json")
    told = foveate(*words, "--format", "avif").objects[0]["crops"][0]
    assert (told["output"], told["notes"]) == ("photo.1x2.foveate.avif", [])
    with Image.open(told["output"]) as image:
        assert (image.format, image.mode, image.size) == ("AVIF", "RGBA", (24, 48))
        left = told["box"][0] * 4
        alpha = np.asarray(image)[..., 3].astype(int)
        assert abs(alpha - (left + 4 * np.arange(24))).max() <= 12
    on_red = foveate(*words, "-o", "red.avif", "--background", "red").objects[0]["crops"][0]
    assert on_red["notes"] == ["alpha flattened on red"]
    with Image.open("red.avif") as image:
        assert image.mode == "RGB"


def test_the_format_that_is_chosen_names_the_crop(foveate) -> None:
    write_photo("photo.png")
    Path("photo.1x2.foveate.webp").write_text("precious")
    words = ("crop", "photo.png", "--aspect", "1:2", "--map", "none", "--format", "auto")
    run = foveate(*words, "--accept", "image/webp")
    assert run.code == 1
    assert "photo.1x2.foveate.webp: exists already" in run.err
    Path("photo.1x2.foveate.webp").unlink()
    told = foveate(*words, "--accept", "image/webp", "--json").objects[0]["crops"][0]
    assert Path(told["output"]).stat().st_size == told["bytes"]
    with Image.open(told["output"]) as image:
        assert told["output"] == f"photo.1x2.foveate.{image.format.lower().replace('jpeg', 'jpg')}"
