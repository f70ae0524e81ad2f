"""Messages name options as they are typed; in Python they name parameters."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

import foveate as package
from foveate.cli.option_names import CROP, in_options
from foveate.errors import OptionError, PictureError
from photos import photo, write_photo


@pytest.mark.parametrize(
    ("message", "typed"),
    [
        ("`size_bytes` and `match_quality`", "--size and --match-quality"),
        ("use `overwrite=True`; `progressive=False`", "use --overwrite; --baseline"),
        ("`tune` goes with `method='rdo'`", "--tune goes with --method rdo"),
        ("about 5 with `metadata='none'`", "about 5 with --strip"),
        ("raise `Limits.pixels`", "raise --limit pixels=N"),
        ("`strange` `name.jpg` `", "`strange` `name.jpg` `"),
        ("quality `", "quality `"),
    ],
)
def test_parameters_become_options(message: str, typed: str) -> None:
    assert in_options(message) == typed


def test_crop_calls_its_bytes_otherwise() -> None:
    assert in_options("`size_bytes` and `quality`", CROP) == "--bytes and --quality"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lossless", "--protect", "0,0,9,9"], "--lossless and --protect contradict each other"),
        (["--tune", "eyes", "--format", "avif"], "--tune does not go with AVIF; leave it out"),
        (["--baseline", "--format", "avif"], "--baseline does not go with AVIF"),
        (["--effort", "best", "--tune", "eyes"], "--effort goes with --tune vision"),
        (["--floor", "90"], "--floor 90 is above --quality 80"),
        (["--background", "#12345678"], "--background is '#12345678'"),
        (["--size", "9000G"], "--size is 9,000,000,000,000; give a whole number from 1 to 1,099,"),
    ],
)
def test_contradictions_are_told_in_options(foveate, options: list[str], said: str) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", *options)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert said in run.err
    assert "`" not in run.err


def test_errors_about_a_picture_name_options_too(foveate) -> None:
    write_photo("photo.png")
    run = foveate("compress", "photo.png", "--lossless")
    assert "leave out --lossless" in run.err
    run = foveate("crop", "photo.png", "--aspect", "1:1", "--bytes", "9", "--quality", "9")
    assert "--quality and --bytes contradict each other" in run.err
    run = foveate("compress", "photo.png", "--protect", "60,0,9,9", "--json")
    assert "photo.png: --protect 60,0,9,9 reaches outside" in run.objects[0]["error"]


def test_a_cut_file_is_never_advised_what_does_not_work(foveate) -> None:
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, "JPEG", quality=95)
    cut = file.getvalue()[: len(file.getvalue()) * 3 // 4]
    Path("cut.jpg").write_bytes(cut)
    run = foveate("compress", "cut.jpg")
    assert "keep what there is with --tolerant" in run.err
    run = foveate("compress", "cut.jpg", "--lossless")
    assert "only a whole file can be rewritten without loss; take another copy" in run.err
    assert "tolerant" not in run.err
    with pytest.raises(PictureError, match="since it is truncated; leave out `lossless`"):
        package.compress(cut, lossless=True, tolerant=True)


def test_python_is_told_in_parameters() -> None:
    with pytest.raises(OptionError, match="`quality` and `size_bytes` contradict each other"):
        package.compress(photo(), quality=5, size_bytes=5)
