"""JPEGs of which little is wanted are decoded smaller; what is cut out of them stays the same."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from foveate._crop import cut_out
from foveate.pictures import read_picture
from foveate.service.geometry import Cut, Plan, reduction
from foveate.service.wanted import Gravity
from photos import photo

SIDES = 1003, 749  # that no factor divides


def jpeg(orientation: int = 1, **options: object) -> bytes:
    image = Image.fromarray(photo()).resize(SIDES, Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9214] = (500, 300, 100, 80)  # SubjectArea
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92, exif=exif.tobytes(), **options)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("factor", [2, 8])
def test_windows_of_a_smaller_decoding_are_those_of_the_whole(
    orientation: int, factor: int
) -> None:
    data = jpeg(orientation)
    whole = read_picture(data)
    asked = []

    def reduce(width: int, height: int) -> int:
        asked.append((width, height))
        return factor

    smaller = read_picture(data, reduce=reduce)
    assert asked == [smaller.whole] == [(whole.width, whole.height)]
    assert smaller.pixels.shape[0] == -(-whole.height // factor)
    assert smaller.jpeg is None
    for box in ((0, 0, *smaller.whole), (201, 123, 480, 360)):
        size = box[2] // (2 * factor), box[3] // (2 * factor)
        expected, _ = cut_out(whole, box, size)
        got, _ = cut_out(smaller, box, size)
        assert (got.width, got.height, got.whole) == (*size, size)
        assert got.exif == expected.exif  # the subject too, which is told in pixels
        assert np.abs(got.pixels.astype(float) - expected.pixels).mean() < 1.5


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}])
def test_other_kinds_of_jpegs_are_decoded_smaller_too(options: dict[str, object]) -> None:
    data = jpeg(**options)
    smaller = read_picture(data, reduce=lambda *_: 4)
    expected = cut_out(read_picture(data), (0, 0, *SIDES), (100, 75))[0].pixels
    got = cut_out(smaller, (0, 0, *SIDES), (100, 75))[0].pixels
    assert np.abs(got.astype(float) - expected).mean() < 1


def test_what_cannot_be_decoded_smaller_is_read_as_ever() -> None:
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, "PNG")
    for data, factor in ((file.getvalue(), 8), (jpeg(), 1)):
        read = read_picture(data, reduce=lambda *_, factor=factor: factor)
        assert (read.reduced, read.encoded) == (None, data)
        assert np.array_equal(read.pixels, read_picture(data).pixels)


@pytest.mark.parametrize(
    ("size", "factor"),
    [((1001, 750), 1), ((1000, 750), 2), ((500, 375), 4), ((250, 187), 8), ((10, 3000), 1)],
)
def test_twice_the_pixels_of_the_result_are_left(size: tuple[int, int], factor: int) -> None:
    assert reduction(Plan((), size), (4000, 3000)) == factor
    window = Plan((Cut((2000, 1500), Gravity()),), size)
    assert reduction(window, (4000, 3000)) == max(1, factor // 2)
