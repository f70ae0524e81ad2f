"""Settings: everything that a caller asks of `compress`, in one frozen value.

The Python function, the command line and whatever else calls Foveate make a `Settings`; each
choice, its default and its limits are written down here alone. A `Settings` holds plain values
only, so that it can be stored as JSON and sent to another process.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, SupportsIndex, TypedDict, Unpack, cast, get_args

from foveate.errors import OptionError

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the upright picture."""

Tune = Literal["vision", "fidelity", "eyes"]
Effort = Literal["fast", "default", "best"]
Method = Literal["rdo", "mosaic"]
Format = Literal["jpeg", "avif", "jxl", "webp", "auto"]
Subsampling = Literal["auto", "444", "420"]
Metadata = Literal["all", "rights", "none"]

QUALITIES = (1, 100)
"""The lowest and the highest quality, as libjpeg counts them."""
MOST_BYTES = 2**40
DEFAULT_QUALITY = 80
FLOOR_BELOW_QUALITY = 20
"""By default the background may be as bad as plain JPEG at a quality lower by this much."""


@dataclass(frozen=True)
class Settings:
    """What a caller asks. At most one of `quality`, `match_quality` and `size_bytes` is given.

    Attributes:
        quality: 1 to 100. Where people look the file is as good as plain JPEG at this quality,
            and the background is as good as plain JPEG at `floor`, in as few bytes as that takes.
            With the tune "vision" SSIMULACRA 2 says what is as good, and a mixture of it and
            PSNR-HVS-M; with the others squared error does. Without any target the quality is 80.
        match_quality: 1 to 100. The picture takes as many bytes as Pillow's default JPEG takes at
            this quality, within 1 %. Metadata come on top.
        size_bytes: the file takes at most this many bytes, and within 1 % of them. Both byte
            targets take fewer where the quality is at its ceiling.
        floor: 1 to `quality`; 20 below `quality` by default.
        map: where people look: "auto", "none", the name of a model, or the path of a grey picture
            or a .npy file. A path is told from a name by its suffix.
        protect: boxes (x, y, width, height) in pixels that count as much as the most salient, or
            more.
        tune: what counts as error: "vision" is what models of the eye see in the decoded picture,
            to which the encoder looks back; "fidelity" is squared error above all; "eyes" is error
            as far as contrast lets eyes see it, with more weight on colours, without looking back.
        effort: with the tune "vision", how often it looks: "fast" never, "default" twice, "best"
            six times. "fast" also makes the map of a smaller picture. For AVIF, libaom's speed: 7,
            6 or 4; for WebP, libwebp's method.
        method: "rdo" is the weighted trellis, "mosaic" the method of Prakash et al. (DCC 2017).
        format: the format of the file: "jpeg", or "avif" by libaom, which the map steers. For AVIF
            a byte target without a map is met within one of libaom's levels, some 5 %, and there
            is nothing to tune. "jxl" is the JPEG as asked, put into JPEG XL in fewer bytes, from
            which it comes back bit for bit; byte targets count the JPEG XL. "webp" is by libwebp,
            which takes no map: the map only says where the quality counts; its colours always have
            half the resolution. "auto" is the smallest of those that `accept` names at a quality,
            or the best of them at a size.
        accept: with the format "auto", what the client takes, as the header field Accept of its
            request says; by default AVIF, WebP and JPEG.
        subsampling: the resolution of chroma; "auto" is 4:2:0 below quality 95 and for byte
            targets, else 4:4:4. With the tune "vision" it is 4:4:4 also for text, screens and line
            art whose coloured edges would bleed, from quality 60 on or from the bytes of plain
            JPEG there.
        progressive: whether the file is stored in several scans, coarse to fine; a baseline file
            is written otherwise.
        lossless: a JPEG file keeps each of its coefficients, and only the coding of them gets
            smaller; it goes with no target and no map. With the format "jxl" the whole file is put
            into JPEG XL; of such a file the format "jpeg" gives the JPEG back bit for bit.
        metadata: "all" keeps what a JPEG can hold: EXIF, XMP, IPTC's data, comments, the colour
            profile, and a gain map or video that follows the picture; "rights" keeps copyright,
            creators, licence and the colour profile; "none" drops all of it and brings colours to
            sRGB; printing density stays in any case.
        tolerant: whether a JPEG or PNG whose end is missing is taken as far as it goes; a note
            tells how much that is. It is refused otherwise.
        background: the colour that shows through transparent pixels: a name as CSS has it, or
            "#RRGGBB". Without one, AVIF and WebP keep transparency, and JPEG, which holds
            none, takes white.
        threads: how many threads are used at most; by default as many as the process may use. The
            number never changes the bytes.
    """

    quality: int | None = None
    match_quality: int | None = None
    size_bytes: int | None = None
    floor: int | None = None
    map: str = "auto"
    protect: tuple[Box, ...] = ()
    tune: Tune = "vision"
    effort: Effort = "default"
    method: Method = "rdo"
    format: Format = "jpeg"
    accept: str | None = None
    subsampling: Subsampling = "auto"
    progressive: bool = True
    lossless: bool = False
    metadata: Metadata = "all"
    tolerant: bool = False
    background: str | None = None
    threads: int | None = None

    @property
    def coder(self) -> str:
        """The name in the registry of coders."""
        return self.method if self.format == "jpeg" else self.format

    @property
    def target(self) -> str:
        """What was asked for, in words."""
        if self.lossless:
            return "the same coefficients in fewer bytes"
        if self.size_bytes is not None:
            return f"at most {self.size_bytes} bytes"
        if self.match_quality is not None:
            return f"the bytes of plain JPEG at quality {self.match_quality}"
        if self.method == "mosaic":  # the mosaic measures no error
            return f"the bytes of plain JPEG at quality {self.quality}"
        return f"as good as plain JPEG at quality {self.quality}, background at {self.floor}"

    def checked(self) -> Settings:
        """The same with every default filled in.

        Raises:
            OptionError: a value is out of range, or two contradict each other.
        """
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                given = getattr(self, name)
                raise OptionError(f"`{name}` is {given!r}; give one of {', '.join(choices)}")
        if self.effort != DEFAULTS.effort and self.tune != "vision":
            raise OptionError(
                "`effort` goes with `tune='vision'`; the other tunes do not look back"
            )
        if not isinstance(self.map, str):
            raise OptionError(f"`map` is {self.map!r}; give a model's name or a file's path")
        if self.background is not None:
            background_colour(self.background)
        if self.method == "mosaic" and self.tune != DEFAULTS.tune:
            raise OptionError("`tune` goes with `method='rdo'`; the mosaic has nothing to tune")
        if self.method == "mosaic" and self.effort == "best":
            raise OptionError("`effort` goes with `method='rdo'`; the mosaic does not look back")
        self._check_format()
        threads = self.threads
        if threads is not None:
            threads = _number(threads)
            if threads is None or threads < 1:
                raise OptionError(
                    f"`threads` is {self.threads!r}; give a whole number of 1 or more, or leave"
                    " it out"
                )
        return dataclasses.replace(
            self, **self._goal(), protect=_boxes(self.protect), threads=threads
        )

    def _check_format(self) -> None:
        """Raises OptionError for what is asked of a JPEG where another format is."""
        if self.accept is not None and self.format != "auto":
            raise OptionError("`accept` goes with `format='auto'`; leave one of them out")
        if self.accept is not None and not isinstance(self.accept, str):
            raise OptionError(f"`accept` is {self.accept!r}; give a header field as a text")
        if self.format in ("jpeg", "jxl"):  # a JPEG XL holds a JPEG that is made as asked
            return
        asked = {
            "method='mosaic'": self.method != DEFAULTS.method,
            "tune": self.tune != DEFAULTS.tune,
            "progressive=False": self.progressive != DEFAULTS.progressive,
            "lossless": self.lossless,
            "subsampling='444'": self.format == "webp" and self.subsampling == "444",
        }
        for name, differs in asked.items():
            if differs:
                raise OptionError(
                    f"`{name}` does not go with {shown_format(self.format)}; leave it out"
                )

    def _goal(self) -> dict[str, Any]:
        """The one target that was given; quality 80 where none was."""
        names = ("quality", "match_quality", "size_bytes")
        given = [name for name in names if getattr(self, name) is not None]
        if self.lossless:
            others = ("floor", "map", "protect", "subsampling", "tune", "effort", "method")
            given += [name for name in others if getattr(self, name) != getattr(DEFAULTS, name)]
            if self.map == "none" and "map" in given:  # none is looked at in any case
                given.remove("map")
            if given:
                raise OptionError(
                    f"`lossless` and `{given[0]}` contradict each other; give one of them"
                )
            return {}
        if len(given) > 1:
            named = " and ".join(f"`{name}`" for name in given)
            raise OptionError(f"{named} contradict each other; give one of them")
        if self.floor is not None and given and given != ["quality"]:
            raise OptionError(
                f"`floor` goes with `quality`; `{given[0]}` sets the bytes, not the error"
            )
        if self.floor is not None and self.method == "mosaic":
            raise OptionError("`floor` goes with `method='rdo'`; the mosaic measures no error")
        if self.match_quality is not None:
            return {"match_quality": _within("match_quality", self.match_quality, *QUALITIES)}
        if self.size_bytes is not None:
            return {"size_bytes": _within("size_bytes", self.size_bytes, 1, MOST_BYTES)}
        asked = DEFAULT_QUALITY if self.quality is None else self.quality
        quality = _within("quality", asked, *QUALITIES)
        if self.method == "mosaic":
            return {"quality": quality}
        if self.floor is None:
            return {"quality": quality, "floor": max(quality - FLOOR_BELOW_QUALITY, QUALITIES[0])}
        floor = _within("floor", self.floor, *QUALITIES)
        if floor > quality:
            raise OptionError(
                f"`floor` {floor} is above `quality` {quality}; give {quality} or less"
            )
        return {"quality": quality, "floor": floor}

    def but(self, **choices: Unpack[Choices]) -> Settings:
        """The same with other values of the fields named; not checked."""
        return dataclasses.replace(self, **cast(Any, choices))

    def boxes_within(self, width: int, height: int, name: str) -> tuple[Box, ...]:
        """The protected boxes, all inside a picture of `width` x `height` that is called `name`.

        Raises:
            OptionError: a box reaches outside.
        """
        for x, y, across, down in self.protect:
            if x < 0 or y < 0 or x + across > width or y + down > height:
                raise OptionError(
                    f"{name}: `protect` {x},{y},{across},{down} reaches outside the picture,"
                    f" which is {width} x {height}"
                )
        return self.protect

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, of every field."""
        values = dataclasses.asdict(self)
        values["protect"] = [list(box) for box in self.protect]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """The checked settings of what `to_dict` gave; fields that are missing have defaults.

        Raises:
            OptionError: a name is no field, or a value is out of range.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise OptionError(f"settings have no {unknown[0]!r}; there are {', '.join(names)}")
        return cls(**values).checked()


