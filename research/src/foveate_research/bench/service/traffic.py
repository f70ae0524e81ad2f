"""The requests of the load test: good ones with the bytes that must come back, and bad ones.

Good requests are thumbnails of several sizes, some read from the folder and some from the site.
Every kind of bad request has the statuses that docs/service.md states for it.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foveate.pictures import Limits
from foveate.service.grammar import parsed
from foveate.service.rendering import Usual
from foveate.service.signature import SigningKey
from foveate.service.wanted import Wanted
from foveate.settings import Format
from foveate_research.bench.service.running import KEY, SALT

Job = tuple[bytes, str, Wanted, Format, Usual, Limits]
"""What `rendered` is called with."""

_OPTIONS = ("rs:fit:160:0", "rs:fit:320:0", "rs:fill:160:160/g:sm", "rs:fit:320:0/q:60")
_BUSY = frozenset((503,))
_SHARES = {
    "good": 0.70,
    "broken file": 0.08,
    "no picture": 0.04,
    "bomb of pixels": 0.04,
    "endless": 0.002,
    "claims 1 TB": 0.03,
    "slow": 0.002,
    "fails": 0.02,
    "redirect away": 0.02,
    "forbidden source": 0.03,
    "outside the folder": 0.02,
    "wrong signature": 0.03,
    "unknown option": 0.02,
}
_STATED: dict[str, frozenset[int]] = {
    "good": frozenset((200,)),
    "broken file": frozenset((422,)),
    "no picture": frozenset((422,)),
    "bomb of pixels": frozenset((422,)),
    "endless": frozenset((413, 504)),
    "claims 1 TB": frozenset((413,)),
    "slow": frozenset((504,)),
    "fails": frozenset((502,)),
    "redirect away": frozenset((403,)),
    "forbidden source": frozenset((403,)),
    "outside the folder": frozenset((403,)),
    "wrong signature": frozenset((403,)),
    "unknown option": frozenset((400,)),
}


@dataclass(frozen=True)
class Asked:
    """A request. kind: what is bad about it, or "good"; body: what a good one is answered with."""

    kind: str
    path: str
    body: bytes | None = field(default=None, repr=False)

    def is_stated(self, status: int) -> bool:
        """Whether the page of the service states this status for such a request."""
        return status in _STATED[self.kind]


def is_busy(status: int) -> bool:
    """Whether the service asks to try again."""
    return status in _BUSY


def thumbnails(pictures: Sequence[Path], usual: Usual, limits: Limits) -> dict[str, Job]:
    """What `rendered` is called with, by the signed path that asks for the same."""
    found: dict[str, Job] = {}
    for number, picture in enumerate(pictures):
        for options in _OPTIONS[number % 2 :: 2]:
            path = _signed(f"/{options}/plain/local:///{picture.name}@jpg")
            wanted = parsed(path).wanted
            found[path] = (picture.read_bytes(), picture.name, wanted, "jpeg", usual, limits)
    return found


def mixed(count: int, good: dict[str, bytes], folder: Path, site: str, *, seed: int) -> list[Asked]:
    """So many requests in random order.

    good: bodies by signed path. folder: the served one; bad files are written to it. site: the
    address of the bad site, which ends in a slash.
    """
    rng = random.Random(seed)
    bad = _bad(folder, sorted(good), site)
    paths = sorted(good)
    kinds = rng.choices(list(_SHARES), list(_SHARES.values()), k=count)
    kinds[: len(bad)] = bad  # one of each at least
    rng.shuffle(kinds)
    asked = []
    for kind in kinds:
        if kind != "good":
            asked.append(Asked(kind, bad[kind]))
            continue
        path = rng.choice(paths)
        body = good[path]
        if rng.random() < 0.25:
            path = _signed("/" + path.split("/", 2)[2].replace("local:///", f"{site}good/"))
        asked.append(Asked("good", path, body))
    return asked


def _bad(folder: Path, good: Sequence[str], site: str) -> dict[str, str]:
    """A path of each kind that is bad."""
    whole = next(path for path in sorted(folder.glob("*.jpg"))).read_bytes()
    (folder / "broken.jpg").write_bytes(whole[:60])
    (folder / "text.jpg").write_bytes(b"no picture " * 100)
    (folder / "bomb.png").write_bytes(_png_bomb(60_000))
    of = {
        "broken file": "local:///broken.jpg",
        "no picture": "local:///text.jpg",
        "bomb of pixels": "local:///bomb.png",
        "endless": f"{site}endless",
        "claims 1 TB": f"{site}claims",
        "slow": f"{site}slow",
        "fails": f"{site}fails",
        "redirect away": f"{site}away",
        "forbidden source": "http://169.254.169.254/latest/meta-data/",
        "outside the folder": "local:///../../etc/passwd",
    }
    paths = {kind: _signed(f"/w:160/plain/{source}@jpg") for kind, source in of.items()}
    paths["wrong signature"] = f"/{'A' * 43}/{good[0].split('/', 2)[2]}"
    paths["unknown option"] = _signed("/nonsense:1/plain/local:///text.jpg@jpg")
    return paths


def _signed(path: str) -> str:
    return SigningKey.of_hex(KEY, SALT).signed(path)


def _png_bomb(side: int) -> bytes:
    """A PNG of a few bytes that says that it has side * side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    return start + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")
