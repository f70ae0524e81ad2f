"""The coders that are compared: each makes of a scene a file of about as many bytes as are asked.

A row more is one line of CODECS. The other coders have one knob, quality in whole steps: it is
turned to the largest file that exceeds the bytes asked for by no more than 1 %. Foveate, the mosaic
and Pillow never exceed them.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, features

from foveate._compress import compress
from foveate.coders.avif.level_files import LevelFiles
from foveate.coders.avif.levels import COARSEST, FINEST, quality_of
from foveate.coders.avif.libaom import AvifOptions
from foveate.coders.avif.tuning import SPEEDS
from foveate.coders.jpeg.sized import jpeg_of_size
from foveate.coders.plain.search import last_within
from foveate.errors import MissingExtraError, OptionError, TargetError, printable
from foveate.models.registry import get_model
from foveate.pictures import read_picture
from foveate.saliency import SaliencyMap, Weights, map_from_array, saliency_map
from foveate.saliency.weights import ranks
from foveate_research.coders import rivals
from foveate_research.coders.by_quality import SLACK, Coded, Encode, Pixels, by_quality
from foveate_research.coders.jpeg2000.regions import BOLDNESS, LayeredPicture
from foveate_research.coders.released_mosaic import encode_released
from foveate_research.coders.scenes import Scene
from foveate_research.datasets.attention import in_colour


@dataclass(frozen=True)
class Codec:
    """One coder.

    package: what has to be installed. image_format: what Pillow has to know. viewers: takes
    a scene's fixations. outside: no JPEG.
    """

    name: str
    label: str
    encode: Encode
    package: str = ""
    image_format: str = ""
    viewers: bool = False
    outside: bool = False


def decoded(data: bytes) -> Pixels:
    """(H, W, 3) of a file of any format that Pillow reads, or of JPEG XL."""
    if data.startswith(rivals.JPEG_XL):
        return in_colour(read_picture(data).pixels)
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def by_foveate(steering: str, **options: Any) -> Encode:
    """Foveate under the scene's own map ("own", "own by rank"), its viewers', or a model's.

    options: what else `foveate.compress` is given.
    """

    def of_size(scene: Scene, size_bytes: int) -> Coded:
        saliency = _map(scene, steering)
        started = time.process_time()
        made = compress(scene.pixels, size_bytes=size_bytes, map=saliency, **options)
        return Coded(made.data, time.process_time() - started)

    return of_size


def _map(scene: Scene, steering: str) -> SaliencyMap:
    if steering == "own":
        return scene.saliency
    key = ("map", steering)
    if key not in scene.kept:
        scene.kept[key] = _made_map(scene, steering)
    kept: SaliencyMap = scene.kept[key]
    return kept


def _made_map(scene: Scene, steering: str) -> SaliencyMap:
    if steering == "own by rank":
        return replace(scene.saliency, coarse=ranks(scene.saliency.coarse))
    if steering == "viewers":
        assert scene.density is not None
        density = scene.density.astype(np.float32)
        return map_from_array(density, read_picture(scene.pixels), name="viewers")
    return saliency_map(scene.pixels, model=steering)


def _progressive(scene: Scene, size_bytes: int) -> Coded:
    started = time.process_time()
    made = jpeg_of_size(Image.fromarray(scene.pixels), size_bytes, progressive=True)
    return Coded(made.data, time.process_time() - started, {"setting": made.quality})


def by_mosaic(steering: str) -> Encode:
    """The paper's mosaic, five levels of qualities 30 to 70, under a map as for `by_foveate`."""

    def of_size(scene: Scene, size_bytes: int) -> Coded:
        saliency = _map(scene, steering)
        started = time.process_time()
        made = compress(
            scene.pixels,
            size_bytes=size_bytes,
            map=saliency,
            method="mosaic",
            progressive=False,  # the paper's second coding is a standard encoder's default
        )
        seconds = time.process_time() - started
        found = made.report.coder
        facts = {
            "first_salient_quality": found["salient_quality"],
            "setting": found["final_quality"],
        }
        if found["other_quality"] is not None:
            facts["first_other_quality"] = found["other_quality"]
        return Coded(made.data, seconds, facts)

    return of_size


