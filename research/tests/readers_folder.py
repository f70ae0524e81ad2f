"""The folder in which a reader types what the pages say: the files that they name are there."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from page_blocks import ROOT
from small_videos import one_shot, write_video

SAMPLE = ROOT / "examples" / "astronaut.png"
FULL_SIZE = ("tutorial.md",)
"""Pages that tell what is printed of the sample photo."""


def write_folder(folder: Path, page: Path) -> None:
    """Writes the files that pages name into a folder, small unless the page tells its numbers."""
    with Image.open(SAMPLE) as image:
        small = image.convert("RGB").crop((60, 0, 460, 256))
    part = small.crop((90, 20, 250, 180))
    for name in ("photo.jpg", "IMG_2041.jpg", "taken.jpg", "hero.png"):
        small.save(folder / name, quality=95)
    for name in ("holiday/a.png", "holiday/more/b.jpg", "photos/c.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        part.save(folder / name, quality=95)
    (folder / "static" / "pictures").mkdir(parents=True)
    part.save(folder / "static" / "pictures" / "d.jpg", quality=95)
    if page.name in FULL_SIZE:
        (folder / "photo.png").write_bytes(SAMPLE.read_bytes())
    else:
        small.save(folder / "photo.png")
    if page.name in ("video.md", "photographer.md"):
        for name in ("holiday.mov", "talk.mkv"):
            write_video(folder / name, one_shot())
