"""What a file carries beside pixels is kept as far as JPEG holds it, and noted by name if not."""

from __future__ import annotations

import hashlib
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin

import foveate
import phone_files as phone
from colour_profiles import wide_gamut
from foveate.pictures import read_picture
from foveate.pictures.containers.photoshop import joined_resources, rights_resources
from photos import photo

FAST = {"map": "none", "effort": "fast", "quality": 50}


def iptc(**texts: bytes) -> bytes:
    numbers = {"copyright": 116, "by_line": 80, "city": 90}
    return b"".join(
        bytes((0x1C, 2, numbers[name])) + len(text).to_bytes(2, "big") + text
        for name, text in texts.items()
    )


def resource(number: int, body: bytes) -> bytes:
    size = len(body).to_bytes(4, "big")
    return b"8BIM" + number.to_bytes(2, "big") + b"\0\0" + size + body + bytes(len(body) % 2)


IPTC = iptc(copyright=b"(c) the photographer", by_line=b"A Photographer", city=b"Oslo")


def compressed(source: bytes, **options: object) -> tuple[bytes, Image.Image, tuple[str, ...]]:
    result = foveate.compress(source, **{**FAST, **options})
    assert not result.report.copied_source
    return result.data, Image.open(io.BytesIO(result.data)), result.report.notes


def test_iptc_comments_and_all_are_kept_without_a_note() -> None:
    photoshop = phone.segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, IPTC))
    comments = phone.segment(0xFE, b"License: CC-BY") + phone.segment(0xFE, b"two\xff")
    source = phone.with_segments(phone.plain(), photoshop, comments)
    data, image, notes = compressed(source)
    assert IptcImagePlugin.getiptcinfo(image)[2, 116] == b"(c) the photographer"
    assert IptcImagePlugin.getiptcinfo(image)[2, 90] == b"Oslo"
    assert phone.segment(0xFE, b"License: CC-BY") in data
    assert phone.segment(0xFE, b"two\xff") in data
    assert notes == ()


def test_iptc_of_tiff_files_is_kept() -> None:
    for tag, value in ((34377, resource(0x0404, IPTC)), (33723, IPTC)):
        file = io.BytesIO()
        Image.fromarray(phone.photo()).save(file, "TIFF", tiffinfo={tag: value}, dpi=(240, 240))
        _, image, _ = compressed(file.getvalue())
        assert IptcImagePlugin.getiptcinfo(image)[2, 80] == b"A Photographer"
        assert image.info["jfif_density"] == (240, 240)


def test_photoshops_thumbnail_goes_and_long_resources_run_over_segments() -> None:
    long = resource(0x0404, IPTC) + resource(0x0BB7, bytes(70_000))
    whole = long + resource(0x040C, b"thumbnail") + resource(0x0422, b"Exif")
    parts = [whole[:65_000], whole[65_000:]]
    segments = [phone.segment(0xED, b"Photoshop 3.0\0" + part) for part in parts]
    _, image, notes = compressed(phone.with_segments(phone.plain(photo(240, 320)), *segments))
    joined = b"".join(
        content.removeprefix(b"Photoshop 3.0\0")
        for name, content in image.applist
        if name == "APP13"
    )
    assert joined == long
    assert notes == ()


def test_resources_that_are_cut_short_stay_as_they_are_but_tell_no_rights() -> None:
    broken = resource(0x0404, IPTC)[:-20]
    assert joined_resources([b"Photoshop 3.0\0" + broken]) == broken
    assert rights_resources(broken) == b""


def extended(packet: bytes, length: int = 60) -> tuple[str, list[bytes]]:
    guid = hashlib.md5(packet).hexdigest().upper()
    head = b"http://ns.adobe.com/xmp/extension/\0" + guid.encode() + len(packet).to_bytes(4, "big")
    return guid, [
        phone.segment(0xE1, head + at.to_bytes(4, "big") + packet[at : at + length])
        for at in range(0, len(packet), length)
    ]


def pointing(guid: str) -> bytes:
    return phone.xmp(
        '<rdf:Description xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmlns:a="urn:a" '
        f'a:b="c" xmpNote:HasExtendedXMP="{guid}"/>'
    )


