"""What is inside a JPEG file, for tests: markers by T.81 annex B, coefficients by jpeglib."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import jpeglib
import numpy as np

from foveate.coders.jpeg.tables import ZIGZAG

SOF0, SOF2, DHT, SOS, DQT = 0xC0, 0xC2, 0xC4, 0xDA, 0xDB


@dataclass(frozen=True)
class ScanHeader:
    """One scan: its header, and the code lengths of the tables that were defined for it."""

    components: tuple[int, ...]
    first: int
    last: int
    high: int
    low: int
    lengths: dict[tuple[int, int], np.ndarray]
    """(class, destination) -> (256,) lengths; class 0 is DC, 1 AC."""
    coded_bytes: int

    @property
    def scan(self) -> tuple[tuple[int, ...], int, int]:
        return (self.components, self.first, self.last)


@dataclass
class JpegFile:
    """Segments in file order, the frame and its scans."""

    segments: list[tuple[int, bytes]] = field(default_factory=list)
    scans: list[ScanHeader] = field(default_factory=list)
    progressive: bool = False
    height: int = 0
    width: int = 0
    sampling: list[tuple[int, int]] = field(default_factory=list)


def _lengths(payload: bytes) -> dict[tuple[int, int], np.ndarray]:
    tables, at = {}, 0
    while at < len(payload):
        kind, bits = payload[at], payload[at + 1 : at + 17]
        lengths, at = np.zeros(256, np.uint8), at + 17
        for length, count in enumerate(bits, 1):
            for symbol in payload[at : at + count]:
                assert lengths[symbol] == 0, "a symbol has two codes"
                lengths[symbol] = length
            at += count
        tables[kind >> 4, kind & 15] = lengths
    return tables


def parse(data: bytes) -> JpegFile:
    """All of a file's segments; asserts that nothing stands between or after them."""
    assert data[:2] == b"\xff\xd8"
    file, at = JpegFile(), 2
    tables: dict[tuple[int, int], np.ndarray] = {}
    while data[at : at + 2] != b"\xff\xd9":
        assert data[at] == 0xFF, f"no marker at byte {at}"
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        payload = data[at + 4 : at + 2 + length]
        at += 2 + length
        file.segments.append((marker, payload))
        if marker == DHT:
            tables |= _lengths(payload)
        elif marker in (SOF0, SOF2):
            file.progressive = marker == SOF2
            file.height = int.from_bytes(payload[1:3], "big")
            file.width = int.from_bytes(payload[3:5], "big")
            file.sampling = [(b >> 4, b & 15) for b in payload[7::3]]
        elif marker == SOS:
            start = at
            while data[at] != 0xFF or data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
                at += 1
            count = payload[0]
            first, last, approximation = payload[-3:]
            file.scans.append(
                ScanHeader(
                    tuple(c - 1 for c in payload[1 : 1 + 2 * count : 2]),
                    first,
                    last,
                    approximation >> 4,
                    approximation & 15,
                    tables,
                    at - start,
                )
            )
            tables = {}
    assert at + 2 == len(data), "something follows EOI"
    return file


def coefficients(data: bytes) -> list[np.ndarray]:
    """Levels of each component as jpeglib (libjpeg) reads them: (rows, cols, 64), zigzag order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jpg"
        path.write_bytes(data)
        read = jpeglib.read_dct(str(path))
        planes = [read.Y] if read.Cb is None else [read.Y, read.Cb, read.Cr]
        if getattr(read, "K", None) is not None:
            planes.append(read.K)
        return [plane.reshape(*plane.shape[:2], 64)[..., ZIGZAG].copy() for plane in planes]


def tables(data: bytes) -> list[np.ndarray]:
    """Quantisation tables in the order of their destinations, (64,) each, zigzag order."""
    found: dict[int, np.ndarray] = {}
    for marker, payload in parse(data).segments:
        if marker == DQT:
            for at in range(0, len(payload), 65):
                assert payload[at] < 16, "a table of 16 bits"
                found[payload[at]] = np.frombuffer(payload[at + 1 : at + 65], np.uint8)
    return [found[key] for key in sorted(found)]