def by_rule(rule: int) -> Encode:
    """The mosaic as its authors released it: see `released_mosaic`."""

    def of_size(scene: Scene, size_bytes: int) -> Coded:
        started = time.process_time()
        made = encode_released(
            scene.pixels, scene.saliency.values, rule=rule, plain_bytes=size_bytes
        )
        facts = {
            "first_salient_quality": made.salient_quality,
            "first_other_quality": made.other_quality,
            "setting": made.final_quality,
        }
        return Coded(made.data, time.process_time() - started, facts)

    return of_size


def by_avif_level(name: str, steering: str | None) -> Encode:
    """AVIF by libaom as Foveate calls it, at the finest of its levels within 1 % of the bytes.

    steering: as for `by_foveate`; None lets libaom spread bits by its own rule.
    """

    def of_size(scene: Scene, size_bytes: int) -> Coded:
        key = ("avif", name)
        if key not in scene.kept:
            weights = None if steering is None else Weights(_map(scene, steering))
            scene.kept[key] = LevelFiles(scene.pixels, weights, AvifOptions(AVIF_SPEED)), {}
        files, seconds = scene.kept[key]
        most = (1 + SLACK) * size_bytes

        def excess(fineness: int) -> float:
            started = time.process_time()
            size = len(files.at(-fineness))
            seconds.setdefault(-fineness, time.process_time() - started)
            return math.log(size / most)

        fineness = last_within(excess, lowest=-COARSEST, highest=-FINEST, guess=-32, slope=0.045)
        if fineness is None:
            raise TargetError(f"{name}: {size_bytes} bytes are too few for {printable(scene.key)}")
        level = -fineness
        return Coded(files.at(level), seconds[level], {"setting": quality_of(level)})

    return of_size


def _jpeg_2000(scene: Scene, size_bytes: int) -> Coded:
    started = time.process_time()
    data = rivals.jpeg_2000(scene.pixels, size_bytes)
    if len(data) > (1 + SLACK) * size_bytes:
        raise TargetError(f"jpeg2000: {size_bytes} bytes are too few for {printable(scene.key)}")
    return Coded(data, time.process_time() - started)


def _jpeg_2000_regions(scene: Scene, size_bytes: int) -> Coded:
    """Cut by the scene's own map; the picture is coded once, as all sizes are cut from one file."""
    started = time.process_time()
    if "jpeg2000-regions" not in scene.kept:
        scene.kept["jpeg2000-regions"] = LayeredPicture.of(scene.pixels)
    picture: LayeredPicture = scene.kept["jpeg2000-regions"]
    weights = Weights(scene.saliency).of_blocks(boldness=BOLDNESS)
    return Coded(picture.of_size(size_bytes, weights), time.process_time() - started)


AVIF_SPEED = SPEEDS["default"]
PLAIN = "pillow"
"""The coder whose bytes all others are given."""

