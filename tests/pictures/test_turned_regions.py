"""Regions, dimensions and subjects that metadata tell are turned with the pixels."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

import phone_files as phone
from foveate.pictures import read_picture
from foveate.pictures.metadata.exif import upright_exif
from foveate.pictures.metadata.placed_xmp import placed_xmp
from foveate.pictures.metadata.placement import Placement
from foveate.pictures.metadata.xmp import changed_xmp

WIDTH, HEIGHT = 80, 40  # as stored
TURN = Placement.turned(6, (40, 80))
MARK = (24, 8, 16, 8)  # x, y, width and height of a white box


def stored_with_a_box(orientation: int, description: str) -> bytes:
    """A black picture with a white box, and XMP that tells where the box is."""
    x, y, w, h = MARK
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[y : y + h, x : x + w] = 255
    jpeg = phone.plain(pixels, exif=phone.oriented(orientation))
    return phone.with_segments(jpeg, phone.xmp(description))


def white_box(pixels: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((pixels > 128).any(1))[0], np.nonzero((pixels > 128).any(0))[0]
    return columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1


X, Y, W, H = MARK[0] / WIDTH, MARK[1] / HEIGHT, MARK[2] / WIDTH, MARK[3] / HEIGHT
MWG = (
    '<rdf:Description xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
    'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#">'
    '<mwg-rs:Regions rdf:parseType="Resource">'
    f'<mwg-rs:AppliedToDimensions stDim:w="{WIDTH}" stDim:h="{HEIGHT}" stDim:unit="pixel"/>'
    '<mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource">{}</rdf:li></rdf:Bag>'
    "</mwg-rs:RegionList></mwg-rs:Regions></rdf:Description>"
)
AREAS = {
    "attributes": f'<mwg-rs:Area stArea:x="{X + W / 2}" stArea:y="{Y + H / 2}" stArea:w="{W}" '
    f'stArea:h="{H}" stArea:unit="normalized"/>',
    "elements": f'<mwg-rs:Area rdf:parseType="Resource"><stArea:x>{X + W / 2}</stArea:x>'
    f"<stArea:y>{Y + H / 2}</stArea:y><stArea:w>{W}</stArea:w><stArea:h>{H}</stArea:h>"
    "</mwg-rs:Area>",
}


def told(xmp: bytes, names: tuple[str, ...]) -> list[float]:
    """The numbers that attributes or elements of these names hold."""
    found: dict[str, float] = {}

    def change(root) -> bool:
        for element in [root, *root.getElementsByTagName("*")]:
            found.update(
                {n: float(element.getAttribute(n)) for n in names if element.hasAttribute(n)}
            )
            if element.nodeName in names:
                found[element.nodeName] = float(element.firstChild.data)
        return False

    changed_xmp(xmp, change)
    return [found[name] for name in names]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("spelling", AREAS)
def test_the_metadata_working_groups_regions_stay_on_what_they_mark(
    orientation: int, spelling: str
) -> None:
    picture = read_picture(stored_with_a_box(orientation, MWG.replace("{}", AREAS[spelling])))
    x, y, w, h = told(picture.xmp, ("stArea:x", "stArea:y", "stArea:w", "stArea:h"))
    across, down = picture.width, picture.height
    box = ((x - w / 2) * across, (y - h / 2) * down, w * across, h * down)
    assert np.allclose(box, white_box(picture.pixels), atol=0.01)
    assert told(picture.xmp, ("stDim:w", "stDim:h")) == [across, down]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_microsofts_and_iptcs_regions_stay_on_what_they_mark(orientation: int) -> None:
    iptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    description = (
        '<rdf:Description xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" '
        f'xmlns:I="{iptc}" MPReg:Rectangle="{X}, {Y}, {W}, {H}"><I:RegionBoundary>'
        f'<rdf:Description I:rbUnit="pixel" I:rbX="{MARK[0]}" I:rbY="{MARK[1]}" '
        f'I:rbW="{MARK[2]}" I:rbH="{MARK[3]}"/></I:RegionBoundary></rdf:Description>'
    )
    picture = read_picture(stored_with_a_box(orientation, description))
    right = white_box(picture.pixels)
    assert np.allclose(told(picture.xmp, ("I:rbX", "I:rbY", "I:rbW", "I:rbH")), right, atol=0.01)
    rectangle = picture.xmp.split(b'Rectangle="')[1].split(b'"')[0].split(b",")
    sides = (picture.width, picture.height) * 2
    assert np.allclose([float(v) * side for v, side in zip(rectangle, sides, strict=True)], right)


def test_the_packets_dimensions_are_the_pictures() -> None:
    packet = phone.packet(
        '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:ImageWidth="80" '
        'xmlns:exif="http://ns.adobe.com/exif/1.0/"><tiff:ImageLength>40</tiff:ImageLength>'
        "<exif:PixelXDimension>80</exif:PixelXDimension></rdf:Description>"
    )
    turned = placed_xmp(packet, TURN)
    names = ("tiff:ImageWidth", "tiff:ImageLength", "exif:PixelXDimension")
    assert told(turned, names) == [40, 80, 40]
    assert placed_xmp(packet, Placement.turned(1, (80, 40))) == packet


def test_a_packets_wrapper_prefixes_and_padding_stay() -> None:
    inner = phone.packet(MWG.replace("{}", AREAS["attributes"]))
    begin, end = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0"?>', b'  \n<?xpacket end="w"?>'
    turned = placed_xmp(begin + inner + end, TURN)
    assert turned.startswith(begin + b"<x:xmpmeta")
    assert turned.endswith(b'</x:xmpmeta><?xpacket end="w"?>')
    assert b"<mwg-rs:Regions " in turned


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"not XML",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b"\xff\xfe<\0x\0/\0>\0",
    ],
)
def test_xmp_that_cannot_be_parsed_stays_as_it_is(packet: bytes) -> None:
    assert placed_xmp(packet, TURN) == packet


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_subject_in_exif_stays_where_it_is(orientation: int) -> None:
    x, y, w, h = MARK
    exif = phone.oriented(orientation)
    exif[0x11A], exif[0x11B], exif[0x128] = 300.0, 200.0, 2
    exif[0x100], exif[0x101] = WIDTH, HEIGHT
    middle = (x + w // 2, y + h // 2)
    exif.get_ifd(0x8769).update({0x9214: (*middle, w, h), 0xA214: middle})
    exif[0x8769] = exif.get_ifd(0x8769)
    data = io.BytesIO()
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[y : y + h, x : x + w] = 255
    Image.fromarray(pixels).save(data, "JPEG", exif=exif)
    picture = read_picture(data.getvalue())
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + picture.exif)
    inner = kept.get_ifd(0x8769)
    left, top, across, down = white_box(picture.pixels)
    assert inner[0x9214] == (left + across // 2, top + down // 2, across, down)
    assert inner[0xA214] == inner[0x9214][:2]
    assert (kept[0x100], kept[0x101]) == (picture.width, picture.height)
    assert (kept[0x11A], kept[0x11B]) == ((200, 300) if orientation >= 5 else (300, 200))


def test_directories_that_point_at_each_other_count_as_broken() -> None:
    inner = struct.pack(">HHHII", 1, 0xA005, 4, 1, 26) + bytes(4)
    cyclic = b"MM\0*" + struct.pack(">IHHHII", 8, 1, 0x8769, 4, 1, 26) + bytes(4) + inner
    assert upright_exif(cyclic, width=8, height=8) is None
    jpeg = phone.with_segments(phone.plain(), phone.segment(0xE1, b"Exif\0\0" + cyclic))
    picture = read_picture(jpeg)
    assert picture.exif is None
    assert picture.notes == ("EXIF is broken and left out",)
