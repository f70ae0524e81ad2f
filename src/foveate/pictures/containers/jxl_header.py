"""What a JPEG XL file tells in its first bytes: size and colours (ISO 18181-1, annexes D, E)."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.pictures.containers.isobmff import CodingPoints, boxes

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
_LONG_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_MOST_BYTES, _MOST_CHANNELS = 4096, 64
"""Of the header that is looked at: names of channels can make it long."""
_RGB, _GREY, _XYB = 0, 1, 2
_D65, _CUSTOM, _DCI = 1, 2, 11
_P3, _DISPLAY_P3 = 11, 12
_ALPHA, _SPOT, _CFA = 0, 2, 5
_SRGB = CodingPoints(1, 13)


@dataclass(frozen=True)
class JxlHeader:
    """Width, height and how colours are coded. colours: None for what numbers cannot say."""

    width: int
    height: int
    colours: CodingPoints | None = None
    has_profile: bool = False
    """Whether an ICC profile, which is compressed in the codestream, says what colours are."""


def jxl_header(data: bytes) -> JxlHeader | None:
    """The header of a file; None where its size cannot be found.

    Where the rest of the header is cut off or unknown, colours count as untold.
    """
    head = data[:_MOST_BYTES] if data.startswith(CODESTREAM) else _first_codestream(data)
    if not head.startswith(CODESTREAM) or len(head) < 3:
        return None
    bits = _Bits(head[2:])
    width, height = _size(bits)
    try:
        colours, has_profile = _colours(bits)
    except EOFError:
        return JxlHeader(width, height)
    return JxlHeader(width, height, colours, has_profile)


class _Bits:
    """Bits from the lowest of each byte on; zeros follow the last."""

    def __init__(self, data: bytes) -> None:
        self.rest = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        value = self.rest & ((1 << count) - 1)
        self.rest >>= count
        self.left -= count
        return value

    def take_one_of(self, *choices: tuple[int, int]) -> int:
        """U32(): two bits choose an offset and how many bits are added to it."""
        least, bits = choices[self.take(2)]
        return least + self.take(bits)

    def take_enum(self) -> int:
        return self.take_one_of((0, 0), (1, 0), (2, 4), (18, 6))


def _size(bits: _Bits) -> tuple[int, int]:
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


def _colours(bits: _Bits) -> tuple[CodingPoints | None, bool]:
    """The colour encoding in ImageMetadata (E.2), and whether a profile stands in its place.

    Raises EOFError where the header is cut off, or holds what is not read here.
    """
    if bits.take(1):  # all as usual
        return _SRGB, False
    if bits.take(1):
        _pass_extra_fields(bits)
    _pass_depth(bits)
    bits.take(1)  # buffers of 16 bits are enough
    channels = bits.take_one_of((0, 0), (1, 0), (2, 4), (1, 12))
    if channels > _MOST_CHANNELS:
        raise EOFError
    for _ in range(channels):
        _pass_channel(bits)
    bits.take(1)  # whether the codestream is XYB, which decoders bring to the colours told
    found = _colour_encoding(bits)
    if bits.left < 0:
        raise EOFError
    return found


def _colour_encoding(bits: _Bits) -> tuple[CodingPoints | None, bool]:
    if bits.take(1):
        return _SRGB, False
    has_profile, space = bool(bits.take(1)), bits.take_enum()
    if has_profile:
        return None, True
    if space not in (_RGB, _GREY):
        return None, False
    white, primaries = bits.take_enum(), 1
    if white == _CUSTOM:
        return None, False
    if space == _RGB:
        primaries = bits.take_enum()
        if primaries == _CUSTOM:
            return None, False
    if bits.take(1):  # a power, and no curve of a name
        return None, False
    transfer = bits.take_enum()
    if white == _D65:
        primaries = _DISPLAY_P3 if primaries == _P3 else primaries
    elif not (white == _DCI and primaries == _P3):
        return None, False
    return CodingPoints(primaries, transfer), False


def _pass_extra_fields(bits: _Bits) -> None:
    bits.take(3)  # orientation
    if bits.take(1):
        _size(bits)  # as it is meant to be shown
    if bits.take(1):
        raise EOFError  # a preview, which encoders do not write
    if bits.take(1):  # ticks a second, loops, and whether there are time codes
        bits.take_one_of((100, 0), (1000, 0), (1, 10), (1, 30))
        bits.take_one_of((1, 0), (1001, 0), (1, 8), (1, 10))
        bits.take_one_of((0, 0), (0, 3), (0, 16), (0, 32))
        bits.take(1)


def _pass_depth(bits: _Bits) -> None:
    if bits.take(1):  # floating point
        bits.take_one_of((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)
    else:
        bits.take_one_of((8, 0), (10, 0), (12, 0), (1, 6))


def _pass_channel(bits: _Bits) -> None:
    if bits.take(1):  # alpha of 8 bits
        return
    kind = bits.take_enum()
    _pass_depth(bits)
    bits.take_one_of((0, 0), (3, 0), (4, 0), (1, 3))
    bits.take(8 * bits.take_one_of((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == _ALPHA:
        bits.take(1)
    elif kind == _SPOT:
        bits.take(4 * 16)
    elif kind == _CFA:
        bits.take_one_of((1, 0), (0, 2), (3, 4), (19, 8))


def _first_codestream(data: bytes) -> bytes:
    """The codestream's first bytes, of one box or of as many parts as it takes."""
    found = b""
    for kind, body in boxes(data):
        if kind == b"jxlc":
            return body[:_MOST_BYTES]
        if kind == b"jxlp":
            found += body[4 : 4 + _MOST_BYTES]
            if len(found) >= _MOST_BYTES:
                break
    return found