def extended_in(image: Image.Image) -> bytes:
    name = b"http://ns.adobe.com/xmp/extension/\0"
    parts = {c[71:75]: c for n, c in image.applist if n == "APP1" and c.startswith(name)}
    joined = b"".join(parts[key][75:] for key in sorted(parts))
    if joined:
        guid = hashlib.md5(joined).hexdigest().upper().encode()
        assert all(c[35:67] == guid for c in parts.values())
        assert all(int.from_bytes(c[67:71], "big") == len(joined) for c in parts.values())
        assert b'HasExtendedXMP="' + guid in image.info["xmp"]
    return joined


def test_extended_xmp_is_kept_whatever_the_order_of_its_segments() -> None:
    packet = phone.packet('<rdf:Description xmlns:a="urn:a" a:long="' + "x" * 200 + '"/>')
    guid, segments = extended(packet)
    source = phone.with_segments(phone.plain(), *segments[::-1], pointing(guid))
    _, image, notes = compressed(source)
    assert extended_in(image) == packet
    assert notes == ()


def test_of_extended_xmp_that_is_not_whole_no_pointer_stays() -> None:
    guid, segments = extended(phone.packet('<rdf:Description a="' + "x" * 200 + '"/>'))
    source = phone.with_segments(phone.plain(), pointing(guid), *segments[1:])
    _, image, notes = compressed(source)
    assert b"HasExtendedXMP" not in image.info["xmp"]
    assert b'a:b="c"' in image.info["xmp"]
    assert notes == ("left out: extended XMP, parts of which are missing",)


def test_a_packet_that_is_too_long_for_a_segment_goes_into_extended_xmp() -> None:
    packet = phone.packet('<rdf:Description xmlns:a="urn:a" a:long="' + "x" * 150_000 + '"/>')
    file = io.BytesIO()
    Image.fromarray(phone.photo()).save(file, "WEBP", lossless=True, xmp=packet)
    _, image, notes = compressed(file.getvalue())
    assert extended_in(image) == packet
    assert notes == ()


def test_of_exif_that_is_too_long_all_but_the_makers_own_data_stays() -> None:
    exif = Image.Exif()
    exif[0x8298] = "Ansel"
    exif.get_ifd(0x8769).update({0x927C: bytes(70_000), 0xA434: "fast"})
    exif[0x8769] = exif.get_ifd(0x8769)
    file = io.BytesIO()
    Image.fromarray(phone.photo()).save(file, "WEBP", lossless=True, exif=exif)
    _, image, (note,) = compressed(file.getvalue())
    assert image.getexif()[0x8298] == "Ansel"
    assert image.getexif().get_ifd(0x8769)[0xA434] == "fast"
    assert note.startswith("the maker note in EXIF of 70,")


def test_of_exif_that_is_far_too_long_artist_and_copyright_stay() -> None:
    exif = Image.Exif()
    exif[0x8298], exif[0x010E] = "Ansel", "x" * 70_000
    file = io.BytesIO()
    Image.fromarray(phone.photo()).save(file, "WEBP", lossless=True, exif=exif)
    _, image, (note,) = compressed(file.getvalue())
    assert dict(image.getexif()) == {0x8298: "Ansel"}
    assert note.startswith("EXIF but for artist and copyright of 70,")


@pytest.mark.parametrize(
    ("marker", "payload", "words"),
    [
        (0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumbc2pa", "Content Credentials (C2PA)"),
        (0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumbother", "JUMBF data (APP11)"),
        (0xE1, b"FLIR\0\1\1", "FLIR data (APP1)"),
        (0xE2, b"FPXR\0\1", "FPXR data (APP2)"),
        (0xE4, b"\1\2\3", "APP4 data"),
        (0xEC, b"[picture info]\r\n", "the camera's picture info (APP12)"),
    ],
)
def test_what_is_left_out_is_named(marker: int, payload: bytes, words: str) -> None:
    source = phone.with_segments(phone.plain(), phone.segment(marker, payload))
    _, _, (note,) = compressed(source)
    assert note.startswith(f"left out: {words}")
    assert compressed(source, metadata="none")[2] == ()


def test_segments_that_only_tell_how_the_old_file_was_coded_go_without_a_note() -> None:
    parts = [phone.segment(0xED, b"Adobe_CM\0\2"), phone.segment(0xEC, b"Ducky\0\1")]
    assert compressed(phone.with_segments(phone.plain(), *parts))[2] == ()


RIGHTS_XMP = (
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:cc="http://creativecommons.org/ns#" '
    'xmpRights:WebStatement="https://example.org/a?b&amp;c" exif:GPSLatitude="59,54N">'
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">(c) me</rdf:li></rdf:Alt></dc:rights>'
    "<dc:subject><rdf:Bag><rdf:li>cat</rdf:li></rdf:Bag></dc:subject>"
    '<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></rdf:Description>'
)


def full_of_metadata(quality: int) -> bytes:
    exif = phone.oriented(6)
    exif[0x8298], exif[0x013B], exif[0x010F] = "(c) me", "Me", "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8769)[0xA431] = "serial-1234"
    exif[0x8769] = exif.get_ifd(0x8769)
    jpeg = phone.plain(phone.photo(96, 128), quality=quality, exif=exif, icc_profile=wide_gamut())
    return phone.with_segments(
        jpeg,
        phone.xmp(RIGHTS_XMP),
        phone.segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, IPTC)),
        phone.segment(0xFE, b"License: CC-BY"),
        phone.segment(0xFE, b"the seventh take"),
    )


