"""Small files of every kind that Foveate reads: what the fuzzers begin with."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable

import numpy as np
from PIL import Image

RAMP = np.linspace(0, 255, 24 * 40 * 3).reshape(24, 40, 3).astype(np.uint8)


def _saved(file_format: str, image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (Image.fromarray(RAMP) if image is None else image).save(buffer, file_format, **options)
    return buffer.getvalue()


def _exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = 6
    tags[0x8298] = "A. Person"
    tags.get_ifd(0x8769)[0xA002] = 40
    tags.get_ifd(0x8825)[1] = "N"
    return tags


def pictures() -> list[bytes]:
    """A file of each format and of several kinds, 24 x 40 pixels."""
    grey, palette = Image.fromarray(RAMP[..., 0]), Image.fromarray(RAMP).quantize(16)
    deep = Image.fromarray(RAMP[..., 0].astype(np.uint16) * 257)
    alpha = Image.fromarray(RAMP).convert("RGBA")
    found = [
        _saved("JPEG", exif=_exif(), comment="hello"),
        _saved("JPEG", progressive=True, subsampling=2),
        _saved("JPEG", Image.fromarray(RAMP).convert("CMYK")),
        _saved("JPEG", grey, restart_marker_blocks=2),
        _saved("PNG", exif=_exif()),
        _saved("PNG", deep),
        _saved("PNG", palette, transparency=3),
        _saved("PNG", alpha),
        _saved("GIF", palette, save_all=True, append_images=[palette.rotate(180)]),
        _saved("BMP", palette),
        _saved("PPM"),
        _saved("WEBP", lossless=True),
        _saved("TIFF", deep),
        _saved("TIFF", compression="tiff_lzw", exif=_exif()),
        _saved("TIFF", grey, save_all=True, append_images=[grey], compression="tiff_deflate"),
    ]
    for file_format in ("AVIF", "JPEG2000", "QOI"):
        try:
            found.append(_saved(file_format))
        except (OSError, KeyError):  # this Pillow does not write it
            continue
    return found


def metadata() -> list[bytes]:
    """Payloads of JPEG's segments: EXIF, XMP, a profile, IPTC's data, a comment."""
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6"/>'
    exif = _exif().tobytes()
    return [
        b"\xe1" + exif,
        b"\xe1Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
        b"\xe1http://ns.adobe.com/xap/1.0/\0" + xmp,
        b"\xe1http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + b"\0\0\0\x10\0\0\0\0" + xmp[:16],
        b"\xe2ICC_PROFILE\0\x01\x01" + bytes(128),
        b"\xe2MPF\0II*\0\x08\0\0\0\x01\0\x01\xb0\x04\0\x01\0\0\0\x02\0\0\0\0\0\0\0",
        b"\xedPhotoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x74\0\x04me!!",
        b"\xeeAdobe\0d\0\0\0\0\x01",
        b"\xfea comment",
    ]


def maps() -> list[bytes]:
    """Grey pictures and .npy files, as maps of a picture of 24 x 40."""
    found = [_saved("PNG", Image.fromarray(RAMP[..., 0])), _saved("TIFF", Image.new("F", (40, 24)))]
    for array in (RAMP[..., 0], RAMP[..., 0] / 255.0, np.asfortranarray(RAMP[..., 0] > 99)):
        buffer = io.BytesIO()
        np.save(buffer, array)
        found.append(buffer.getvalue())
    return found


def shards() -> list[bytes]:
    """Tar files with a sample or two, with fixations, masks and labels."""
    points = io.BytesIO()
    np.save(points, np.array([[0, 3, 4], [1, 5, 6]], np.int16))
    picture, mask = _saved("JPEG"), _saved("PNG", Image.fromarray(RAMP[..., 0]))
    kinds = [
        {"a.jpg": picture, "a.fix.npy": points.getvalue(), "a.map.png": mask},
        {"a.jpg": picture, "a.mask.png": mask, "b.webp": _saved("WEBP"), "b.mask.png": mask},
        {"a.jpg": picture, "a.cls": b"1"},
        {"a.png": mask, "a.json": json.dumps({"labels": ["cat"]}).encode()},
    ]
    found = []
    for members in kinds:
        for compressed in ("", ":gz"):
            buffer = io.BytesIO()
            with tarfile.open(fileobj=buffer, mode=f"w{compressed}") as archive:  # type: ignore[call-overload]
                for name, data in members.items():
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
            found.append(buffer.getvalue())
    return found


def cards() -> list[bytes]:
    """Records of models, with and without an adapter."""
    facts = {"file": "net.onnx", "sha256": "0" * 64, "bytes": 1000, "licence": "MIT"}
    card = {
        "name": "net",
        "summary": "a network",
        "reads_as": "foveate-s",
        "working_size": {"longest": 320, "multiple": 32},
        "fixed_size": [64, 64],
        "weights": facts,
        "measured": {"auc": 0.9},
    }
    adapter = {
        "input": {"width": 64, "height": 48, "mean": [0.1, 0.2, 0.3], "colours": "BGR"},
        "output": {"kind": "logits", "channel": 0, "stretch": True},
        "centre_bias": {"name": "centre", "sigma": 0.3},
    }
    return [json.dumps(each).encode() for each in (card, {**card, "adapter": adapter}, adapter)]


def fixations() -> list[bytes]:
    """Files of fixations, each after a byte that says of which kind."""
    points = io.BytesIO()
    np.save(points, np.array([[0.0, 3, 4], [1, 5, 6]]))
    found = [b"n" + points.getvalue(), b"cx,y,viewer\n1,2,0\n3,4,1\n", b"t1 2\n3 4\n"]
    try:
        from scipy.io import savemat
    except ImportError:
        return found
    buffer = io.BytesIO()
    savemat(buffer, {"fixLocs": RAMP[..., 0] > 200})
    gaze = io.BytesIO()
    savemat(gaze, {"gaze": [{"fixations": np.ones((3, 2))}]}, do_compression=True)
    return [*found, b"m" + buffer.getvalue(), b"m" + gaze.getvalue()]


CORPORA: dict[str, Callable[[], list[bytes]]] = {
    "picture": pictures,
    "metadata": metadata,
    "map": maps,
    "shard": shards,
    "card": cards,
    "fixations": fixations,
}
