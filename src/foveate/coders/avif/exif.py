"""EXIF without its orientation: AVIF says how a picture lies by boxes of its own."""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_ENTRY_BYTES = 12


def without_orientation(payload: bytes) -> bytes:
    """A TIFF structure without the orientation of its first directory, nothing else moved.

    Pillow would take the tag out too, but write all anew; maker notes hold offsets into the
    payload that only their maker knows. What is no TIFF structure is given back as it is.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(payload[:4])
    if order is None:
        return payload
    patched = bytearray(payload)
    try:
        (first,) = struct.unpack_from(order + "I", patched, 4)
        (count,) = struct.unpack_from(order + "H", patched, first)
        end = first + 2 + _ENTRY_BYTES * count + 4  # with the link to the next directory
        if end > len(patched):
            return payload
        for at in range(first + 2, end - 4, _ENTRY_BYTES):
            if struct.unpack_from(order + "H", patched, at)[0] == _ORIENTATION:
                patched[at : end - _ENTRY_BYTES] = patched[at + _ENTRY_BYTES : end]
                struct.pack_into(order + "H", patched, first, count - 1)
                break
    except struct.error:
        return payload
    return bytes(patched)
