"""Standard JPEGs of a given size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFile

from foveate.coders.jpeg.sized import jpeg_of_size
from foveate.coders.plain.pillow_jpeg import pillow_jpeg, plain_jpeg
from foveate.errors import TargetError
from jpeg_files import parse


def picture(height: int, width: int) -> Image.Image:
    rng = np.random.default_rng(height + width)
    y, x = np.mgrid[:height, :width]
    base = 128 + 60 * np.sin(x / 17) + 50 * np.cos(y / 23)
    planes = [base + 15 * c + rng.normal(0, 12, base.shape) for c in range(3)]
    return Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.5, 1.0, 1.7, 2.5])
def test_a_size_is_met_from_below_within_one_per_cent(
    mode: str, progressive: bool, share: float
) -> None:
    image = picture(200, 296).convert(mode)
    target = round(share * len(pillow_jpeg(image, quality=60)))
    found = jpeg_of_size(image, target, progressive=progressive)
    assert 0.99 * target <= len(found.data) <= target
    assert not found.at_ceiling
    assert parse(found.data).progressive == progressive


def test_the_size_of_a_quality_gives_about_that_quality() -> None:
    image = picture(200, 296)
    found = jpeg_of_size(image, len(pillow_jpeg(image, quality=60)))
    assert found.quality == pytest.approx(60, abs=1)


def test_more_bytes_than_the_picture_holds_give_its_finest_file() -> None:
    image = picture(64, 64)
    found = jpeg_of_size(image, 10**6)
    assert found.at_ceiling
    assert found.quality == 100
    assert found.data == plain_jpeg(np.asarray(image), 100)


def test_noise_that_fills_more_than_two_bytes_a_pixel_is_written_too() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 400, 3), dtype=np.uint8)
    before = ImageFile.MAXBLOCK
    found = jpeg_of_size(Image.fromarray(pixels), 10**6, subsampling="444", progressive=True)
    assert found.at_ceiling
    assert len(found.data) > 2 * 200 * 400
    assert before == ImageFile.MAXBLOCK


def test_too_few_bytes_name_the_nearest_that_can_be_met() -> None:
    with pytest.raises(TargetError) as caught:
        jpeg_of_size(picture(64, 64), 300)
    nearest = int(str(caught.value).split(" is ")[1].split()[0].replace(",", ""))
    assert len(jpeg_of_size(picture(64, 64), nearest).data) == nearest


def test_segments_are_part_of_the_size() -> None:
    image, segment = picture(120, 120), b"\xff\xfe\x07\xd2" + bytes(2000)
    found = jpeg_of_size(image, 8000, app_segments=segment)
    assert 7920 <= len(found.data) <= 8000
    assert segment in found.data
    Image.open(io.BytesIO(found.data)).load()


def test_a_byte_too_few_is_refused_and_not_exceeded() -> None:
    with pytest.raises(TargetError) as caught:
        jpeg_of_size(picture(64, 64), 300)
    nearest = int(str(caught.value).split(" is ")[1].split()[0].replace(",", ""))
    with pytest.raises(TargetError):
        jpeg_of_size(picture(64, 64), nearest - 1)
