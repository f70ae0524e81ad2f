"""Regions, dimensions and subjects that metadata tell follow a crop; what is cut off goes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

import foveate
import phone_files as phone
from foveate.pictures import Picture, read_picture
from foveate.pictures.metadata.placed_xmp import placed_xmp
from foveate.pictures.metadata.placement import Placement

WIDTH, HEIGHT = 80, 40
WINDOW = (20, 10, 40, 20)
CUT = Placement.cut_out(WINDOW, (WIDTH, HEIGHT), (20, 10))  # and halved
SPACES = (
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
    'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
)


def area(x: float, y: float, w: float, h: float, name: str) -> str:
    """A region in pixels of the whole, told in shares."""
    return (
        f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Area '
        f'stArea:x="{(x + w / 2) / WIDTH}" stArea:y="{(y + h / 2) / HEIGHT}" '
        f'stArea:w="{w / WIDTH}" stArea:h="{h / HEIGHT}" stArea:unit="normalized"/></rdf:li>'
    )


def listed(*items: str) -> bytes:
    return phone.packet(
        f'<rdf:Description {SPACES}><mwg-rs:Regions rdf:parseType="Resource">'
        f'<mwg-rs:AppliedToDimensions stDim:w="{WIDTH}" stDim:h="{HEIGHT}" stDim:unit="pixel"/>'
        f"<mwg-rs:RegionList><rdf:Bag>{''.join(items)}</rdf:Bag></mwg-rs:RegionList>"
        "</mwg-rs:Regions></rdf:Description>"
    )


def attributes(xmp: bytes, *names: str) -> list[float]:
    return [float(xmp.split(f'{name}="'.encode())[1].split(b'"')[0]) for name in names]


def test_a_face_moves_with_the_window_and_one_that_is_cut_off_goes() -> None:
    cut = placed_xmp(listed(area(30, 15, 10, 10, "Ann"), area(0, 0, 10, 10, "Bob")), CUT)
    assert b"Ann" in cut
    assert b"Bob" not in cut
    found = attributes(cut, "stArea:x", "stArea:y", "stArea:w", "stArea:h", "stDim:w", "stDim:h")
    assert np.allclose(found, [0.375, 0.5, 0.25, 0.5, 20, 10])


def test_a_face_that_is_cut_through_keeps_what_is_there() -> None:
    found = attributes(
        placed_xmp(listed(area(10, 15, 20, 10, "Ann")), CUT),
        *("stArea:x", "stArea:y", "stArea:w", "stArea:h"),
    )
    assert np.allclose(found, [0.125, 0.5, 0.25, 0.5])


@pytest.mark.parametrize(
    ("item", "right"),
    [
        ('MPReg:Rectangle="0.375, 0.375, 0.125, 0.25"', b'"0.25, 0.25, 0.25, 0.5"'),
        ('I:rbUnit="pixel" I:rbX="30" I:rbY="15" I:rbW="10" I:rbH="10"', b'I:rbX="5"'),
        ('I:rbUnit="relative" I:rbX="0.375" I:rbY="0.5" I:rbRx="0.1"', b'I:rbRx="0.2"'),
        ('stArea:unit="pixel" stArea:x="40" stArea:y="20" stArea:d="8"', b'stArea:d="4"'),
    ],
)
def test_other_kinds_of_regions_move_too(item: str, right: bytes) -> None:
    inside = f"<rdf:li><rdf:Description {item}/></rdf:li>"
    assert right in placed_xmp(listed(inside), CUT)
    outside = inside.replace("0.375", "0.9").replace('"30"', '"70"').replace('"40"', '"70"')
    assert b"rdf:li" not in placed_xmp(listed(outside), CUT)


def test_a_polygon_keeps_its_corners_within_the_window_or_goes() -> None:
    def polygon(*points: tuple[float, float]) -> str:
        corners = "".join(f'<rdf:li I:rbX="{x / WIDTH}" I:rbY="{y / HEIGHT}"/>' for x, y in points)
        return (
            '<rdf:li rdf:parseType="Resource"><I:RegionBoundary rdf:parseType="Resource">'
            "<I:rbUnit>relative</I:rbUnit>"
            f"<I:rbVertices><rdf:Seq>{corners}</rdf:Seq></I:rbVertices></I:RegionBoundary></rdf:li>"
        )

    kept = placed_xmp(listed(polygon((30, 15), (70, 15), (30, 35))), CUT)
    assert kept.count(b"I:rbX") == 3
    assert b'I:rbX="1" I:rbY="0.25"' in kept
    assert b"I:rbX" not in placed_xmp(listed(polygon((0, 0), (9, 0), (0, 9))), CUT)


def subjects(picture: Picture) -> dict[int, tuple[int, ...]]:
    exif = Image.Exif()
    assert picture.exif is not None
    exif.load(b"Exif\0\0" + picture.exif)
    return dict(exif.get_ifd(0x8769))


@pytest.mark.parametrize("first", [0x9214, 0xA214])
def test_exif_tells_the_subject_the_size_and_the_sensors_pixels_of_the_crop(first: int) -> None:
    exif = Image.Exif()
    exif[0x100], exif[0x101] = WIDTH, HEIGHT
    inner = {
        0x9214: (50, 20, 20, 10),
        0xA214: (5, 5),
        0xA20E: IFDRational(1000),
        0xA20F: IFDRational(500),
    }
    inner |= {0xA002: WIDTH, 0xA003: HEIGHT, 0x829A: 0.5, 0xA406: 1}
    if first == 0xA214:
        inner |= {0x9214: (2, 2, 4, 4), 0xA214: (40, 20)}
    exif.get_ifd(0x8769).update(inner)
    exif[0x8769] = exif.get_ifd(0x8769)
    file = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "grey").save(file, "JPEG", exif=exif)
    values = np.zeros((HEIGHT, WIDTH), np.float32)
    values[:, 30:70] = 1
    made = foveate.crop(file.getvalue(), aspect="1:1", map=values)
    x, y, side, _ = made.box
    told = subjects(made.picture)
    assert (told[0xA002], told[0xA003]) == (side, side)
    assert (told[0xA20E], told[0xA20F]) == (1000, 500)
    assert (told[0x829A], told[0xA406]) == (0.5, 1)  # what stands behind an entry that went
    if first == 0x9214:
        left, right = max(40, x), min(60, x + side)
        assert told[0x9214] == (round((left + right) / 2) - x, 20 - y, right - left, 10)
        assert 0xA214 not in told
    else:
        assert told[0xA214] == (40 - x, 20 - y)
        assert 0x9214 not in told
    resized = subjects(foveate.crop(file.getvalue(), size=(20, 20), map=values).picture)
    assert (resized[0xA002], resized[0xA20E], resized[0xA20F]) == (20, 500, 250)


def test_a_turned_photos_sensor_is_turned_too() -> None:
    exif = phone.oriented(6)
    exif.get_ifd(0x8769).update({0xA20E: IFDRational(1000), 0xA20F: IFDRational(500)})
    exif[0x8769] = exif.get_ifd(0x8769)
    file = io.BytesIO()
    Image.new("L", (WIDTH, HEIGHT)).save(file, "JPEG", exif=exif)
    told = subjects(read_picture(file.getvalue()))
    assert (told[0xA20E], told[0xA20F]) == (500, 1000)
