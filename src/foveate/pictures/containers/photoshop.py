"""Photoshop's image resources in APP13 segments, among which IPTC's data are (IPTC-IIM 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PHOTOSHOP_HEADER = b"Photoshop 3.0\0"
_IPTC, _COPYRIGHT_FLAG, _URL = 0x0404, 0x040A, 0x040B
_RIGHTS_RESOURCES = frozenset((_COPYRIGHT_FLAG, _URL))
# Thumbnails, which show the picture as it was, and further copies of ICC, EXIF and XMP.
_DROPPED = frozenset((0x0409, 0x040C, 0x040F, 0x0422, 0x0423, 0x0424))
# By-line and its title, credit, source and copyright notice; 1:90 is the coded character set.
_RIGHTS_DATASETS = frozenset(((1, 90), (2, 80), (2, 85), (2, 110), (2, 115), (2, 116)))


@dataclass(frozen=True)
class _Resource:
    number: int
    name: bytes
    body: bytes

    def written(self) -> bytes:
        name = bytes((len(self.name),)) + self.name
        size = len(self.body).to_bytes(4, "big")
        return b"".join(
            (
                b"8BIM",
                self.number.to_bytes(2, "big"),
                name + bytes(len(name) % 2),
                size,
                self.body + bytes(len(self.body) % 2),
            )
        )


def joined_resources(payloads: Iterable[bytes]) -> bytes:
    """The image resources of a file's APP13 payloads, without thumbnails and second copies.

    Resources may run from one segment into the next. What cannot be parsed stays as it is.
    """
    joined = b"".join(
        payload.removeprefix(PHOTOSHOP_HEADER)
        for payload in payloads
        if payload.startswith(PHOTOSHOP_HEADER)
    )
    try:
        return b"".join(r.written() for r in _resources(joined) if r.number not in _DROPPED)
    except ValueError:
        return joined


def rights_resources(resources: bytes) -> bytes:
    """The image resources that tell copyright, creator and source; none where they are broken."""
    kept: list[_Resource] = []
    try:
        for resource in _resources(resources):
            if resource.number == _IPTC:
                body = b"".join(
                    whole for key, whole in _datasets(resource.body) if key in _RIGHTS_DATASETS
                )
                if any(key[0] == 2 for key, _ in _datasets(body)):
                    kept.append(_Resource(_IPTC, resource.name, body))
            elif resource.number in _RIGHTS_RESOURCES:
                kept.append(resource)
    except ValueError:
        return b""
    return b"".join(resource.written() for resource in kept)


def iptc_as_resource(iptc: bytes) -> bytes:
    """IPTC's bare data sets, as TIFF and PNG hold them, as an image resource."""
    return _Resource(_IPTC, b"", iptc).written()


def _resources(joined: bytes) -> Iterator[_Resource]:
    at = 0
    while at < len(joined):
        if joined[at : at + 4] != b"8BIM":
            if not joined[at:].strip(b"\0"):
                return
            raise ValueError("no image resource")
        number = int.from_bytes(joined[at + 4 : at + 6], "big")
        name_end = at + 7 + (joined[at + 6] if at + 6 < len(joined) else 0)
        name = joined[at + 7 : name_end]
        at = name_end + (name_end - at) % 2
        size = int.from_bytes(joined[at : at + 4], "big")
        body = joined[at + 4 : at + 4 + size]
        if len(body) < size:
            raise ValueError("an image resource is cut short")
        yield _Resource(number, name, body)
        at += 4 + size + size % 2


def _datasets(iptc: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Record and number of each data set, and all of its bytes."""
    at = 0
    while at + 5 <= len(iptc) and iptc[at] == 0x1C:
        size, start = int.from_bytes(iptc[at + 3 : at + 5], "big"), at + 5
        if size & 0x8000:  # an extended data set: so many bytes of the size follow
            start += size & 0x7FFF
            size = int.from_bytes(iptc[at + 5 : start], "big")
        end = start + size
        if end > len(iptc):
            return
        yield (iptc[at + 1], iptc[at + 2]), iptc[at:end]
        at = end
