"""What x264 and x265 are told: rate, pass, colours, and the filters that bring them regions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from foveate.errors import VideoError
from foveate.video.facts import Facts
from foveate.video.regions import Region
from foveate.video.settings import VideoSettings

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container.output import OutputContainer
    from av.video.stream import VideoStream

ENCODERS = {"h264": "libx264", "h265": "libx265"}
THREADS = 8
"""The encoders' bytes depend on the number of threads, so that it is the same everywhere."""
_FRAMES_AT_ONCE = "3"  # of x265, whose bytes depend on it and not on the threads

_WITH_B_FRAMES = 4  # in two frames x265 writes times that no container takes


@dataclass(frozen=True)
class Goal:
    """What one pass is to do.

    crf or bitrate is given. stage: 0 for a pass alone, 1 for the first of two, which only counts,
    2 for the second. stats: the file in which the first tells the second what it found.
    """

    crf: float | None = None
    bitrate: int | None = None
    stage: int = 0
    stats: Path | None = None


def need_encoder(codec: str) -> str:
    """The encoder's name in FFmpeg. Raises VideoError where this FFmpeg was built without it."""
    import av

    name = ENCODERS[codec]
    try:
        av.Codec(name, "w")
    except (ValueError, LookupError, av.error.FFmpegError) as error:
        raise VideoError(
            f"this FFmpeg has no {name}: install the wheel of PyAV that brings it (pip install"
            " --force-reinstall --only-binary av av), or ask for another --codec"
        ) from error
    return name


def options_of(settings: VideoSettings, facts: Facts, goal: Goal, *, frames: int) -> dict[str, str]:
    """The encoder's options by name, as FFmpeg takes them. frames: of the whole video."""
    options: dict[str, str] = {"preset": settings.preset}
    params: dict[str, str] = {}
    if goal.crf is not None:
        options["crf"] = f"{goal.crf:g}"
    else:
        options["b"] = str(goal.bitrate)
    if facts.mastering is not None:
        name = "mastering-display" if settings.codec == "h264" else "master-display"
        params[name] = facts.mastering
    if settings.codec == "h264":
        if facts.light is not None:
            params["cll"] = facts.light
        if goal.stage:
            options["flags"] = f"+pass{goal.stage}"
            options["stats"] = str(goal.stats)
    else:
        if facts.light is not None:
            params["max-cll"] = facts.light
        params |= {"log-level": "none", "pools": str(THREADS), "frame-threads": _FRAMES_AT_ONCE}
        if frames < _WITH_B_FRAMES:
            params["bframes"] = "0"
        if goal.stage:
            params |= {"pass": str(goal.stage), "stats": _escaped(goal.stats)}
    if params:
        kind = "x264-params" if settings.codec == "h264" else "x265-params"
        options[kind] = ":".join(f"{name}={value}" for name, value in params.items())
    return options


def add_encoder(
    output: OutputContainer, settings: VideoSettings, facts: Facts, options: dict[str, str]
) -> VideoStream:
    """A stream of the output that encodes as these options say."""
    made = cast(
        "VideoStream",
        output.add_stream(ENCODERS[settings.codec], rate=facts.rate, options=dict(options)),
    )
    context = made.codec_context
    context.width, context.height = facts.width, facts.height
    context.pix_fmt = facts.pixel_format
    context.time_base = facts.time_base
    made.time_base = facts.time_base
    context.sample_aspect_ratio = facts.aspect
    context.color_primaries = facts.colours.primaries
    context.color_trc = facts.colours.transfer
    context.colorspace = facts.colours.matrix
    context.color_range = facts.colours.range
    if settings.codec == "h264":
        # PyAV would have x264 cut frames into slices, which costs bytes.
        context.thread_type = "FRAME"
        context.thread_count = THREADS
    elif output.format.name != "matroska":
        context.codec_tag = "hvc1"  # the one that Apple's players know
    if facts.matrix is not None:
        made.set_display_matrix(facts.matrix)
    return made


class RegionFilter:
    """Puts the same regions on every frame that passes through it."""

    def __init__(self, facts: Facts, regions: tuple[Region, ...]) -> None:
        from av.filter import Graph

        colours = facts.colours
        steps = 51 + 6 * (facts.bits - 8)  # what the encoders take an offset of 1 for
        graph = Graph()
        self._source = graph.add(
            "buffer",
            video_size=f"{facts.width}x{facts.height}",
            pix_fmt=facts.pixel_format,
            time_base=str(facts.time_base),
            pixel_aspect=str(facts.aspect),
            colorspace=str(colours.matrix),
            range=str(colours.range),
        )
        last = self._source
        for region in regions:
            place = f"x={region.x}:y={region.y}:w={region.width}:h={region.height}"
            added = graph.add("addroi", f"{place}:qoffset={region.steps}/{steps}")
            last.link_to(added)
            last = added
        self._sink = graph.add("buffersink")
        last.link_to(self._sink)
        graph.configure()
        self._graph = graph

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The frame with the regions beside its pixels."""
        self._source.push(frame)
        return self._sink.pull()  # type: ignore[return-value]


def _escaped(path: Path | None) -> str:
    """A path among parameters that colons divide."""
    return str(path).replace("\\", "\\\\").replace(":", "\\:")
