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
    from av.container.output import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from foveate.video.regions import Region


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

    facts = plan.facts
    options = options_of(settings, facts, goal)
    stage = ("encoding", "first pass", "second pass")[goal.stage]
    by_first = {run.first: run for run in plan.runs}
    regions: RegionFilter | None = None
    size = count = 0
    try:
        with opened(source) as given:
            stream = video_stream(given, source)
            others = () if draft is None else copyable(given, stream)
            names = tuple(stream_name(each) for each in others)
            place, kind = ("file:" + str(draft), container) if draft is not None else ("-", "null")
            with av.open(place, "w", format=kind, options=_muxer_options(kind)) as output:
                out = add_encoder(output, settings, facts, options)
                notes: tuple[str, ...] = ()
                copies = add_copies(output, others, target, strip=settings.strip)
                if draft is not None:
                    out.metadata.update(kept_metadata(stream, strip=settings.strip))
                    out.disposition = stream.disposition
                    notes = add_attachments(output, given)
                    copy_file_metadata(output, given, strip=settings.strip)
                _start(output, target, others)
                threads = usable_threads(settings.threads)
                for item in frames_and_packets(given, stream, others, source, threads=threads):
                    if not isinstance(item, av.VideoFrame):
                        item.stream = copies[item.stream_index]
                        output.mux(item)
                        continue
                    refuse_change(item, facts, source)
                    if count in by_first:
                        regions = _filter(plan, by_first[count].regions)
                    frame = item if regions is None else regions(item)
                    frame.pict_type = 0  # the encoder chooses anew
                    size += _write(output, out.encode(frame))
                    count += 1
                    tick(stage, count, plan.frames)
                if count != plan.frames:
                    raise VideoError(
                        f"{printable(source)}: changes while it is read; leave it alone"
                    )
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


def _filter(plan: Plan, regions: tuple[Region, ...]) -> RegionFilter | None:
    return RegionFilter(plan.facts, regions) if regions else None


def _write(output: OutputContainer, packets: list[Packet[VideoStream]]) -> int:
    """Writes packets of the encoder, and gives their bytes."""
    output.mux(packets)
    return sum(packet.size for packet in packets)
