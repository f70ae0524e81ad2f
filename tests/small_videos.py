"""Small generated videos, with sound, chapters and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

MILLISECONDS = Fraction(1, 1000)
Frames = npt.NDArray[np.uint8]


def texture(height: int, width: int, *, seed: int = 0, low: int = 30, high: int = 220) -> Frames:
    """(height, width, 3): a random texture that costs bits at every quality."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(low, high, (height // 4 + 1, width // 4 + 1, 3)).astype(np.float64)
    fine = np.kron(coarse, np.ones((4, 4, 1)))[:height, :width]
    return np.clip(fine + rng.normal(0, 12, (height, width, 1)), 0, 255).astype(np.uint8)


def panned(picture: Frames, count: int, *, width: int, step: int = 2, grain: float = 2) -> Frames:
    """(count, H, width, 3): a window that goes over a picture, with grain."""
    rng = np.random.default_rng(1)
    shown = [picture[:, n * step : n * step + width] for n in range(count)]
    noise = rng.normal(0, grain, (count, *shown[0].shape[:2], 1))
    return np.clip(np.stack(shown) + noise, 0, 255).astype(np.uint8)


def one_shot(count: int = 12, *, width: int = 96, height: int = 64, seed: int = 0) -> Frames:
    """(count, height, width, 3): a pan over a texture."""
    return panned(texture(height, width + 2 * count, seed=seed), count, width=width)


def write_video(
    path: Path,
    frames: Frames,
    *,
    times: Sequence[int] | None = None,
    pixel_format: str = "yuv420p",
    rotation: int | None = None,
    sound: str | None = "aac",
    colours: tuple[int, int, int, int] | None = None,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> Path:
    """Writes frames at `times` in milliseconds, 25 a second by default; gives the path."""
    times = range(0, 40 * len(frames), 40) if times is None else times
    with av.open(str(path), "w") as output:
        told = {"qp": "8", "preset": "ultrafast"} if options is None else options
        video = output.add_stream(codec, rate=25, options=told)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = pixel_format
        video.codec_context.time_base = MILLISECONDS
        if rotation is not None:
            video.set_display_rotation(rotation)
        if colours is not None:
            context = video.codec_context
            context.color_primaries, context.color_trc, context.colorspace = colours[:3]
            context.color_range = colours[3]
        output.metadata["title"] = "A title"
        output.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 200,
                    "time_base": MILLISECONDS,
                    "metadata": {"title": "first"},
                }
            ]
        )
        track = None if sound is None else output.add_stream(sound, rate=16000)
        if track is not None:
            track.metadata["language"] = "deu"
        for pixels, at in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels).reformat(format=pixel_format)
            frame.pts, frame.time_base = at, MILLISECONDS
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if track is not None:
            _write_tone(output, track, 16 * (times[-1] + 40))
    return path


def _write_tone(output: av.container.OutputContainer, track: av.AudioStream, count: int) -> None:
    tone = (np.sin(np.arange(count) * 0.1) * 0.3).astype(np.float32)
    kind = "fltp" if track.codec_context.name == "aac" else "s16"
    samples = tone if kind == "fltp" else (tone * 32767).astype(np.int16)
    for first in range(0, count - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, first : first + 1024], kind, "mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, first, Fraction(1, 16000)
        output.mux(track.encode(frame))
    output.mux(track.encode(None))


def luma(path: Path) -> npt.NDArray[np.float64]:
    """(N, H, W): the luma of all frames, as FFmpeg's decoder gives it."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return np.stack([f.reformat(format="gray").to_ndarray() for f in frames]).astype(float)


def frame_times(path: Path) -> list[float]:
    """When each frame is shown, in seconds after the first."""
    with av.open(str(path)) as container:
        found = [float(f.pts * f.time_base) for f in container.decode(video=0)]
    return [round(at - found[0], 4) for at in found]


def sound_packets(path: Path) -> list[bytes]:
    """The coded sound, packet by packet."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def with_subtitles(source: Path) -> Path:
    """The same video with a line of subtitles and a font, beside it as titled.mkv."""
    target = source.with_name("titled.mkv")
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        copies = [output.add_stream_from_template(s, opaque=True) for s in given.streams]
        titles = output.add_mux_stream("subrip", time_base=MILLISECONDS)
        titles.metadata["language"] = "fra"
        output.add_attachment("font.ttf", "font/ttf", b"a font")
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream_index]
                output.mux(packet)
        words = av.Packet(b"Bonjour")
        words.pts = words.dts = 100
        words.duration, words.time_base, words.stream = 200, MILLISECONDS, titles
        output.mux(words)
    return target


def with_cover(source: Path) -> Path:
    """The same video with a cover picture, beside it as covered.mp4."""
    target = source.with_name("covered.mp4")
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        copy = output.add_stream_from_template(given.streams.video[0], opaque=True)
        cover = output.add_stream("png", rate=1)
        cover.width = cover.height = 16
        cover.pix_fmt = "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)
        picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))
        picture.pts = 0
        output.mux(cover.encode(picture))
        output.mux(cover.encode(None))
    return target
