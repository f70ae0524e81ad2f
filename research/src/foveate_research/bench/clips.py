"""Clips for measuring: a camera pans and zooms over pictures whose viewers' fixations move along.

Nobody's gaze was recorded on these clips; where viewers of the still picture looked is the judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from foveate.metrics.quality import salient_pixels
from foveate_research.coders.scenes import Scene

WIDTH, HEIGHT = 416, 320
RATE = 25
SHOT_FRAMES = 20
NEAREST, FARTHEST = 0.65, 0.95
"""The shares of a picture's sides that the camera sees, between which it zooms."""
GRAIN = 1.5
"""Standard deviation of the noise that every frame is given anew, as a camera's sensor does."""

Pixels = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Clip:
    """luma: (N, H, W) uint8 as the encoder is given it. looked_at: (N, H, W), the fifth of each
    frame where viewers looked most. path: the clip without loss."""

    name: str
    path: Path
    luma: Pixels
    looked_at: Flags


def made_clip(scenes: Sequence[Scene], folder: Path, *, seed: int) -> Clip:
    """A clip of one shot a scene, written into the folder. The same seed makes the same clip.

    Every scene has viewers' density.
    """
    import av

    rng = np.random.default_rng(seed)
    name = "+".join(scene.key for scene in scenes)
    path = folder / f"{seed}.mkv"
    luma: list[Pixels] = []
    looked_at: list[Flags] = []
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for scene in scenes:
            assert scene.density is not None
            picture = Image.fromarray(scene.pixels)
            density = Image.fromarray(scene.density.astype(np.float32))
            for box in _camera(picture.width, picture.height, rng):
                seen = picture.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)
                grain = rng.normal(0, GRAIN, (HEIGHT, WIDTH, 1))
                pixels = np.clip(np.rint(np.asarray(seen) + grain), 0, 255).astype(np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels).reformat(format="yuv420p")
                frame.pts, frame.time_base = len(luma), Fraction(1, RATE)
                luma.append(np.asarray(frame.to_ndarray()[:HEIGHT], np.uint8))
                viewers = density.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)
                looked_at.append(salient_pixels(np.asarray(viewers)))
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return Clip(name, path, np.stack(luma), np.stack(looked_at))


def decoded_luma(path: Path) -> Pixels:
    """(N, H, W) uint8: the luma of a video's frames, as FFmpeg's own decoder gives it."""
    import av

    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)])


def _camera(
    width: int, height: int, rng: np.random.Generator
) -> list[tuple[float, float, float, float]]:
    """The boxes that the camera sees, from a drawn place and zoom to another, evenly."""
    fits = min(width / WIDTH, height / HEIGHT)
    zooms = rng.uniform(NEAREST, FARTHEST, 2)
    places = rng.uniform(0, 1, (2, 2))
    boxes = []
    for share in np.linspace(0, 1, SHOT_FRAMES):
        across, down = (side * fits * np.interp(share, (0, 1), zooms) for side in (WIDTH, HEIGHT))
        x = (width - across) * np.interp(share, (0, 1), places[:, 0])
        y = (height - down) * np.interp(share, (0, 1), places[:, 1])
        boxes.append((float(x), float(y), float(x + across), float(y + down)))
    return boxes
