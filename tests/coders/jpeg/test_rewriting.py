"""Files rewritten without loss: the same coefficients and metadata, never more than libjpeg's."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from foveate.coders.jpeg.headers import is_baseline
from foveate.coders.jpeg.stored.levels import StoredError, stored_picture
from foveate.coders.jpeg.stored.rewriting import rewritten
from jpeg_files import coefficients, parse


def pixels(height: int, width: int, mode: str = "RGB") -> Image.Image:
    rng = np.random.default_rng(height + width)
    y, x = np.mgrid[:height, :width]
    base = 128 + 90 * np.sin(x / 7) * np.cos(y / 11) + 40 * ((x // 9 + y // 5) % 2)
    count = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    planes = [np.roll(base, 7 * c, axis=1) + rng.normal(0, 6, base.shape) for c in range(count)]
    array = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return Image.fromarray(array[..., 0] if mode == "L" else array, mode)


def jpeg(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def assert_same_picture(data: bytes, source: bytes) -> None:
    for own, expected in zip(coefficients(data), coefficients(source), strict=True):
        np.testing.assert_array_equal(own, expected)
    with Image.open(io.BytesIO(data)) as one, Image.open(io.BytesIO(source)) as other:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("quality", [15, 75, 97])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_no_file_is_larger_than_libjpegs_optimised_progressive_one(mode, quality, subsampling):
    image = pixels(150, 203, mode)
    options = {"quality": quality, "subsampling": subsampling}
    source = jpeg(image, **options)
    made = rewritten(source)
    assert_same_picture(made, source)
    assert len(made) <= len(jpeg(image, **options, progressive=True, optimize=True))
    assert len(made) < len(source)


def test_rewriting_again_changes_nothing():
    made = rewritten(jpeg(pixels(150, 203)))
    assert rewritten(made) == made


def test_threads_never_change_the_file():
    source = jpeg(pixels(150, 203), progressive=True)
    assert rewritten(source, threads=1) == rewritten(source, threads=7)


def test_a_file_that_cannot_be_smaller_comes_back_as_it_is():
    source = rewritten(jpeg(pixels(20, 20), quality=40))
    assert rewritten(source) is source


def test_baseline_is_written_where_it_is_asked_for_whatever_came_in():
    source = jpeg(pixels(150, 203), progressive=True)
    made = rewritten(source, progressive=False)
    assert is_baseline(made)
    assert not is_baseline(source)
    assert_same_picture(made, source)


def test_a_baseline_file_keeps_its_restart_markers():
    image = pixels(150, 203)
    source = jpeg(image, restart_marker_blocks=5)
    made = rewritten(source, progressive=False)
    assert stored_picture(made).restart_interval == 5
    assert len(made) < len(source)
    assert_same_picture(made, source)
    assert b"\xff\xd0" in made
    assert b"\xff\xd0" not in rewritten(source)


def test_metadata_comments_and_what_follows_stay():
    exif = Image.Exif()
    exif[0x010E] = "a description"
    source = jpeg(pixels(90, 90), exif=exif, comment=b"a comment", icc_profile=b"p" * 70_000)
    made = rewritten(source + b"trailer")
    assert made.endswith(b"\xff\xd9trailer")
    kept = [s for s in parse(source).segments if 0xE0 <= s[0] <= 0xEF or s[0] == 0xFE]
    assert [s for s in parse(made[:-7]).segments if 0xE0 <= s[0] <= 0xEF or s[0] == 0xFE] == kept
    assert len(kept) == 5


def test_an_odd_layout_stays():
    source = jpeg(pixels(33, 70), subsampling="4:2:2")
    assert parse(rewritten(source)).sampling == [(2, 1), (1, 1), (1, 1)]


def test_what_lacks_its_last_bits_is_refused():
    source = jpeg(pixels(45, 67), progressive=True)
    with pytest.raises(StoredError, match="last bit"):
        rewritten(source[: source.rindex(b"\xff\xda")] + b"\xff\xd9")