@pytest.mark.parametrize("copied", [False, True])
def test_rights_keep_what_tells_whose_a_picture_is_and_nothing_of_where_it_was_taken(
    copied: bool,
) -> None:
    source = full_of_metadata(quality=8 if copied else 95)
    asked = {**FAST, "quality": 95 if copied else 50, "metadata": "rights"}
    result = foveate.compress(source, **asked)
    assert result.report.copied_source == copied
    image = Image.open(io.BytesIO(result.data))
    kept = {0x8298: "(c) me", 0x013B: "Me"} | ({0x0112: 6} if copied else {})
    assert dict(image.getexif()) == kept
    assert image.info["icc_profile"] == wide_gamut()
    told = IptcImagePlugin.getiptcinfo(image)
    assert told == {(2, 116): b"(c) the photographer", (2, 80): b"A Photographer"}
    xmp = ElementTree.fromstring(image.info["xmp"])
    (title,) = xmp.findall(".//{http://purl.org/dc/elements/1.1/}rights//{*}li")
    assert (title.text, list(title.attrib.values())) == ("(c) me", ["x-default"])
    (statement,) = xmp.findall(".//{http://ns.adobe.com/xap/1.0/rights/}WebStatement")
    assert statement.text == "https://example.org/a?b&c"
    (licence,) = xmp.findall(".//{http://creativecommons.org/ns#}license")
    assert list(licence.attrib.values()) == ["https://creativecommons.org/licenses/by/4.0/"]
    assert b"License: CC-BY" in result.data
    for secret in (b"GPS", b"59,54", b"serial", b"Maker", b"cat", b"Oslo", b"seventh"):
        assert secret not in result.data


def test_exif_that_is_cut_short_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    exif = phone.oriented(1)
    exif[0x8298] = "Ansel"
    payload = exif.tobytes()
    source = phone.with_segments(phone.plain(), phone.segment(0xE1, payload[:-9]))
    compressed(source, metadata="rights")
    assert not recwarn.list


def test_a_picture_without_rights_keeps_nothing_of_its_metadata() -> None:
    xmp = phone.xmp('<rdf:Description xmlns:a="urn:a" a:b="c"/>')
    exif = phone.oriented(1)
    exif[0x010F] = "Maker"
    source = phone.with_segments(phone.plain(exif=exif), xmp)
    _, image, _ = compressed(source, metadata="rights")
    assert not image.getexif()
    assert "xmp" not in image.info


def test_what_the_copy_of_a_file_holds_is_all_that_the_file_held() -> None:
    source = full_of_metadata(quality=8)
    result = foveate.compress(source, **{**FAST, "quality": 95})
    assert result.report.copied_source
    assert len(result.data) < len(source)
    before, after = read_picture(source), read_picture(result.data)
    np.testing.assert_array_equal(after.pixels, before.pixels)
    for part in ("exif", "xmp", "icc", "carried"):
        assert getattr(before, part)
        assert getattr(after, part) == getattr(before, part), part


def test_the_picture_itself_does_not_change_with_its_metadata() -> None:
    source = full_of_metadata(quality=95)
    plain = np.asarray(compressed(source, metadata="rights")[1])
    assert np.array_equal(plain, np.asarray(compressed(source, metadata="all")[1]))
    assert read_picture(source).carried.comments == (b"License: CC-BY", b"the seventh take")
