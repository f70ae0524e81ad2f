"""Pictures of text, screens and line art, drawn: what coders meet besides photographs.

They are the same on every machine that has the same Pillow, whose own font they use.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from foveate.errors import OutputError, printable

OF_EACH_KIND = 4
SERIES = "second"
"""A part of every seed. Pictures of an earlier series helped to choose constants of the encoder."""
SENTENCE = (
    "a quick encoder keeps faces sharp and lets plain walls go, where people look at pictures most "
    "of the bits are spent and nobody misses what lies far from there"
)
WORDS = SENTENCE.split()
INKS = ("#c00000", "#0040c0", "#007040", "#803090", "#d07000")


def draw_all(folder: Path) -> list[Path]:
    """Write all pictures as PNG into a folder, which is made if need be; their paths.

    Raises OutputError where one of them exists or cannot be written.
    """
    written = []
    for kind, draw in KINDS.items():
        for number in range(1, OF_EACH_KIND + 1):
            path = folder / f"{kind}-{number}.png"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    draw(random.Random(f"{SERIES} {kind} {number}")).save(file, "PNG")
            except FileExistsError as error:
                there = folder if not folder.is_dir() else path
                raise OutputError(
                    f"{printable(there)}: exists already; name a new folder"
                ) from error
            except OSError as error:
                raise OutputError(f"{printable(path)}: {error.strerror or error}") from error
            written.append(path)
    return written


def page_of_text(rng: random.Random) -> Image.Image:
    """Lines of several sizes, black on white, every fourth page white on black, some in colour."""
    dark = rng.random() < 0.25
    paper, ink = ("black", "white") if dark else ("white", "black")
    image = Image.new("RGB", (720, 540), paper)
    draw = ImageDraw.Draw(image)
    top = 14
    while top < 520:
        size = rng.choice((12, 13, 14, 16, 22, 30))
        colour = ink if rng.random() < 0.8 else rng.choice(INKS)
        draw.text((20, top), _words(rng, 1400 // (size * 6)), fill=colour, font=_font(size))
        top += size * 3 // 2
    return image


def screen(rng: random.Random) -> Image.Image:
    """A window with a bar, a menu and four charts."""
    image = Image.new("RGB", (960, 600), "#f4f5f7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 48), fill="#24365e")
    draw.text((20, 12), _words(rng, 4), fill="white", font=_font(20))
    draw.rectangle((0, 48, 180, 600), fill="#e3e7ee")
    for line in range(14):
        draw.text((18, 70 + 34 * line), _words(rng, 2), fill="#303848", font=_font(14))
    for left in (200, 580):
        for top in (66, 332):
            _chart(rng, draw, left, top)
    return image


def _chart(rng: random.Random, draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """A white card with a heading and a line or bars."""
    draw.rounded_rectangle((left, top, left + 360, top + 250), 8, fill="white", outline="#c8ccd8")
    draw.text((left + 12, top + 8), _words(rng, 4), fill="#222222", font=_font(15))
    ends = [(left + 20 + 16 * n, top + 220 - rng.randrange(150)) for n in range(21)]
    if rng.random() < 0.5:
        draw.line(ends, fill=rng.choice(INKS), width=2)
        return
    for x, y in ends[::2]:
        draw.rectangle((x, y, x + 14, top + 220), fill=rng.choice(INKS))


def line_art(rng: random.Random) -> Image.Image:
    """Outlines and filled shapes of strong colours on white, drawn large and reduced."""
    times = 3
    image = Image.new("RGB", (640 * times, 480 * times), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = rng.randrange(image.width), rng.randrange(image.height)
        size = rng.randrange(20, 120 * times)
        colour = rng.choice((*INKS, "black"))
        filled = colour if rng.random() < 0.4 else None
        box = (x, y, x + size, y + size)
        kind = rng.randrange(4)
        if kind == 0:
            draw.ellipse(box, fill=filled, outline="black", width=2 * times)
        elif kind == 1:
            draw.line((x, y, x + size, y + rng.randrange(size)), fill=colour, width=times)
        elif kind == 2:
            corners = [(x, y), (x + size, y + size // 3), (x + size // 2, y + size)]
            draw.polygon(corners, fill=filled, outline="black")
        else:
            start = rng.randrange(180)
            draw.arc(box, start, start + rng.randrange(60, 300), fill="black", width=2 * times)
    return image.resize((640, 480), Image.Resampling.LANCZOS)


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


KINDS: dict[str, Callable[[random.Random], Image.Image]] = {
    "text": page_of_text,
    "screen": screen,
    "line-art": line_art,
}
"""What is drawn, by the beginning of its file names."""
