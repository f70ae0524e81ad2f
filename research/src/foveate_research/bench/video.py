"""What the map gains in video: x264 and x265 with it and without, at equal bits."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.video.analysis import Plan, analysed
from foveate.video.encoder import Goal
from foveate.video.encoding import encoded
from foveate.video.limits import DEFAULT_VIDEO_LIMITS
from foveate.video.regions import STRENGTHS, Strength
from foveate.video.settings import DEFAULT_CRF, VideoCodec, VideoSettings
from foveate_research.bench.clips import HEIGHT, RATE, SHOT_FRAMES, WIDTH, Clip, decoded_luma
from foveate_research.bench.clips import made_clip as make
from foveate_research.coders.scenes import SceneFiles, open_scene
from foveate_research.intervals import mean_estimate
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head

PACKAGES = ("foveate", "numpy", "pillow", "onnxruntime", "av")
CRF_BEYOND_DEFAULT = {"h264": 3.0, "h265": 0.0}
"""Clips of this size are worth coding at these factors: 26 for x264 and 28 for x265."""
CLOSE = 0.005
"""How near the bits of both ways have to be."""
TRIES = 10
BITS_A_STEP = 0.115
"""About how much the logarithm of the bits falls with a step of the factor."""


@dataclass(frozen=True)
class Measured:
    """A coded clip: its bits, PSNR of luma over all and where viewers looked, and how that PSNR
    goes up and down from frame to frame."""

    bits: int
    psnr: float
    psnr_there: float
    pulse: float


def video_record(
    files: Sequence[SceneFiles],
    *,
    codecs: Sequence[VideoCodec] = ("h264", "h265"),
    spans: Sequence[float] = (),
    tick: Tick = ignore,
) -> dict[str, Any]:
    """The record: by codec and strength, what the map gains and costs, with intervals over clips.

    Every two pictures make a clip. spans: strengths to try in the place of the codec's own.
    """
    rows: dict[str, dict[str, Any]] = {}
    pairs = [files[n : n + 2] for n in range(0, len(files) - 1, 2)]
    gains: dict[str, list[dict[str, float]]] = {}
    names = []
    with tempfile.TemporaryDirectory() as folder:
        for seed, pair in enumerate(pairs):
            scenes = [open_scene(each, model="none") for each in pair]
            clip = make(scenes, Path(folder), seed=seed)
            names.append(clip.name)
            tick(clip.name)
            for codec in codecs:
                for strength in _strengths(codec, spans):
                    found = _gain(clip, codec, strength, Path(folder))
                    gains.setdefault(f"{codec}, span {strength.span:g}", []).append(found)
            clip.path.unlink()
    for way, found_all in gains.items():
        rows[way] = {
            name: {
                **mean_estimate([each[name] for each in found_all]).to_dict(),
                "per_clip": [round(each[name], 4) for each in found_all],
            }
            for name in found_all[0]
        }
    return head(PACKAGES) | {
        "pictures": [each.key for each in files],
        "pictures_sha256": files_hash([each.picture for each in files]),
        "clips": names,
        "frames": {"a_shot": SHOT_FRAMES, "a_clip": 2 * SHOT_FRAMES, "rate": RATE},
        "size": [WIDTH, HEIGHT],
        "ways": rows,
    }


def _strengths(codec: VideoCodec, spans: Sequence[float]) -> list[Strength]:
    own = STRENGTHS[codec]
    return [Strength(span, own.shift * (span / own.span) ** 2) for span in spans or (own.span,)]


def _gain(clip: Clip, codec: VideoCodec, strength: Strength, folder: Path) -> dict[str, float]:
    """What the map changes at equal bits, and what it changes in bits at an equal factor."""
    draft = folder / "coded.mkv"
    crf = DEFAULT_CRF[codec] + CRF_BEYOND_DEFAULT[codec]
    without = VideoSettings(codec=codec, map="none").checked()
    plain = _Way(clip, _plan(clip, without, strength), without, draft).coded(crf)
    settings = VideoSettings(codec=codec).checked()
    way = _Way(clip, _plan(clip, settings, strength), settings, draft)
    same = way.coded(crf)
    best, low, high, tried = same, 0.0, 51.0, crf
    for _ in range(TRIES):
        over = math.log(best.bits / plain.bits)
        if abs(over) <= CLOSE:
            break
        low, high = (max(low, tried), high) if over > 0 else (low, min(high, tried))
        step = tried + over / BITS_A_STEP
        tried = step if low < step < high else (low + high) / 2
        best = way.coded(tried)
    return {
        "psnr_there": best.psnr_there - plain.psnr_there,
        "psnr": best.psnr - plain.psnr,
        "pulse": best.pulse - plain.pulse,
        "bits_ratio": best.bits / plain.bits,
        "bits_at_equal_factor": same.bits / plain.bits,
        "bits_a_second": plain.bits * RATE / len(clip.luma),
        "plain_psnr_there": plain.psnr_there,
        "plain_psnr": plain.psnr,
    }


def _plan(clip: Clip, settings: VideoSettings, strength: Strength) -> Plan:
    return analysed(clip.path, settings, DEFAULT_VIDEO_LIMITS, _silent, strength=strength)


@dataclass(frozen=True)
class _Way:
    """One way to code a clip, at any factor."""

    clip: Clip
    plan: Plan
    settings: VideoSettings
    draft: Path

    def coded(self, crf: float) -> Measured:
        made = encoded(
            self.clip.path,
            self.draft,
            "matroska",
            self.plan,
            self.settings,
            Goal(crf=crf),
            _silent,
            target=self.draft,
        )
        return _measured(self.clip, decoded_luma(self.draft), 8 * made.video_bytes)


def _measured(clip: Clip, luma: npt.NDArray[np.uint8], bits: int) -> Measured:
    errors = (clip.luma.astype(np.float32) - luma) ** 2
    there = [float(each[at].mean()) for each, at in zip(errors, clip.looked_at, strict=True)]
    steps = np.diff([_decibels(each) for each in there])
    within = np.delete(steps, SHOT_FRAMES - 1)  # a cut is no pulse
    return Measured(
        bits,
        _decibels(float(errors.mean(dtype=np.float64))),
        _decibels(float(np.mean(there))),
        float(np.abs(within).mean()),
    )


def _decibels(error: float) -> float:
    return 10 * math.log10(255**2 / max(error, 1e-9))


def _silent(words: str, done: int, total: int | None) -> None:
    """Tells nobody."""
