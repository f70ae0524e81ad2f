"""Opens a video so that nothing but its own file is read, and finds the stream to compress."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from foveate.deadline import check_time
from foveate.errors import MissingExtraError, VideoError, printable
from foveate.video.limits import VideoLimits

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container.input import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

# Containers of one file each. Playlists (HLS, DASH, concat) name other files and addresses.
_FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,nut,dv,wtv,rm,gif,apng"


def need_pyav() -> None:
    """Raises MissingExtraError where PyAV is not installed."""
    try:
        import av  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("video", "foveate[video]") from error


def checked_file(path: Path, limits: VideoLimits) -> int:
    """The bytes of a video's file. Raises VideoError where it is none, or over the limit."""
    name = printable(path)
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        raise VideoError(f"{name}: no such file; check the name") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise VideoError(f"{name}: cannot be read: {reason}; check the name and disk") from error
    if stat.S_ISDIR(status.st_mode):
        raise VideoError(f"{name}: is a folder; give a video file")
    if not stat.S_ISREG(status.st_mode):
        # It is read several times: for the maps, and once a pass.
        raise VideoError(f"{name}: is no regular file; give a video file")
    if not os.access(path, os.R_OK):
        raise VideoError(f"{name}: no permission to read it; change its permissions")
    limits.check(name, "bytes", status.st_size, f"is {status.st_size} bytes large")
    return status.st_size


@contextlib.contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The container of a video. Raises VideoError where FFmpeg cannot read the file."""
    import av

    name = printable(path)
    try:
        container = av.open(
            f"file:{path.absolute()}",
            "r",
            options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise VideoError(
            f"{name}: is damaged, or no video that FFmpeg reads; take another copy, or check the"
            " file"
        ) from error
    with container:
        yield container


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The first stream of moving pictures; cover pictures are none. Raises VideoError."""
    for stream in container.streams.video:
        if not is_cover(stream):
            if stream.codec_context is None:
                break
            return stream
    else:
        raise VideoError(
            f"{printable(path)}: has no video stream; give a file with moving pictures"
        )
    raise VideoError(
        f"{printable(path)}: this FFmpeg has no decoder for its video; convert it first"
    )


def is_cover(stream: Stream) -> bool:
    """Whether a stream is a still picture that stands for the file."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def frames_and_packets(
    container: InputContainer,
    video: VideoStream,
    others: tuple[Stream, ...],
    path: Path,
    *,
    threads: int,
) -> Iterator[VideoFrame | Packet[Stream]]:
    """Decoded frames of the video, and packets of the other streams, as they come in the file.

    Raises VideoError where the file is damaged, or a frame has no time.
    """
    import av

    video.codec_context.thread_type = "AUTO"
    video.codec_context.thread_count = threads
    last: int | None = None
    try:
        for packet in container.demux(video, *others):
            check_time()
            if packet.stream_index != video.index:
                if packet.size:  # an empty one says that its stream ends
                    yield packet
                continue
            if packet.is_corrupt:
                raise VideoError(_damaged(path, last, video))
            for frame in packet.decode():
                assert isinstance(frame, av.VideoFrame)
                if frame.is_corrupt:
                    raise VideoError(_damaged(path, last, video))
                if frame.pts is None or (last is not None and frame.pts <= last):
                    raise VideoError(
                        f"{printable(path)}: has frames without a time of their own; put it into"
                        " another container first: ffmpeg -i IN -c copy OUT.mkv"
                    )
                last = frame.pts
                yield frame
    except av.error.FFmpegError as error:
        raise VideoError(_damaged(path, last, video)) from error


def _damaged(path: Path, last: int | None, video: VideoStream) -> str:
    seconds = 0.0 if last is None or video.time_base is None else float(last * video.time_base)
    return (
        f"{printable(path)}: is damaged after {seconds:.1f} seconds; take another copy, or mend it"
        " first"
    )
