"""The size that a JPEG XL file tells in its first bytes (ISO 18181-1, annex D: SizeHeader)."""

from __future__ import annotations

from foveate.pictures.containers.isobmff import boxes

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
_LONG_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class _Bits:
    """Bits from the lowest of each byte on."""

    def __init__(self, data: bytes) -> None:
        self.rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self.rest & ((1 << count) - 1)
        self.rest >>= count
        return value


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Width and height; None where they cannot be found."""
    head = data if data.startswith(CODESTREAM) else _first_codestream(data)
    if not head.startswith(CODESTREAM) or len(head) < 3:
        return None
    bits = _Bits(head[2:14])
    small = bool(bits.take(1))
    height = _side(bits, small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return _side(bits, small), height


def _side(bits: _Bits, small: bool) -> int:
    if small:
        return 8 * (bits.take(5) + 1)
    return bits.take(_LONG_BITS[bits.take(2)]) + 1


def _first_codestream(data: bytes) -> bytes:
    for kind, body in boxes(data):
        if kind == b"jxlc":
            return body[:16]
        if kind == b"jxlp":
            return body[4:20]
    return b""
