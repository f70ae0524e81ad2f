"""The first look at a video: its shots, the maps of some of their frames, and all its times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foveate.errors import VideoError, printable
from foveate.models.registry import get_model
from foveate.pictures import Picture
from foveate.saliency import map_of
from foveate.threads import usable_threads
from foveate.video.cuts import CutFinder, Signature, is_flash
from foveate.video.facts import Facts, facts_of, refuse_change
from foveate.video.limits import VideoLimits
from foveate.video.opening import frames_and_packets, opened, video_stream
from foveate.video.regions import STRENGTHS, Grid, Strength, offsets_of
from foveate.video.settings import VideoSettings
from foveate.video.smoothing import Run, Sample, Shot, runs_of
from foveate.video.streams import COPIED, copyable

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container.input import InputContainer
    from av.packet import Packet
    from av.stream import Stream

MISSING_SECONDS, MISSING_SHARE = 0.5, 0.02
"""How much a file may end before its time: containers round, and sound ends as it likes."""

LEAST_SIDE = 96
"""How many pixels long a frame is at least when it is looked at."""

Pixels = npt.NDArray[np.uint8]
Tick = Callable[[str, int, int | None], None]
"""Is told what is being done, how many frames are done, and of how many, where that is known."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What the encoder is to be told, frame by frame, and what the video is.

    runs: the regions, from which frame on. copied_bytes: of the streams that are copied. Times are
    in seconds from the first frame.
    """

    facts: Facts
    frames: int
    duration: float
    runs: tuple[Run, ...]
    model: str
    cuts: tuple[float, ...]
    map_times: tuple[float, ...]
    copied_bytes: int
    map_seconds: float


@dataclass
class _Shot:
    """A shot while its frames come."""

    first: int
    opens: Signature
    closes: Signature
    end: int
    samples: list[Sample] = field(default_factory=list)
    last: Pixels | None = None


def analysed(
    path: Path,
    settings: VideoSettings,
    limits: VideoLimits,
    tick: Tick,
    *,
    kind: str = "matroska",
    strength: Strength | None = None,
) -> Plan:
    """Looks at every frame of a video once. Raises VideoError, ModelError.

    kind: FFmpeg's name of the container to write. strength: how far the quantiser follows the map,
    where it is not the codec's own.
    """
    import av

    looking = _Looking(path, settings, limits, strength or STRENGTHS[settings.codec])
    with opened(path) as container:
        stream = video_stream(container, path)
        others = copyable(container, stream, kind)
        expected = stream.frames or None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
            limits.check(printable(path), "duration", seconds, f"is {seconds:.1f} seconds long")
        threads = usable_threads(settings.threads)
        ends = 0.0
        for item in frames_and_packets(container, stream, others, path, threads=threads):
            ends = max(ends, _end(item))
            if not isinstance(item, av.VideoFrame):
                looking.copied_bytes += item.size
                continue
            if looking.facts is None:
                facts = facts_of(item, stream, path, codec=settings.codec, limits=limits)
                looking.begin(facts)
            looking.look(item)
            tick("looking", looking.frames, expected)
        _refuse_missing_end(container, ends, path)
    return looking.plan()


def _end(item: VideoFrame | Packet[Stream]) -> float:
    """When a frame or packet is over, in seconds of the file's own clock."""
    if item.pts is None:
        return 0.0
    return float((item.pts + (item.duration or 0)) * (item.time_base or 0))


def _refuse_missing_end(container: InputContainer, ends: float, path: Path) -> None:
    """Raises VideoError where a file ends long before the time that its beginning promises.

    Matroska's reader tells nothing of it. Streams that are not read may be longer than the others.
    """
    promises = any(name in container.format.name for name in ("matroska", "mov"))
    read = all(stream.type in ("video", *COPIED) for stream in container.streams)
    if not (promises and read and container.duration):
        return
    promised = (container.duration + max(container.start_time or 0, 0)) / 1e6
    if promised - ends > max(MISSING_SECONDS, MISSING_SHARE * promised):
        raise VideoError(
            f"{printable(path)}: ends after {ends:.1f} of {promised:.1f} seconds; take another"
            " copy, or mend it first: ffmpeg -i IN -c copy OUT.mkv"
        )


