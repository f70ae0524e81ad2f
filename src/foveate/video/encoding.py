"""One pass over a video: its frames with their regions go to the encoder, all else is copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foveate.errors import VideoError, printable
from foveate.threads import usable_threads
from foveate.video.analysis import Plan, Tick
from foveate.video.encoder import Goal, RegionFilter, add_encoder, options_of
from foveate.video.facts import refuse_change
from foveate.video.opening import frames_and_packets, opened, video_stream
from foveate.video.settings import VideoSettings
from foveate.video.streams import (
    add_attachments,
    add_copies,
    copy_file_metadata,
    copyable,
    kept_metadata,
    stream_name,
)

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container.output import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream


STAGES = ("encoding", "first pass", "second pass")


@dataclass(frozen=True)
class Pass:
    """What a pass made. video_bytes: of the pictures alone."""

    video_bytes: int
    options: dict[str, str]
    copied: tuple[str, ...]
    notes: tuple[str, ...]


def encoded(
    source: Path,
    draft: Path | None,
    container: str,
    plan: Plan,
    settings: VideoSettings,
    goal: Goal,
    tick: Tick,
    *,
    target: Path,
) -> Pass:
    """Encodes a video into `draft`; the first of two passes has none, and writes nothing.

    target: what messages call the file. Raises VideoError, and OSError where the disk does not take
    the file.
    """
    import av

    options = options_of(settings, plan.facts, goal, frames=plan.frames)
    notes: tuple[str, ...] = ()
    place, kind = ("file:" + str(draft), container) if draft is not None else ("-", "null")
    try:
        with (
            opened(source) as given,
            av.open(place, "w", format=kind, options=_muxer_options(kind)) as output,
        ):
            stream = video_stream(given, source)
            others = () if draft is None else copyable(given, stream, container)
            names = tuple(stream_name(each) for each in others)
            out = add_encoder(output, settings, plan.facts, options)
            copies = add_copies(output, others, target, strip=settings.strip)
            if draft is not None:
                out.metadata.update(kept_metadata(stream, strip=settings.strip))
                out.disposition = stream.disposition
                notes = add_attachments(output, given)
                copy_file_metadata(output, given, strip=settings.strip)
            _start(output, target, others)
            threads = usable_threads(settings.threads)
            items = frames_and_packets(given, stream, others, source, threads=threads)
            steered = _Steered(plan, source)
            size = 0
            for item in items:
                if isinstance(item, av.VideoFrame):
                    size += _write(output, out.encode(steered.frame(item)))
                    tick(STAGES[goal.stage], steered.count, plan.frames)
                else:
                    _copy(output, item, copies)
            if steered.count != plan.frames:
                raise VideoError(f"{printable(source)}: changes while it is read; leave it alone")
            size += _write(output, out.encode(None))
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise VideoError(
            f"{printable(source)}: cannot be encoded: {error.strerror}; give another --codec, or"
            " convert it first"
        ) from error
    told = {name: text for name, text in options.items() if name != "stats"}
    return Pass(size, told, names, notes)


class _Steered:
    """Gives each frame the regions of its run."""

    def __init__(self, plan: Plan, source: Path) -> None:
        self.count = 0
        self._plan, self._source = plan, source
        self._runs = {run.first: run for run in plan.runs}
        self._filter: RegionFilter | None = None

    def frame(self, frame: VideoFrame) -> VideoFrame:
        """The next frame as the encoder is to have it."""
        refuse_change(frame, self._plan.facts, self._source)
        run = self._runs.get(self.count)
        if run is not None:
            self._filter = RegionFilter(self._plan.facts, run.regions) if run.regions else None
        self.count += 1
        steered = frame if self._filter is None else self._filter(frame)
        steered.pict_type = 0  # the encoder chooses anew
        return steered


def _copy(output: OutputContainer, packet: Packet[Stream], copies: dict[int, Stream]) -> None:
    packet.stream = copies[packet.stream_index]
    if packet.dts is None:  # of a cover picture
        packet.pts = packet.dts = 0
    output.mux(packet)


def _muxer_options(kind: str) -> dict[str, str]:
    options = {"fflags": "+bitexact"}  # no random identifiers: equal calls make equal files
    if kind in ("mp4", "mov"):
        options["movflags"] = "+faststart"
    return options


def _start(output: OutputContainer, target: Path, others: tuple[Stream, ...]) -> None:
    """Opens the encoder and writes the header. Raises VideoError where either is refused."""
    import av

    try:
        output.start_encoding()
    except (av.error.ArgumentError, av.error.InvalidDataError, av.error.PatchWelcomeError) as error:
        what = ", ".join(stream_name(each) for each in others) or "such a video"
        raise VideoError(
            f"{printable(target)}: a file of this kind does not hold {what} as it is; write to a"
            " name that ends in .mkv"
        ) from error
    except av.error.ExternalError as error:
        raise VideoError(
            f"{printable(target)}: the encoder refuses this video; give another --codec or --preset"
        ) from error


def _write(output: OutputContainer, packets: list[Packet[VideoStream]]) -> int:
    """Writes packets of the encoder, and gives their bytes."""
    output.mux(packets)
    return sum(packet.size for packet in packets)
