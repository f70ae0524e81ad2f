"""What messages say of a picture that costs more than its limits allow."""

from __future__ import annotations

from decimal import Decimal

_UNITS = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_EXACT_BELOW = 1_000_000


def over_pixels(width: int, height: int, most: int, *, mend: str = "resize it first") -> str:
    """That so many pixels are more than `most`."""
    pixels = width * height
    if most < _EXACT_BELOW:
        numbers = f"{pixels:,} pixels, over the limit of {most:,}"
    else:
        numbers = f"{pixels / 1e6:.4g} megapixels, over the limit of {most / 1e6:.4g}"
    return f"is {width} x {height}, {numbers}: {mend}, or raise `Limits.pixels`"


def over_bytes(most: int) -> str:
    """That a file is larger than `most` bytes."""
    return f"is larger than {readable_limit(most)}, the limit: {MEND_OF_BYTES}"


MEND_OF_BYTES = "resize it first, or raise `Limits.bytes`"


def readable_limit(size_bytes: int) -> str:
    """A limit as people set it: 268435456 bytes are "256 MiB", 12345 are "12,345 bytes"."""
    for unit, factor in _UNITS:
        if size_bytes >= factor and size_bytes % factor == 0:
            return f"{size_bytes // factor:,} {unit}"
    return f"{size_bytes:,} bytes"


def over_time(seconds: float) -> str:
    """That a picture takes longer than so many seconds."""
    number = (
        f"{Decimal(str(seconds)):f}".rstrip("0").rstrip(".") if seconds % 1 else f"{seconds:.0f}"
    )
    return (
        f"takes more than {number} seconds, the limit: resize it first, or raise `Limits.seconds`"
    )


def over_scans(most: int) -> str:
    """That a JPEG has more than `most` scans."""
    return (
        f"is a JPEG of more than {most:,} scans, the limit, which takes long to decode: "
        "convert it first, or raise `Limits.scans`"
    )