class Choices(TypedDict, total=False):
    """The fields of `Settings` as keyword arguments of `compress`; `map` is an argument itself."""

    quality: int | None
    match_quality: int | None
    size_bytes: int | None
    floor: int | None
    protect: Iterable[Box]
    tune: Tune
    effort: Effort
    method: Method
    format: Format
    accept: str | None
    subsampling: Subsampling
    progressive: bool
    lossless: bool
    metadata: Metadata
    tolerant: bool
    background: str | None
    threads: int | None


DEFAULTS = Settings()
_SHOWN = {
    "jpeg": "JPEG",
    "avif": "AVIF",
    "jxl": "JPEG XL",
    "webp": "WebP",
    "auto": "the format auto",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "tune": get_args(Tune),
    "effort": get_args(Effort),
    "method": get_args(Method),
    "format": get_args(Format),
    "subsampling": get_args(Subsampling),
    "metadata": get_args(Metadata),
}


def shown_format(name: str) -> str:
    """A format as people write it."""
    return _SHOWN.get(name, name)


def background_colour(text: str) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255 of a colour's name or "#RRGGBB". Raises OptionError."""
    if text == "white":
        return 255, 255, 255
    from PIL import ImageColor  # not before it is needed, as the command line starts

    try:
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise OptionError(
            f"`background` is {text!r}; give a colour's name, or #RRGGBB such as #f0f0f0"
        ) from error
    if alpha:
        raise OptionError(
            f"`background` is {text!r}, and a background cannot be transparent itself;"
            f" leave its alpha out: #{red:02x}{green:02x}{blue:02x}"
        )
    return red, green, blue


