"""The streams beside the video: which are copied, bit for bit, and how they get into the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foveate.errors import VideoError, printable
from foveate.video.opening import is_cover

if TYPE_CHECKING:
    from av.container.input import InputContainer
    from av.container.output import OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

COPIED = ("audio", "subtitle")
WITH_COVERS = ("mp4", "mov")
"""The containers whose cover picture is a stream; Matroska's is an attachment."""
# What Matroska's muxers count of a stream, and names that others gave; both are wrong afterwards.
_STALE = ("BPS", "DURATION", "NUMBER_OF_", "_STATISTICS", "encoder", "vendor_id", "SOURCE_ID")
_CONTAINERS_OWN = ("major_brand", "minor_version", "compatible_brands", "encoder")


def copyable(container: InputContainer, video: VideoStream, kind: str) -> tuple[Stream, ...]:
    """The streams whose packets are copied: sound, subtitles, and in MP4 the cover picture.

    kind: FFmpeg's name of the container to write.
    """
    return tuple(
        stream
        for stream in container.streams
        if stream.index != video.index
        and (stream.type in COPIED or (_is_kept_cover(stream) and kind in WITH_COVERS))
    )


def _is_kept_cover(stream: Stream) -> bool:
    return stream.type == "video" and is_cover(stream)


def stream_name(stream: Stream) -> str:
    """A stream in words: "audio (aac)"."""
    context = stream.codec_context
    kind = "cover picture" if _is_kept_cover(stream) else stream.type
    return f"{kind} ({context.name})" if context is not None else kind


def add_copies(
    output: OutputContainer, others: tuple[Stream, ...], target: Path, *, strip: bool
) -> dict[int, Stream]:
    """Adds a stream for each that is copied; gives them by the index of the one copied.

    Raises VideoError where the container holds no such stream.
    """
    added: dict[int, Stream] = {}
    for stream in others:
        if stream.codec_context is None:
            raise VideoError(_does_not_fit(stream, target))
        try:
            copy = output.add_stream_from_template(stream, opaque=True)
        except ValueError as error:
            raise VideoError(_does_not_fit(stream, target)) from error
        copy.metadata.update(kept_metadata(stream, strip=strip))
        copy.disposition = stream.disposition
        added[stream.index] = copy
    return added


def add_attachments(output: OutputContainer, container: InputContainer) -> tuple[str, ...]:
    """Copies fonts and other attachments where the container holds them; notes on what does not.

    Data tracks, such as a camera's position, and further videos are left out and named too.
    """
    notes = []
    moving = 0
    for stream in container.streams:
        if stream.type == "attachment" and output.format.name == "matroska":
            output.add_attachment(
                stream.metadata.get("filename", "attachment"),
                stream.metadata.get("mimetype", "application/octet-stream"),
                stream.data,  # type: ignore[attr-defined]
            )
        elif stream.type == "video" and not is_cover(stream):
            moving += 1
        elif stream.type == "data" and container.chapters() and "bin_data" in str(stream):
            continue  # the track in which MP4 keeps the chapters' names
        elif _is_kept_cover(stream) and output.format.name not in WITH_COVERS:
            notes.append("left out: the cover picture; a name that ends in .mp4 would keep it")
        elif stream.type in ("attachment", "data", "unknown"):
            what = "an attachment" if stream.type == "attachment" else "a track of data"
            notes.append(f"left out: {what}")
    if moving > 1:
        notes.append(f"left out: {moving - 1} more video streams")
    return tuple(dict.fromkeys(notes))


def kept_metadata(stream: Stream, *, strip: bool) -> dict[str, str]:
    """What a stream's metadata still tell of its copy; only the language with `strip`."""
    return {
        name: text
        for name, text in stream.metadata.items()
        if not name.startswith(_STALE) and (not strip or name == "language")
    }


def copy_file_metadata(output: OutputContainer, container: InputContainer, *, strip: bool) -> None:
    """Title, date, place and the like, and the chapters; the chapters' times alone with `strip`."""
    chapters = container.chapters()
    if strip:
        chapters = [{**chapter, "metadata": {}} for chapter in chapters]
    else:
        for name, text in container.metadata.items():
            if name not in _CONTAINERS_OWN:
                output.metadata[name] = text
    if chapters:
        output.set_chapters(chapters)


def _does_not_fit(stream: Stream, target: Path) -> str:
    return (
        f"{printable(target)}: a file of this kind holds no {stream_name(stream)} as it is; write"
        " to a name that ends in .mkv"
    )