_LIST = (
    Codec(PLAIN, "Pillow's default JPEG", by_quality(PLAIN, rivals.pillow, slack=0)),
    Codec("pillow-progressive", "Pillow, optimised progressive", _progressive),
    Codec("mozjpeg", "mozjpeg (libvips)", by_quality("mozjpeg", rivals.mozjpeg), package="pyvips"),
    Codec(
        "mozjpeg-5",
        "mozjpeg, table 5",
        by_quality("mozjpeg-5", partial(rivals.mozjpeg, table=5)),
        package="pyvips",
    ),
    Codec("jpegli", "jpegli (pyjpegli)", by_quality("jpegli", rivals.jpegli), package="pyjpegli"),
    Codec(
        "jpegli-optimised",
        "jpegli, own Huffman tables",
        by_quality("jpegli-optimised", rivals.jpegli_optimised),
        package="jpeglib",
    ),
    Codec(
        "jpegli-progressive",
        "jpegli, progressive (ajpegli)",
        by_quality("jpegli-progressive", rivals.jpegli_progressive),
        package="ajpegli",
    ),
    Codec("mosaic", "the paper's mosaic", by_mosaic("own")),
    Codec("mosaic-ranks", "the mosaic, map by rank", by_mosaic("own by rank")),
    Codec("mosaic-msroi", "the mosaic, the released map", by_mosaic("msroi-released")),
    Codec("mosaic-rule-3", "the mosaic as released, rule 3", by_rule(3)),
    Codec("mosaic-rule-6", "the mosaic as released, rule 6", by_rule(6)),
    Codec("foveate-vision-none", "Foveate, no map", by_foveate("none", tune="vision")),
    Codec(
        "foveate-vision-centre", "Foveate, centred Gaussian", by_foveate("centre", tune="vision")
    ),
    Codec("foveate-vision", "Foveate", by_foveate("own", tune="vision")),
    Codec(
        "foveate-vision-viewers",
        "Foveate, the viewers' map",
        by_foveate("viewers", tune="vision"),
        viewers=True,
    ),
    Codec("foveate-none", "Foveate, fidelity, no map", by_foveate("none", tune="fidelity")),
    Codec(
        "foveate-centre",
        "Foveate, fidelity, centred Gaussian",
        by_foveate("centre", tune="fidelity"),
    ),
    Codec("foveate", "Foveate, fidelity", by_foveate("own", tune="fidelity")),
    Codec(
        "foveate-viewers",
        "Foveate, fidelity, the viewers' map",
        by_foveate("viewers", tune="fidelity"),
        viewers=True,
    ),
    Codec("foveate-eyes-none", "Foveate, eyes, no map", by_foveate("none", tune="eyes")),
    Codec(
        "foveate-eyes-centre", "Foveate, eyes, centred Gaussian", by_foveate("centre", tune="eyes")
    ),
    Codec("foveate-eyes", "Foveate, eyes", by_foveate("own", tune="eyes")),
    Codec(
        "webp",
        "WebP, method 6",
        by_quality("webp", rivals.webp),
        image_format="webp",
        outside=True,
    ),
    Codec(
        "jpeg2000",
        "JPEG 2000 (OpenJPEG)",
        _jpeg_2000,
        image_format="jpg_2000",
        outside=True,
    ),
    Codec(
        "jpeg2000-regions",
        "JPEG 2000, cut by the map",
        _jpeg_2000_regions,
        image_format="jpg_2000",
        outside=True,
    ),
    Codec(
        "jpegxl",
        "JPEG XL, effort 7 (libjxl)",
        by_quality("jpegxl", rivals.jpeg_xl),
        package="imagecodecs",
        outside=True,
    ),
    Codec(
        "avif",
        "AVIF, speed 6",
        by_quality("avif", rivals.avif),
        image_format="avif",
        outside=True,
    ),
    Codec(
        "avif-iq",
        "AVIF by libaom, tune iq, speed 6",
        by_avif_level("avif-iq", None),
        image_format="avif",
        outside=True,
    ),
    Codec(
        "foveate-avif",
        "Foveate, AVIF",
        by_avif_level("foveate-avif", "own"),
        image_format="avif",
        outside=True,
    ),
)
CODECS: dict[str, Codec] = {codec.name: codec for codec in _LIST}

STEERED: dict[str, Callable[[str], Encode]] = {
    "mosaic": by_mosaic,
    "foveate": partial(by_foveate, tune="fidelity"),
    "foveate-eyes": partial(by_foveate, tune="eyes"),
    "foveate-vision": partial(by_foveate, tune="vision"),
}
"""Coders that any map can steer: "foveate@msroi" is Foveate under the map of the model msroi."""


def codec_of(name: str) -> Codec:
    """The coder of a name in CODECS, or of "CODER@MODEL", a coder of STEERED under a model's map.

    Raises:
        OptionError: no such coder, or no such model.
    """
    if name in CODECS:
        return CODECS[name]
    coder, at, model = name.partition("@")
    if not at or coder not in STEERED:
        raise OptionError(
            f"no coder is called '{printable(name)}': there are {', '.join(CODECS)}, and "
            f"{', '.join(STEERED)} under the map of any model, as in foveate@centre"
        )
    get_model(model)  # raises where there is none
    return Codec(name, f"{CODECS[coder].label}, map {model}", STEERED[coder](model))


def usable(names: Sequence[str], *, viewers: bool) -> tuple[list[Codec], list[str]]:
    """The coders of these names that can run here, plain JPEG first, and what was left out and why.

    Raises:
        OptionError: no such coder. MissingExtraError: a rival is not installed.
    """
    chosen, notes = [CODECS[PLAIN]], []
    for name in dict.fromkeys(names):
        codec = codec_of(name)
        if codec.package and importlib.util.find_spec(codec.package) is None:
            raise MissingExtraError(f"measuring {codec.label}", "foveate-research[bench]")
        if codec.image_format and not features.check(codec.image_format):
            notes.append(f"{codec.label}: left out, this Pillow cannot write it")
        elif codec.viewers and not viewers:
            notes.append(f"{codec.label}: left out, there are no fixations")
        elif name != PLAIN:
            chosen.append(codec)
    return chosen, notes
