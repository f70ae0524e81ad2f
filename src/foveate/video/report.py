"""VideoReport: what became of a video."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VideoReport:
    """What became of a video. Times are in seconds from its first frame."""

    source: str
    output: str
    width: int
    height: int
    frames: int
    duration: float
    source_bytes: int
    bytes: int
    bitrate: float
    """Bits a second of the whole file."""
    video_bitrate: float
    """Bits a second of the pictures alone."""
    target: str
    """What was asked for, in words."""
    codec: str
    encoder: str
    """The encoder and FFmpeg's library that ran it."""
    options: dict[str, str]
    """What the encoder was told in its last pass."""
    passes: int
    """How often the video was encoded."""
    pixel_format: str
    map: str
    """The name of the model that said where people look."""
    cuts: tuple[float, ...]
    """When a new shot begins."""
    map_times: tuple[float, ...]
    """The moments whose maps were made."""
    region_changes: int
    """How many times the encoder was given other regions."""
    copied: tuple[str, ...]
    """The other streams that were copied, bit for bit: "audio (aac)"."""
    notes: tuple[str, ...]
    """What a user should know of what was done to the video."""
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; fractions are rounded to three decimals."""
        return {name: _rounded(value) for name, value in dataclasses.asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
