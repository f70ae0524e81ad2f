"""Chromium shows our files as Pillow decodes them; collected only where a Chromium is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate.coders.jpeg import metadata
from foveate.coders.jpeg.encode import Options, PlainQuality, encode

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)


def picture(height: int, width: int, channels: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    base = 128 + 90 * np.sin(x / 19) * np.cos(y / 17)
    planes = [np.roll(base, 13 * c, axis=1) for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0]


def screenshot(folder: Path, files: list[bytes]) -> np.ndarray:
    """One page with the files one below the other, 1:1, as (H, W, 3)."""
    shown = []
    for n, data in enumerate(files):
        (folder / f"{n}.jpg").write_bytes(data)
        shown.append(f'<img src="{n}.jpg" style="display:block;image-rendering:pixelated">')
    page = folder / "page.html"
    page.write_text(f'<body style="margin:0;background:#f0f">{"".join(shown)}</body>')
    out = folder / "page.png"
    subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--force-device-scale-factor=1",
            "--window-size=800,900",
            f"--user-data-dir={folder / 'profile'}",
            f"--screenshot={out}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return np.asarray(Image.open(out).convert("RGB"))


if CHROMIUM:

    @pytest.mark.parametrize("progressive", [True, False])
    def test_chromium_shows_what_pillow_decodes(tmp_path: Path, progressive: bool) -> None:
        segments, _ = metadata.segments(xmp=b"<xmp/>")
        files = []
        for channels, chroma_420, size in [
            (3, True, (131, 203)),
            (3, False, (131, 203)),
            (1, True, (131, 203)),
            (3, True, (1, 1)),
            (3, True, (7, 301)),
        ]:
            options = Options(chroma_420=chroma_420, progressive=progressive)
            pixels = picture(*size, channels)
            files.append(encode(pixels, None, PlainQuality(85, 65), options, segments).data)
        page = screenshot(tmp_path, files)
        top = 0
        for data in files:
            expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
            height, width = expected.shape[:2]
            seen = page[top : top + height, :width].astype(int)
            assert np.abs(seen - expected).max() <= 1
            top += height
