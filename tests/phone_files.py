"""JPEG files as phones and photo programs write them, with all that they carry beside pixels."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from photos import photo

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HDRGM = "http://ns.adobe.com/hdr-gain-map/1.0/"
CAMERA = "http://ns.google.com/photos/1.0/camera/"
CONTAINER = "http://ns.google.com/photos/1.0/container/"
ITEM = "http://ns.google.com/photos/1.0/container/item/"


def plain(pixels: np.ndarray | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(photo() if pixels is None else pixels)
    image.save(file, "JPEG", **{"quality": 95, **options})
    return file.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((255, marker)) + struct.pack(">H", len(payload) + 2) + payload


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The file with segments after SOI and JFIF."""
    return jpeg[:20] + b"".join(segments) + jpeg[20:]


def packet(description: str) -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{description}'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def xmp(description: str) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(description))


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def video(size: int = 5000) -> bytes:
    return b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + np.random.default_rng(1).bytes(size)


def items(**lengths: int) -> str:
    """Container:Directory with a primary item and further ones."""
    each = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="x" Item:Semantic="{}" {}/>'
    found = [each.format("Primary", 'Item:Padding="8" Item:Length="0"')]
    found += [each.format(name, f'Item:Length="{size}"') for name, size in lengths.items()]
    return (
        "<Container:Directory><rdf:Seq>"
        + "".join(item + "</rdf:li>" for item in found)
        + "</rdf:Seq></Container:Directory>"
    )


def described(inner: str, attributes: str = "") -> str:
    return (
        f'<rdf:Description xmlns:hdrgm="{HDRGM}" xmlns:GCamera="{CAMERA}" '
        f'xmlns:Container="{CONTAINER}" xmlns:Item="{ITEM}" {attributes}>{inner}</rdf:Description>'
    )


def gain_map(height: int = 24, width: int = 32) -> bytes:
    grey = photo(height, width)[..., 0]
    about = described("", 'hdrgm:Version="1.0" hdrgm:GainMapMax="2.0"')
    return with_segments(plain(grey), xmp(about))


def ultra_hdr(*, orientation: int = 1, quality: int = 95, after: bytes = b"") -> bytes:
    """A photo with a gain map, listed in XMP alone, with eight bytes of padding before it."""
    second = gain_map()
    lengths = {"GainMap": len(second)} | ({"MotionPhoto": len(after)} if after else {})
    about = described(items(**lengths), 'hdrgm:Version="1.0"')
    exif = oriented(orientation)
    first = with_segments(plain(photo(96, 128), exif=exif, quality=quality), xmp(about))
    return first + bytes(8) + second + after
