"""What works in this installation: each part is tried, not only looked up."""

from __future__ import annotations

import importlib.util
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

import foveate
from foveate.errors import FoveateError
from foveate.settings import CHOICES, Format
from foveate.threads import usable_threads

Kind = Literal["version", "writes", "reads", "model", "package", "speed"]

READERS = {
    "HEIC": ("heif", ("pi_heif", "pillow_heif")),
    "JPEG XL": ("jxl", ("imagecodecs",)),
    "camera raw": ("raw", ("rawpy",)),
    "rare TIFF layouts": ("tiff", ("tifffile",)),
}
"""Kinds of files that Pillow does not read: the extra, and the modules of which one reads them."""
PILLOW_FEATURES = {"WebP": "webp", "AVIF": "avif"}
"""Kinds of files that Pillow reads only where it was built to."""
COMMANDS = {
    "foveate serve": ("web", ("starlette", "uvicorn")),
    "foveate service": ("service", ("starlette", "uvicorn", "prometheus_client")),
    "foveate video": ("video", ("av",)),
    "pictures in S3, Google's and Azure's stores": ("stores", ("obstore",)),
    "manifests as Parquet tables": ("parquet", ("pyarrow",)),
}
"""What further extras bring: the extra, and the modules that all have to be there."""
PACKAGES = {"foveate_research": "train, evaluate, reproduce and other commands of the laboratory"}
_MISSING = "not installed"
_SPEED_SHAPE = (1024, 1024, 3)
_TRIED_SHAPE = (40, 48, 3)


@dataclass(frozen=True)
class Finding:
    """What one part of the installation is found to do.

    kind: "writes" and "reads" are kinds of files, "model" is a network with weights, "package" is
    one that adds commands, "speed" is a time. detail: a version, a time, or why it does not work.
    needed: whether Foveate's main job fails without it.
    """

    kind: Kind
    name: str
    works: bool
    detail: str
    needed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def checkup(*, speed: bool = True) -> Iterator[Finding]:
    """Findings one by one, as each part is tried. speed: whether times are measured too."""
    yield from _versions()
    for name in CHOICES["format"]:
        yield _writes(name)
    yield from _readers()
    yield from _models()
    yield from _commands()
    for name, brings in PACKAGES.items():
        there = importlib.util.find_spec(name) is not None
        yield Finding("package", name, there, brings if there else f"{_MISSING}: {brings}")
    if speed:
        yield from _speeds()


def _versions() -> Iterator[Finding]:
    yield Finding("version", "foveate", True, foveate.__version__)
    yield Finding("version", "Python", True, f"{platform.python_version()} on {sys.platform}")
    yield Finding("version", "threads", True, str(usable_threads()))


def _picture(shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Smooth random hills, the same each time: as hard to code as a photo, about."""
    rng = np.random.default_rng(20)
    coarse = rng.integers(0, 256, (shape[0] // 8, shape[1] // 8, shape[2])).astype(np.float64)
    large = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)
    for axis in (0, 1):
        large = np.mean([np.roll(large, step, axis) for step in range(-4, 5)], axis=0)
    noisy = large + rng.normal(0, 3, large.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _tried(kind: Kind, name: str, attempt: Callable[[], str], *, needed: bool = False) -> Finding:
    """What an attempt says of itself, or the error that it ends in."""
    try:
        return Finding(kind, name, True, attempt(), needed)
    except (FoveateError, ImportError, OSError) as error:
        return Finding(kind, name, False, str(error), needed)


def _writes(name: Any) -> Finding:
    format: Format = name

    def attempt() -> str:
        made = foveate.compress(_picture(_TRIED_SHAPE), quality=60, format=format, map="none")
        return f"{len(made.data)} bytes of a small picture"

    return _tried("writes", name, attempt, needed=name == "jpeg")


def _readers() -> Iterator[Finding]:
    from PIL import features

    pillow = str(features.version("pil"))
    yield Finding("reads", "JPEG, PNG, GIF, BMP, TIFF", True, f"Pillow {pillow}")
    for name, (extra, modules) in READERS.items():
        found = [module for module in modules if importlib.util.find_spec(module) is not None]
        wanted = f"{_MISSING}: pip install 'foveate[{extra}]'"
        yield Finding("reads", name, bool(found), found[0] if found else wanted)
    for name, feature in PILLOW_FEATURES.items():
        there = bool(features.check(feature))
        detail = str(features.version(feature)) if there else "not built into this Pillow"
        yield Finding("reads", name, there, detail)


def _commands() -> Iterator[Finding]:
    for name, (extra, modules) in COMMANDS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        detail = f"{_MISSING}: pip install 'foveate[{extra}]'" if missing else f"extra {extra}"
        yield Finding("package", name, not missing, detail)


def _models() -> Iterator[Finding]:
    from foveate.models.entry import AUTO
    from foveate.models.records import checked_weights
    from foveate.models.registry import list_models

    records = {each.record: each.name for each in reversed(list_models()) if each.record}
    for record, name in reversed(records.items()):

        def attempt(record: str = record) -> str:
            return f"weights of {len(checked_weights(record)):,} bytes are those of their record"

        yield _tried("model", name, attempt, needed=name == AUTO)


def _speeds() -> Iterator[Finding]:
    pixels = _picture(_SPEED_SHAPE)
    jobs: dict[str, Callable[[], object]] = {
        "map": lambda: foveate.saliency_map(pixels),
        "compress, effort fast": lambda: foveate.compress(pixels, effort="fast"),
        "compress": lambda: foveate.compress(pixels),
    }
    for name, job in jobs.items():

        def attempt(job: Callable[[], object] = job) -> str:
            job()  # the first call loads the network
            started = time.perf_counter()
            job()
            return f"{time.perf_counter() - started:.2f} s for 1 megapixel"

        yield _tried("speed", name, attempt, needed=True)
