"""`image.save(path, "FOVEATE")` writes what `foveate.compress` makes, and fails as Pillow does."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import foveate
import foveate.pillow
from photos import photo

FAST = {"map": "none", "tune": "fidelity"}


@pytest.fixture
def image():
    return Image.fromarray(photo(96, 128))


def saved(image, name="", **options):
    file = io.BytesIO()
    file.name = name
    image.save(file, "FOVEATE", **options)
    return file.getvalue()


def test_the_bytes_are_those_of_compress(image, tmp_path):
    options = {"quality": 70, "protect": [(8, 8, 32, 32)], "progressive": False, **FAST}
    image.save(tmp_path / "photo.jpg", "FOVEATE", **options)
    expected = foveate.compress(image, **options).data
    assert (tmp_path / "photo.jpg").read_bytes() == expected
    assert saved(image, **options) == expected


def test_a_map_may_be_an_array(image):
    values = np.zeros((96, 128), np.float32)
    values[:, :64] = 1
    options = {"quality": 60, "tune": "fidelity", "map": values}
    assert saved(image, **options) == foveate.compress(image, **options).data
    assert saved(image, **options) != saved(image, quality=60, **FAST)


def test_a_size_is_kept(image):
    assert len(saved(image, size_bytes=3000, **FAST)) <= 3000


def test_the_code_of_the_page_runs(image, tmp_path, monkeypatch):
    page = Path(__file__).parent.parent / "docs" / "python.md"
    monkeypatch.chdir(tmp_path)
    image.save("photo.png")
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        if "pyvips" in block:
            pytest.importorskip("pyvips", exc_type=ImportError)
        exec(block, {})
    assert Path("photo.jpg").stat().st_size <= 100_000


@pytest.mark.parametrize(
    ("name", "kind"), [("a.webp", "WEBP"), ("a.avif", "AVIF"), ("a.x", "JPEG")]
)
def test_the_names_ending_tells_the_format(image, name, kind):
    assert Image.open(io.BytesIO(saved(image, name, map="none"))).format == kind


def test_the_format_may_be_given(image):
    data = saved(image, "a.jpg", map="none", file_format="webp")
    assert Image.open(io.BytesIO(data)).format == "WEBP"


def test_profile_exif_and_xmp_of_the_image_are_kept(image):
    exif = Image.Exif()
    exif[0x010E] = "a disc"
    first = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(first, "PNG", icc_profile=profile, exif=exif)
    with Image.open(first) as source:
        source.info["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
        written = Image.open(io.BytesIO(saved(source, **FAST)))
    assert written.info["icc_profile"] == profile
    assert written.getexif()[0x010E] == "a disc"
    assert b"xmpmeta" in written.info["xmp"]


def test_metadata_of_the_call_replace_those_of_the_image(image):
    before, after = Image.Exif(), Image.Exif()
    before[0x010E], after[0x010E] = "before", "after"
    image.info["exif"] = before.tobytes()
    image.getexif()
    written = Image.open(io.BytesIO(saved(image, exif=after, dpi=(300, 300), **FAST)))
    assert written.getexif()[0x010E] == "after"
    assert written.info["dpi"] == (300, 300)
    assert image.getexif()[0x010E] == "before"
    none = Image.open(io.BytesIO(saved(image, exif=None, **FAST)))
    assert 0x010E not in none.getexif()


def test_pillows_spelling_of_subsampling_is_known(image):
    assert saved(image, subsampling=0, **FAST) == saved(image, subsampling="444", **FAST)
    assert saved(image, subsampling="4:2:0", **FAST) == saved(image, subsampling="420", **FAST)
    assert saved(image, optimize=True, **FAST) == saved(image, **FAST)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quality": 101}, "`quality` is 101"),
        ({"qualtiy": 80}, "no option `qualtiy`"),
        ({"quality": 80, "size_bytes": 1000}, "contradict"),
        ({"file_format": "bmp"}, "`format` is 'bmp'"),
        ({"save_all": True}, "one picture"),
    ],
)
def test_wrong_options_are_value_errors(image, options, said):
    with pytest.raises(ValueError, match=said):
        saved(image, **options)


def test_what_cannot_be_written_is_an_os_error_and_leaves_no_file(image, tmp_path):
    with pytest.raises(OSError, match=r"no such file"):
        image.save(tmp_path / "photo.jpg", "FOVEATE", map=str(tmp_path / "map.png"))
    assert list(tmp_path.iterdir()) == []