def _number(value: object) -> int | None:
    """A whole number of Python's or NumPy's; None for all else, truth values too."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:  # an array, or a truth value of NumPy's
        return None


def _within(name: str, value: object, low: int, high: int) -> int:
    number = _number(value)
    if number is None or not low <= number <= high:
        raise OptionError(
            f"`{name}` is {_shown(value)}; give a whole number from {low} to {high:,}"
        )
    return number


def _shown(value: object) -> str:
    number = _number(value)
    return repr(value) if number is None else f"{number:,}"


def _boxes(boxes: Iterable[Iterable[int]]) -> tuple[Box, ...]:
    """Boxes of four whole numbers with at least a pixel each."""
    try:
        return tuple(_box(box) for box in boxes)
    except TypeError as error:  # no list at all
        raise OptionError(
            f"`protect` is {boxes!r}; give a list of boxes X,Y,WIDTH,HEIGHT"
        ) from error


def _box(box: Iterable[int]) -> Box:
    try:
        text = ",".join(str(v) for v in box)
        x, y, width, height = (_number(v) for v in box)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"`protect` {box!r}: give a list of boxes, each four whole numbers, X,Y,WIDTH,HEIGHT"
        ) from error
    if x is None or y is None or width is None or height is None:
        raise OptionError(f"`protect` {text}: give four whole numbers, X,Y,WIDTH,HEIGHT")
    if width < 1 or height < 1:
        raise OptionError(f"`protect` {text}: width and height must be at least 1")
    return x, y, width, height
