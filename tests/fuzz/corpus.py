"""Small files of every kind that Foveate reads: what the fuzzers begin with."""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from foveate.pictures.containers.mpf import mpf_payload

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


def chunks() -> list[bytes]:
    """PNG's chunks, as their four letters and their bodies."""
    numbers = {b"gAMA": [45_455], b"cHRM": [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000]}
    coded = [kind + b"".join(n.to_bytes(4, "big") for n in each) for kind, each in numbers.items()]
    packed = zlib.compress(b"someone's own words")
    return [
        *coded,
        b"sRGB\0",
        b"cICP\x0c\x0d\0\x01",
        b"iCCPname\0\0" + zlib.compress(bytes(132)),
        b"tEXtCopyright\0me",
        b"zTXtAuthor\0\0" + packed,
        b"iTXtTitle\0\x01\0en\0\0" + packed,
        b"iTXtXML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b"zTXtRaw profile type iptc\0\0" + zlib.compress(b"\niptc\n       4\n1c027400\n"),
        b"pHYs\0\0\x0b\x13\0\0\x0b\x13\x01",
        b"eXIf" + _exif().tobytes()[6:],
        b"acTL\0\0\0\x02\0\0\0\0",
        b"tRNS\0\0\0\0\0\0",
        b"caBXjumb",
    ]


def trailers() -> list[bytes]:
    """An APP2 segment's body, a bar, and what follows a JPEG's end."""
    picture = _saved("JPEG")
    mark = b"urn:iso:std:iso:ts:21496-1\0"
    marked = picture[:2] + b"\xff\xe2\0\x1e" + mark + picture[2:]
    index = mpf_payload(len(picture), 30, [len(marked)])
    video = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08mdat"
    return [index + b"|" + marked, mark + b"|" + marked + video, b"|" + picture, b"|" + video]


def boxed(kind: bytes, *bodies: bytes) -> bytes:
    """A box of the ISO base media file format."""
    body = b"".join(bodies)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def files_of_boxes() -> list[bytes]:
    """HEIF's boxes without a picture, a JPEG XL codestream's head, and AVIF where Pillow can."""
    nclx = boxed(b"colr", b"nclx\0\x0c\0\x10\0\x06\x80")
    gain = b"auxC\0\0\0\0urn:com:apple:photo:2020:aux:hdrgainmap\0"
    properties = boxed(b"ipco", nclx, (len(gain) + 4).to_bytes(4, "big") + gain)
    associated = boxed(b"ipma", b"\0\0\0\0\0\0\0\x02\0\x01\x01\x81\0\x02\x01\x82")
    entries = [boxed(b"infe", b"\x02\0\0\0\0" + n + b"\0\0hvc1\0") for n in (b"\x01", b"\x02")]
    items = boxed(b"iinf", b"\0\0\0\0\0\x02", *entries)
    references = boxed(b"iref", b"\0\0\0\0", boxed(b"auxl", b"\0\x02\0\x01\0\x01"))
    primary = boxed(b"pitm", b"\0\0\0\0\0\x01")
    meta = boxed(
        b"meta", bytes(4), primary, items, references, boxed(b"iprp", properties, associated)
    )
    heif = boxed(b"ftyp", b"heic\0\0\0\0mif1heic") + meta
    jxl = bytes.fromhex("ff0a7f4f0000")
    held = boxed(b"JXL ", b"\r\n\x87\n") + boxed(b"ftyp", b"jxl \0\0\0\0jxl ") + boxed(b"jxlc", jxl)
    try:
        return [heif, jxl, held, _saved("AVIF")]
    except (OSError, KeyError):
        return [heif, jxl, held]


def texts() -> list[bytes]:
    """Results of votes, an adapter and a batch's manifest, each after a byte that says which."""
    vote = {"picture": "p", "left": "a", "right": "b", "choice": "left", "left_bytes": 10}
    told = {"format": "foveate votes", "version": 1, "page": {"sha256": "0"}, "voter": "v"}
    votes = json.dumps({**told, "votes": [vote, {**vote, "picture": "q", "choice": "right"}]})
    adapter = b'[input]\nwidth = 64\nheight = 48\n[output]\nkind = "logits"\n'
    line = {"result": "a.jpg", "source": "0", "settings": "0", "content": "0"}
    return [b"v" + votes.encode(), b"a" + adapter, b"m" + json.dumps(line).encode() + b"\n"]


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
    "chunks": chunks,
    "trailer": trailers,
    "boxes": files_of_boxes,
    "text": texts,
    "map": maps,
    "shard": shards,
    "card": cards,
    "fixations": fixations,
}
