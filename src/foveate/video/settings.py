"""VideoSettings: everything that a caller asks of `compress_video`, in one frozen value."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from foveate.errors import OptionError, printable
from foveate.settings import MOST_BYTES

VideoCodec = Literal["h264", "h265"]
Preset = Literal[
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
]
CRFS = (0.0, 51.0)
DEFAULT_CRF: dict[str, float] = {"h264": 23.0, "h265": 28.0}
"""What x264 and x265 themselves take where nothing is asked."""
CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""The ending of a file's name to FFmpeg's name of the container."""
LEAST_BITRATE, MOST_BITRATE = 1_000, 10**10


@dataclass(frozen=True)
class VideoSettings:
    """What a caller asks. At most one of `crf`, `bitrate` and `size_bytes` is given.

    Attributes:
        crf: the constant rate factor of x264 or x265, from 0 (best) to 51. With the map a file
            takes about as many bytes as the encoder takes without it at the same factor; they go
            where people look. Without any target it is the encoder's own default: 23 for H.264
            and 28 for H.265.
        bitrate: bits a second that the picture takes on average, in two passes.
        size_bytes: the file takes at most this many bytes, sound and all, in two passes or a few
            more.
        codec: "h264" by x264, or "h265" by x265.
        preset: the encoder's preset: the slower, the smaller.
        map: the name of the model that says where people look, "auto", or "none" for no map.
        every: seconds of video from one map to the next; a shot has one map at least.
        strip: whether metadata, such as the place of recording, are left out.
        threads: how many threads the model and the decoder use at most; by default as many as the
            process may use. The number never changes the bytes: the encoder always runs the same
            number.
    """

    crf: float | None = None
    bitrate: int | None = None
    size_bytes: int | None = None
    codec: VideoCodec = "h264"
    preset: Preset = "medium"
    map: str = "auto"
    every: float = 0.5
    strip: bool = False
    threads: int | None = None

    @property
    def target(self) -> str:
        """What was asked for, in words."""
        if self.size_bytes is not None:
            return f"at most {self.size_bytes} bytes"
        if self.bitrate is not None:
            return f"{self.bitrate} bits a second"
        return f"constant rate factor {self.crf:g}"

    def checked(self) -> VideoSettings:
        """The same with the default target filled in.

        Raises:
            OptionError: a value is out of range, or two contradict each other.
        """
        choices: dict[str, tuple[str, ...]] = {
            "codec": get_args(VideoCodec),
            "preset": get_args(Preset),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise OptionError(
                    f"`{name}` is {getattr(self, name)!r}; give one of {', '.join(known)}"
                )
        given = [n for n in ("crf", "bitrate", "size_bytes") if getattr(self, n) is not None]
        if len(given) > 1:
            named = " and ".join(f"`{name}`" for name in given)
            raise OptionError(f"{named} contradict each other; give one of them")
        if not isinstance(self.map, str) or Path(self.map).suffix:
            raise OptionError(f"`map` is {self.map!r}; give a model's name, auto or none")
        _number("every", self.every, 0.04, 3600)
        if self.bitrate is not None:
            _number("bitrate", self.bitrate, LEAST_BITRATE, MOST_BITRATE)
        if self.size_bytes is not None:
            _number("size_bytes", self.size_bytes, 1, MOST_BYTES)
        if self.crf is not None:
            _number("crf", self.crf, *CRFS)
        if self.threads is not None:
            _number("threads", self.threads, 1, 1 << 16)
        if not given:
            return dataclasses.replace(self, crf=DEFAULT_CRF[self.codec])
        return self

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, of every field."""
        return dataclasses.asdict(self)


def container_of(path: Path) -> str:
    """FFmpeg's name of the container that a file's name asks for. Raises OptionError."""
    found = CONTAINERS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(CONTAINERS)
        raise OptionError(
            f"{printable(path)}: its ending says no container that Foveate writes; end the name in"
            f" one of {known}"
        )
    return found


def _number(name: str, value: object, low: float, high: float) -> None:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not low <= number <= high:
        raise OptionError(f"`{name}` is {value!r}; give a number from {low:,.12g} to {high:,.12g}")
