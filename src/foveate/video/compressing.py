"""compress_video: looks at a video, encodes it to what was asked for, and writes it whole."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from foveate.deadline import OutOfTimeError, deadline
from foveate.errors import OptionError, TargetError, VideoError, printable
from foveate.pictures.writing import fill_atomically
from foveate.video.analysis import Plan, Tick, analysed
from foveate.video.encoder import Goal, need_encoder
from foveate.video.encoding import Pass, encoded
from foveate.video.limits import DEFAULT_VIDEO_LIMITS, VideoLimits
from foveate.video.opening import checked_file, need_pyav
from foveate.video.report import VideoReport
from foveate.video.settings import LEAST_BITRATE, VideoSettings, container_of

SIZE_PASSES = 6
"""How often the second pass is tried, until the file takes no more than it may."""
CLOSE_ENOUGH = 0.98
"""The share of the size asked for from which on no other pass is tried."""
_MARGIN = 0.995


def compress_video(
    source: str | Path,
    target: str | Path,
    *,
    settings: VideoSettings | None = None,
    limits: VideoLimits = DEFAULT_VIDEO_LIMITS,
    overwrite: bool = False,
    tick: Tick | None = None,
) -> VideoReport:
    """Write a smaller video that stays sharp where people look.

    Sound, subtitles, chapters, turning, colours, times and metadata stay as they are.

    Args:
        source: a video's path; any container of one file that FFmpeg reads.
        target: the path of the new file, which ends in .mp4, .m4v, .mov or .mkv.
        settings: everything else that is asked; see `VideoSettings`.
        limits: what the video may cost; `VideoLimits.untrusted()` is for files of strangers.
        overwrite: whether a file that exists is replaced.
        tick: is called after each frame with what is being done, the number of frames done, and
            their number in all, or None where that is not known.

    Raises:
        VideoError, OptionError, TargetError, OutputError, ModelError, MissingExtraError: the
            message is one line that says what would work.
    """
    started = time.perf_counter()
    asked = (settings or VideoSettings()).checked()
    source, target = Path(source), Path(target)
    container = container_of(target)
    need_pyav()
    need_encoder(asked.codec)
    source_bytes = checked_file(source, limits)
    if target.exists() and target.samefile(source):
        raise OptionError(f"{printable(target)}: is the video that comes in; give another name")
    job = _Job(source, target, container, asked, limits, tick or _silent)
    try:
        with deadline(limits.seconds):
            fill_atomically(target, job.fill, overwrite=overwrite)
    except OutOfTimeError as error:
        if limits.seconds is None:
            raise
        raise VideoError(
            f"{printable(source)}: takes more than {limits.seconds:g} seconds, the limit; cut or"
            " scale it first, or raise `VideoLimits.seconds`"
        ) from error
    plan, made = job.plan, job.made
    assert plan is not None
    assert made is not None
    size = target.stat().st_size
    return VideoReport(
        source=str(source),
        output=str(target),
        width=plan.facts.width,
        height=plan.facts.height,
        frames=plan.frames,
        duration=plan.duration,
        source_bytes=source_bytes,
        bytes=size,
        bitrate=8 * size / plan.duration,
        video_bitrate=8 * made.video_bytes / plan.duration,
        target=asked.target,
        codec=asked.codec,
        encoder=_encoder_words(asked.codec),
        options=made.options,
        passes=job.passes,
        pixel_format=plan.facts.pixel_format,
        map=plan.model,
        cuts=plan.cuts,
        map_times=plan.map_times,
        region_changes=len(plan.runs),
        copied=made.copied,
        notes=(*plan.facts.notes, *made.notes),
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Job:
    """One video on its way."""

    source: Path
    target: Path
    container: str
    settings: VideoSettings
    limits: VideoLimits
    tick: Tick
    plan: Plan | None = None
    made: Pass | None = None
    passes: int = 0

    def fill(self, draft: Path) -> None:
        """Makes the plan, and encodes the video into the draft."""
        self.plan = analysed(
            self.source, self.settings, self.limits, self.tick, kind=self.container
        )
        if self.settings.crf is not None:
            self.made = self._encoded(draft, Goal(crf=self.settings.crf))
            return
        with tempfile.TemporaryDirectory(prefix="foveate-") as folder:
            stats = Path(folder) / "passes"
            if self.settings.bitrate is not None:
                self._two_passes(draft, self.settings.bitrate, stats)
            else:
                self._to_size(draft, stats)

    def _two_passes(self, draft: Path, bitrate: int, stats: Path) -> None:
        self._encoded(None, Goal(bitrate=bitrate, stage=1, stats=stats))
        self.made = self._encoded(draft, Goal(bitrate=bitrate, stage=2, stats=stats))

    def _to_size(self, draft: Path, stats: Path) -> None:
        """Two passes at what the size leaves for the pictures, and more where they miss it."""
        plan, most = self.plan, self.settings.size_bytes
        assert plan is not None
        assert most is not None
        room = most - plan.copied_bytes
        if room * 8 / plan.duration < LEAST_BITRATE:
            raise TargetError(
                f"{printable(self.source)}: what is copied beside the pictures takes"
                f" {plan.copied_bytes} of {most} bytes; ask for more"
            )
        bitrate = room * 8 / plan.duration * _MARGIN
        self._encoded(None, Goal(bitrate=int(bitrate), stage=1, stats=stats))
        for attempt in range(SIZE_PASSES):
            made = self._encoded(draft, Goal(bitrate=int(bitrate), stage=2, stats=stats))
            self.made = made
            size = draft.stat().st_size
            last = attempt == SIZE_PASSES - 1
            if size <= most and (size >= CLOSE_ENOUGH * most or last or attempt > 0):
                return
            over = size - made.video_bytes  # the container's own bytes, and what is copied
            share = (most - over) / made.video_bytes * _MARGIN**attempt * _MARGIN
            if share <= 0:
                break
            if share > 1 and made.video_bytes * 8 / plan.duration < 0.9 * bitrate:
                return  # the encoder cannot spend more
            bitrate *= share
            if bitrate < LEAST_BITRATE:
                break
        raise TargetError(
            f"{printable(self.source)}: cannot be brought to {most} bytes;"
            f" {draft.stat().st_size} is the nearest; ask for more, or scale it first"
        )

    def _encoded(self, draft: Path | None, goal: Goal) -> Pass:
        assert self.plan is not None
        self.passes += 1
        return encoded(
            self.source,
            draft,
            self.container,
            self.plan,
            self.settings,
            goal,
            self.tick,
            target=self.target,
        )


def _encoder_words(codec: str) -> str:
    import av

    library = ".".join(str(part) for part in av.library_versions["libavcodec"])
    return f"{need_encoder(codec)} by libavcodec {library}"


def _silent(words: str, done: int, total: int | None) -> None:
    """Tells nobody."""
