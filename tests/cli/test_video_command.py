"""`foveate video` as a person uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from small_videos import one_shot, write_video

FAST = ("--map", "centre", "--preset", "ultrafast")


def test_a_video_lies_beside_its_source_and_is_told_of(foveate) -> None:
    write_video(Path("trip.mov"), one_shot(6))
    run = foveate("video", "trip.mov", *FAST, "--crf", "30")
    assert (run.code, run.err) == (0, "")
    assert "Written: trip.foveate.mov" in run.out
    assert "constant rate factor 30, map: centre" in run.out
    assert sorted(path.name for path in Path().iterdir()) == ["trip.foveate.mov", "trip.mov"]


def test_json_is_one_object(foveate) -> None:
    write_video(Path("a.mp4"), one_shot(6))
    run = foveate("video", "a.mp4", "-o", "out/b.mkv", "--no-map", "--json")
    (told,) = run.objects
    assert (run.code, run.err) == (0, "")
    assert (told["output"], told["map"], told["map_times"]) == ("out/b.mkv", "none", [])
    assert told["bytes"] == Path("out/b.mkv").stat().st_size
    assert told["frames"] == 6


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("-o", "b.webm"), 2, "b.webm: its ending says no container"),
        (("--crf", "20", "--size", "1M"), 2, "--crf and --size contradict each other"),
        (("--map", "centre", "--no-map"), 2, "--map and --no-map contradict each other"),
        (("--bitrate", "fast"), 2, "--bitrate: 'fast' is not a size"),
        (("--map", "mine.png"), 2, "--map is 'mine.png'; give a model's name"),
        (("--limit", "scans=3"), 2, "--limit: 'scans' is no limit"),
        (
            ("--limit", "frames=3"),
            1,
            "a.mp4: has more frames, over the limit of 3; cut or scale it first, or raise"
            " --limit frames=N",
        ),
        (("--limit", "duration=0.1"), 1, "a.mp4: is 0.2 seconds long, over the limit of 0.1"),
        (("--limit", "seconds=0.001"), 1, "a.mp4: takes more than 0.001 seconds, the limit"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    foveate, options: tuple[str, ...], code: int, message: str
) -> None:
    write_video(Path("a.mp4"), one_shot(5, width=32, height=32))
    run = foveate("video", "a.mp4", *options)
    assert run.code == code
    assert message in run.err
    assert run.err.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["a.mp4"]


def test_a_stopped_run_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (3, 128, 160, 3)).astype(np.uint8)
    write_video(tmp_path / "in.mkv", np.tile(noise, (40, 1, 1, 1)), sound=None)
    words = ["video", "in.mkv", "-o", "out.mkv", "--preset", "veryslow", "--map", "centre"]
    run = subprocess.Popen(
        [sys.executable, "-m", "foveate", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    while run.poll() is None and not list(tmp_path.glob(".foveate-*")):
        time.sleep(0.01)
    run.send_signal(signal.SIGTERM)
    _, told = run.communicate()
    assert run.returncode == 128 + signal.SIGTERM
    assert told == "foveate: interrupted: nothing is written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]