class _Looking:
    """What has been seen of a video so far."""

    def __init__(
        self, path: Path, settings: VideoSettings, limits: VideoLimits, strength: Strength
    ) -> None:
        self.path, self.settings, self.limits, self.strength = path, settings, limits, strength
        self.model = get_model(settings.map)
        self.facts: Facts | None = None
        self.frames = 0
        self.copied_bytes = 0
        self.map_seconds = 0.0
        self._times: list[float] = []
        self._first = self._length = 0
        self._cuts = CutFinder()
        self._shots: list[_Shot] = []

    def begin(self, facts: Facts) -> None:
        """Takes note of the first frame's facts."""
        self.facts = facts
        self._grid = Grid(facts.width, facts.height)
        sides = (facts.height, facts.width)
        upright = sides if facts.turns % 2 == 0 else sides[::-1]
        rows, columns = self.model.size(*upright)
        times = -(-LEAST_SIDE // max(rows, columns))  # baselines look at fewer than cuts need
        rows, columns = rows * times, columns * times
        self._small = (rows, columns) if facts.turns % 2 == 0 else (columns, rows)
        self._apart = max(1, round(self.settings.every * facts.rate))

    def look(self, frame: VideoFrame) -> None:
        """Looks at the next frame."""
        facts = self.facts
        assert facts is not None
        assert frame.pts is not None
        name = printable(self.path)
        refuse_change(frame, facts, self.path)
        if not self._times:
            self._first = frame.pts
        self._times.append(float((frame.pts - self._first) * facts.time_base))
        self._length = frame.duration
        self.limits.check(name, "frames", self.frames + 1, "has more frames")
        self.limits.check(name, "duration", self._times[-1], "is longer")
        small = self._reduced(frame)
        if self._cuts.begins_shot(small):
            self._finish()
            seen = self._cuts.seen
            self._shots.append(_Shot(self.frames, seen, seen, self.frames))
        shot = self._shots[-1]
        place = self.frames - shot.first
        if place % self._apart == self._apart // 2:
            self._sample(shot, self.frames, small)
        self.frames += 1
        shot.end, shot.closes, shot.last = self.frames, self._cuts.seen, small

    def plan(self) -> Plan:
        """What is to be done, once every frame has been seen. Raises VideoError without any."""
        facts = self.facts
        if facts is None:
            raise VideoError(
                f"{printable(self.path)}: has no frame that can be decoded; take another copy"
            )
        self._finish()
        shots = _without_flashes(self._shots)
        step = max(1, self._apart // 2)
        steers = any(sample.offsets.any() for shot in shots for sample in shot.samples)
        runs = runs_of(shots, self._grid, step=step) if steers else ()
        length = float(self._length * facts.time_base) or float(1 / facts.rate)
        return Plan(
            facts=facts,
            frames=self.frames,
            duration=self._times[-1] + length,
            runs=runs,
            model=self.model.name,
            cuts=tuple(self._times[shot.first] for shot in shots[1:]),
            map_times=tuple(self._times[s.frame] for shot in shots for s in shot.samples),
            copied_bytes=self.copied_bytes,
            map_seconds=self.map_seconds,
        )

    def _finish(self) -> None:
        """Gives a shot that was too short for a map the map of its last frame."""
        if not self._shots:
            return
        shot = self._shots[-1]
        if not shot.samples and shot.last is not None:
            self._sample(shot, shot.end - 1, shot.last)
        shot.last = None

    def _reduced(self, frame: VideoFrame) -> Pixels:
        """The frame at the size that the model looks at, as it lies in the file."""
        rows, columns = self._small
        small = frame.reformat(width=columns, height=rows, format="rgb24", interpolation="AREA")
        return np.asarray(small.to_ndarray(), np.uint8)

    def _sample(self, shot: _Shot, frame: int, small: Pixels) -> None:
        assert self.facts is not None
        if self.settings.map == "none":
            return
        started = time.perf_counter()
        turns = self.facts.turns
        picture = Picture(np.ascontiguousarray(np.rot90(small, turns)), printable(self.path))
        found = map_of(self.settings.map, picture, threads=self.settings.threads)
        offsets = offsets_of(found, self._grid, self.strength, turns=turns)
        shot.samples.append(Sample(frame, offsets))
        self.map_seconds += time.perf_counter() - started


def _without_flashes(shots: list[_Shot]) -> list[Shot]:
    """The shots, where a flash and what follows it belong to the shot that it interrupts."""
    joined: list[_Shot] = []
    for n, shot in enumerate(shots):
        flash = joined[-1] if len(joined) > 1 else None
        if flash is not None and is_flash(joined[-2].closes, shot.opens, shot.first - flash.first):
            before = joined[-2]
            before.samples += shot.samples
            before.end, before.closes = shot.end, shot.closes
            joined.pop()
            continue
        joined.append(shots[n])
    return [Shot(shot.first, shot.end, tuple(shot.samples)) for shot in joined]
