"""What a HEIF or AVIF file holds beside its picture (ISO 23008-12): gain maps, depth, sequences."""

from __future__ import annotations

from collections.abc import Iterator

from foveate.pictures.containers.isobmff import associations, boxes

GAIN_MAP = "the HDR gain map (what is written here is SDR)"
DEPTH = "the depth map"
VIDEO = "the motion photo's video"
_APPLE = "urn:com:apple:photo:"
_GAIN_MAPS = (f"{_APPLE}2020:aux:hdrgainmap",)
_DEPTHS = ("urn:mpeg:mpegb:cicp:systems:auxiliary:depth", "urn:mpeg:hevc:2015:auxid:2")
_ALPHAS = ("urn:mpeg:mpegb:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1")
"""Alpha is read with the picture; all other auxiliary pictures are not."""
_MOST_NAMED = 8


def left_out_of(data: bytes) -> tuple[str, ...]:
    """The names of what is in the file, but not in its picture; thumbnails are not told of."""
    found: dict[str, None] = {}
    tops = _firsts(data)
    parts = _firsts(tops.get(b"meta", b"")[4:])
    if any(kind == b"tmap" for kind in item_kinds(parts.get(b"iinf", b""))):
        found[GAIN_MAP] = None  # ISO 21496-1
    for urn in _auxiliary_kinds(parts):
        name = _name_of(urn)
        if name is not None and len(found) < _MOST_NAMED:
            found[name] = None
    if b"mpvd" in tops:  # Android's Motion Photo format 1.0
        found[VIDEO] = None
    return tuple(found)


def sequence_frames(data: bytes) -> int:
    """Frames of the first track of pictures in an image sequence; 0 for a file without one."""
    for kind, track in boxes(_firsts(data).get(b"moov", b"")):
        if kind != b"trak":
            continue
        media = _firsts(_firsts(track).get(b"mdia", b""))
        if media.get(b"hdlr", b"")[8:12] not in (b"pict", b"vide"):
            continue
        table = _firsts(_firsts(media.get(b"minf", b"")).get(b"stbl", b""))
        sizes = table.get(b"stsz", b"") or table.get(b"stz2", b"")
        return int.from_bytes(sizes[8:12], "big")
    return 0


def item_kinds(iinf: bytes) -> Iterator[bytes]:
    """The kind of each item that the "iinf" box tells of (ISO 14496-12, 8.11.6)."""
    at = 6 if iinf[:1] == b"\0" else 8
    for kind, entry in boxes(iinf, at):
        if kind == b"infe" and entry[:1] in (b"\2", b"\3"):
            start = 8 if entry[0] == 2 else 10
            yield entry[start : start + 4]


def _auxiliary_kinds(parts: dict[bytes, bytes]) -> Iterator[str]:
    """The URN of every auxiliary picture: of those "auxC" properties that an item has."""
    properties = _firsts(parts.get(b"iprp", b""))
    used = frozenset().union(*associations(properties.get(b"ipma", b"")).values())
    for number, (kind, body) in enumerate(boxes(properties.get(b"ipco", b"")), 1):
        if kind == b"auxC" and number in used:
            yield body[4:200].split(b"\0")[0].decode("latin-1").strip().lower()


def _name_of(urn: str) -> str | None:
    """What an auxiliary picture is; None for what needs no note."""
    if urn in _ALPHAS:
        return None
    if urn in _GAIN_MAPS:
        return GAIN_MAP
    if urn in _DEPTHS or urn.endswith(":aux:depth"):
        return DEPTH
    if urn.startswith(_APPLE) and urn.endswith("matte"):
        return "the portrait mattes"
    shown = urn.rsplit(":", 1)[-1][:40]
    known = shown.isascii() and shown.isprintable() and shown != ""
    return f"an auxiliary picture ({shown})" if known else "an auxiliary picture"


def _firsts(data: bytes) -> dict[bytes, bytes]:
    """The first box of each kind."""
    found: dict[bytes, bytes] = {}
    for kind, body in boxes(data):
        found.setdefault(kind, body)
    return found
