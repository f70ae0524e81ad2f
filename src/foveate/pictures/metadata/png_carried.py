"""What a PNG file's chunks say beside pixels, brought to what a JPEG can hold."""

from __future__ import annotations

import contextlib

from foveate.pictures.containers.photoshop import (
    PHOTOSHOP_HEADER,
    iptc_as_resource,
    joined_resources,
)
from foveate.pictures.containers.png_chunks import Text, chunks, readable_png, texts
from foveate.pictures.metadata.carried import CREDENTIALS, Carried
from foveate.pictures.metadata.exif import exif_of_texts

_MOST_COMMENT = 65_533
_EXIF_TAGS = {"Copyright": 0x8298, "Author": 0x013B, "Description": 0x010E, "Title": 0x010E}
"""The EXIF tags that say what PNG's keywords do (11.3.3.2)."""
_FILE_TIMES = ("date:",)
"""ImageMagick writes when the file was made and changed, which is not of the picture."""
_NOT_TEXT = ("XML:com.adobe.xmp", "Raw profile type ")
_KNOWN = frozenset(
    b"PLTE tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI mDCv cLLi tEXt zTXt iTXt bKGD hIST pHYs "
    b"sPLT eXIf tIME acTL fcTL fdAT oFFs vpAg iDOT IHDR IDAT IEND zxIf CgBI".split()
)
"""Chunks that are kept, or that tell of the file and its palette alone."""


def png_carried(data: bytes, carried: Carried, exif: bytes | None) -> tuple[Carried, bytes | None]:
    """What the file's texts and other chunks say, added to what is carried, and its EXIF.

    Copyright, author and description become EXIF where there is none; all other texts become
    comments.
    """
    left_out = [
        f"the PNG chunk {c.kind.decode('latin-1')}" for c in chunks(data) if _unknown(c.kind)
    ]
    if any(c.kind == b"caBX" for c in chunks(data)):
        left_out.append(CREDENTIALS)
    left_out += readable_png(data)[1]
    tags: dict[int, str] = {}
    comments: list[bytes] = []
    photoshop = carried.photoshop
    for each in texts(data):
        if each.text is None or each.keyword.startswith((*_NOT_TEXT, *_FILE_TIMES)):
            photoshop = photoshop or _photoshop_of(each)
            continue
        tag = _EXIF_TAGS.get(each.keyword)
        if exif is None and tag is not None and tag not in tags and len(each.text) < 10_000:
            tags[tag] = each.text
            continue
        named = each.text if each.keyword == "Comment" else f"{each.keyword}: {each.text}"
        comment = named.encode("utf-8")
        if len(comment) > _MOST_COMMENT:
            left_out.append(f"the text {each.keyword!r} of {len(comment):,} bytes")
        elif each.text:
            comments.append(comment)
    changed = carried.but(
        comments=tuple(dict.fromkeys((*comments, *carried.comments))),
        photoshop=photoshop,
        left_out=tuple(dict.fromkeys((*carried.left_out, *left_out))),
    )
    return changed, exif_of_texts(tags) if tags else exif


def _unknown(kind: bytes) -> bool:
    return kind not in _KNOWN and kind != b"caBX" and kind.isalpha() and bool(kind[0] & 0x20)


def _photoshop_of(text: Text) -> bytes:
    """IPTC's data as ImageMagick writes them: a name, a length and hexadecimal digits."""
    if text.keyword not in ("Raw profile type iptc", "Raw profile type 8bim") or not text.text:
        return b""
    with contextlib.suppress(ValueError, IndexError):
        body = bytes.fromhex("".join(text.text.strip().split("\n")[2:]))
        if body.startswith(b"8BIM"):
            return joined_resources((PHOTOSHOP_HEADER + body,))
        return iptc_as_resource(body)
    return b""
