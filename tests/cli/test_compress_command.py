"""`foveate compress` as a person uses it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photos import photo, write_photo


def decoded(path: Path | str) -> np.ndarray:
    with Image.open(path) as image:
        assert image.format == "JPEG"
        return np.asarray(image)


def test_a_picture_gets_its_result_beside_it(foveate) -> None:
    write_photo("trip/photo.png")
    run = foveate("compress", "trip/photo.png")
    assert run.code == 0
    assert decoded("trip/photo.foveate.jpg").shape == (48, 64, 3)
    assert "Written: trip/photo.foveate.jpg" in run.out
    assert "foveate-s" in run.out


def test_nothing_goes_to_stderr_when_all_is_well(foveate) -> None:
    write_photo("photo.png")
    assert foveate("compress", "photo.png").err == ""


def test_files_and_folders_are_summed_up_in_a_table(foveate) -> None:
    for name in ("a.png", "b/c.png", "b/d.webp"):
        write_photo(name)
    run = foveate("compress", "a.png", "b", "-o", "out/")
    assert run.code == 0
    assert sorted(path.name for path in Path("out").glob("*.jpg")) == ["a.jpg", "c.jpg", "d.jpg"]
    for words in ("before", "after", "saved", "salient gain", "3 pictures", "b/c.png", " dB"):
        assert words in run.out


def test_json_is_one_object_a_line_and_nothing_else(foveate) -> None:
    write_photo("a.png")
    write_photo("b.png")
    run = foveate("compress", "a.png", "missing.png", "b.png", "--json")
    first, failed, second = run.objects
    assert (first["source"], first["output"]) == ("a.png", "a.foveate.jpg")
    assert first["bytes"] == Path("a.foveate.jpg").stat().st_size
    assert first["source_bytes"] == Path("a.png").stat().st_size
    assert failed == {"source": "missing.png", "error": "missing.png: no such file; check the name"}
    assert second["source"] == "b.png"
    assert run.code == 1


def test_a_bad_file_does_not_stop_the_others(foveate) -> None:
    Path("bad.jpg").write_bytes(b"not a picture")
    write_photo("good.png")
    run = foveate("compress", "bad.jpg", "good.png")
    assert run.code == 1
    assert run.err.count("\n") == 1
    assert run.err.startswith("foveate: bad.jpg: is not a picture")
    assert Path("good.foveate.jpg").exists()
    assert not Path("bad.foveate.jpg").exists()


def test_nothing_existing_is_replaced_unless_asked(foveate) -> None:
    write_photo("photo.png")
    Path("photo.foveate.jpg").write_text("precious")
    run = foveate("compress", "photo.png")
    assert run.code == 1
    assert "photo.foveate.jpg: exists already; use --overwrite" in run.err
    assert Path("photo.foveate.jpg").read_text() == "precious"
    assert foveate("compress", "photo.png", "--overwrite").code == 0
    assert decoded("photo.foveate.jpg").shape == (48, 64, 3)


def test_a_picture_is_not_replaced_by_its_result_unless_asked(foveate) -> None:
    write_photo("photo.jpg", quality=98)
    before = Path("photo.jpg").read_bytes()
    assert foveate("compress", "photo.jpg", "-o", "photo.jpg").code == 1
    assert Path("photo.jpg").read_bytes() == before
    assert foveate("compress", "photo.jpg", "-o", "photo.jpg", "--overwrite").code == 0
    assert len(Path("photo.jpg").read_bytes()) < len(before)


def test_two_results_of_one_name_fail_and_the_others_go_on(foveate) -> None:
    for name in ("photo.png", "photo.webp", "other.png"):
        write_photo(name)
    run = foveate("compress", "photo.png", "photo.webp", "other.png")
    assert run.code == 1
    first, second = run.err.splitlines()
    assert first.endswith("give it alone, with -o photo.png.foveate.jpg")
    assert second.endswith("give it alone, with -o photo.webp.foveate.jpg")
    assert not Path("photo.foveate.jpg").exists()
    assert Path("other.foveate.jpg").exists()


def test_a_folder_can_be_compressed_again(foveate) -> None:
    write_photo("trip/photo.png")
    assert foveate("compress", "trip").code == 0
    run = foveate("compress", "trip", "--overwrite", "--json")
    assert [values["source"] for values in run.objects] == ["trip/photo.png"]


def test_the_size_is_an_upper_bound(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--size", "1.5k", "--json")
    assert run.code == 0
    assert Path("photo.foveate.jpg").stat().st_size <= 1500


def test_a_size_that_cannot_be_met_names_one_that_can(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--size", "10")
    assert run.code == 1
    assert run.err.startswith("foveate: photo.png: 10 bytes are too few")


def test_a_jpeg_that_cannot_be_made_smaller_is_copied(foveate) -> None:
    write_photo("first.jpg", quality=5)
    rewritten = foveate("compress", "first.jpg", "--lossless", "-o", "photo.jpg")
    assert rewritten.code == 0
    assert "only coded in fewer bytes" in rewritten.out
    assert Path("photo.jpg").stat().st_size < Path("first.jpg").stat().st_size
    run = foveate("compress", "photo.jpg", "--quality", "95")
    assert run.code == 0
    assert Path("photo.foveate.jpg").read_bytes() == Path("photo.jpg").read_bytes()
    assert "kept" in run.out
    assert "the result is a copy of it" in run.out


def test_lossless_goes_with_no_target(foveate) -> None:
    write_photo("photo.jpg")
    run = foveate("compress", "photo.jpg", "--lossless", "--quality", "70")
    assert run.code == 2
    assert "--lossless and --quality contradict each other" in run.err


def test_notes_tell_what_was_done_to_the_picture(foveate) -> None:
    image = Image.fromarray(photo())
    image.putalpha(100)
    image.save("clear.png")
    assert "clear.png: alpha flattened on white" in foveate("compress", "clear.png").out


def test_options_reach_the_encoder(foveate) -> None:
    write_photo("photo.png")
    common = ("compress", "photo.png", "--json", "--overwrite")
    values = foveate(*common, "--baseline", "--subsampling", "444", "--map", "none").objects[0]
    assert values["coder"] == {
        "tune": "vision",
        "effort": "default",
        "subsampling": "444",
        "progressive": False,
    }
    values = foveate(*common, "--tune", "fidelity", "--map", "none").objects[0]
    assert values["coder"] == {"tune": "fidelity", "subsampling": "420", "progressive": True}
    assert values["map"] == "none"
    values = foveate(*common, "--method", "mosaic", "--match-quality", "50").objects[0]
    assert values["method"] == "mosaic"
    values = foveate(*common, "--quality", "50", "--floor", "20", "--threads", "1").objects[0]
    assert "50" in values["target"]
    assert "20" in values["target"]


def test_metadata_goes_when_stripped(foveate) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Foveate camera"
    write_photo("photo.jpg", quality=98, exif=exif)
    foveate("compress", "photo.jpg", "-o", "kept.jpg")
    foveate("compress", "photo.jpg", "-o", "stripped.jpg", "--strip")
    assert b"Foveate camera" in Path("kept.jpg").read_bytes()
    assert b"Foveate camera" not in Path("stripped.jpg").read_bytes()


def test_a_protected_box_comes_out_sharper(foveate) -> None:
    write_photo("photo.png")
    common = ("compress", "photo.png", "--size", "1400", "--map", "none")
    foveate(*common, "-o", "plain.jpg")
    boxes = ("--protect", "0,0,24,24", "--protect", "40,32,24,16")
    foveate(*common, *boxes, "-o", "kept.jpg")
    for region in (np.s_[:24, :24], np.s_[32:, 40:]):
        plain, kept = (
            np.mean((decoded(name)[region].astype(float) - photo()[region]) ** 2)
            for name in ("plain.jpg", "kept.jpg")
        )
        assert kept < plain


def test_a_box_outside_a_picture_is_named(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--protect", "60,0,24,24")
    assert run.code == 1
    assert run.err == (
        "foveate: photo.png: --protect 60,0,24,24 reaches outside the picture, which is 64 x 48\n"
    )


def test_a_map_may_be_a_picture(foveate) -> None:
    write_photo("photo.png")
    Image.fromarray(np.eye(48, 64, dtype=np.uint8) * 255).save("map.png")
    values = foveate("compress", "photo.png", "--map", "map.png", "--json").objects[0]
    assert values["map"] == "map.png"


@pytest.mark.parametrize("pixels", [np.zeros((10, 64), np.uint8), photo()])
def test_a_map_that_does_not_fit_fails_its_picture(foveate, pixels: np.ndarray) -> None:
    write_photo("photo.png")
    Image.fromarray(pixels).save("map.png")
    run = foveate("compress", "photo.png", "--map", "map.png")
    assert run.code == 1
    assert run.err.count("\n") == 1
    assert "map.png" in run.err


@pytest.mark.parametrize(
    "options",
    [
        ["--quality", "0"],
        ["--quality", "101"],
        ["--quality", "fine"],
        ["--quality", "50", "--size", "20k"],
        ["--match-quality", "50", "--size", "20k"],
        ["--match-quality", "50", "--floor", "20"],
        ["--quality", "50", "--floor", "60"],
        ["--size", "much"],
        ["--protect", "1,2,3"],
        ["--map", "nonesuch"],
        ["--map", "missing.png"],
        ["--method", "magic"],
        ["--subsampling", "411"],
        ["--threads", "0"],
        ["-o", "photo.gif"],
        ["--nonesuch"],
    ],
)
def test_wrong_usage_stops_before_any_work(foveate, options: list[str]) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", *options, "--json")
    assert run.code == 2
    assert run.out == ""
    assert options[0] in run.err
    assert len(run.err.splitlines()) == 1, "one line, and no box around it"
    assert not Path("photo.foveate.jpg").exists()


def test_contradictions_are_told_in_the_words_that_were_typed(foveate) -> None:
    run = foveate("compress", "photo.png", "--match-quality", "50", "--size", "20k")
    assert run.err == (
        "foveate: --match-quality and --size contradict each other; give one of them\n"
    )


def test_an_unwritable_place_is_named_and_the_others_go_on(foveate) -> None:
    write_photo("a/photo.png")
    write_photo("b/other.png")
    Path("a/photo.foveate.jpg").mkdir()
    run = foveate("compress", "a/photo.png", "b/other.png", "--overwrite")
    assert run.code == 1
    assert "a/photo.foveate.jpg: cannot be written" in run.err
    assert Path("b/other.foveate.jpg").exists()


def test_odd_names_are_written_as_they_are_and_shown_safely(foveate) -> None:
    write_photo("photo.png")
    name = "[red] é\x1b[31m\n.png"
    shutil.copy("photo.png", name)
    run = foveate("compress", name)
    assert run.code == 0
    assert Path("[red] é\x1b[31m\n.foveate.jpg").exists()
    assert r"[red] é\x1b[31m\n.png" in run.out
    assert foveate("compress", name, "--overwrite", "--json").objects[0]["source"] == name


def test_results_do_not_depend_on_the_number_of_threads(foveate) -> None:
    write_photo("photo.png")
    foveate("compress", "photo.png", "-o", "one.jpg", "--threads", "1")
    foveate("compress", "photo.png", "-o", "many.jpg")
    assert Path("one.jpg").read_bytes() == Path("many.jpg").read_bytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 9), (17, 8)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_small_pictures_are_compressed_too(foveate, size: tuple[int, int], mode: str) -> None:
    Image.fromarray(photo(*size)).convert(mode).save("small.png")
    assert foveate("compress", "small.png").code == 0
    assert decoded("small.foveate.jpg").shape[:2] == size


def test_the_name_or_the_format_asks_for_avif(foveate) -> None:
    write_photo("a.png")
    assert foveate("compress", "a.png", "-o", "b.avif", "--effort", "fast").code == 0
    run = foveate("compress", "a.png", "--format", "avif", "--effort", "fast")
    assert "Written: a.foveate.avif" in run.out
    for name in ("b.avif", "a.foveate.avif"):
        with Image.open(name) as image:
            assert image.format == "AVIF"
    refused = foveate("compress", "a.png", "--format", "avif", "-o", "c.jpg")
    assert refused.code == 2
    assert "end a file's name in .avif, a folder's in /" in refused.err


@pytest.mark.parametrize("command", [("compress",), ("crop", "--aspect", "1:1")])
def test_a_name_of_no_format_is_told_which_endings_there_are(foveate, command) -> None:
    write_photo("a.png")
    refused = foveate(*command, "a.png", "-o", "b.png")
    assert refused.code == 2
    assert ".jfif (without --format also .avif, .jxl or .webp), a folder's in /" in refused.err
