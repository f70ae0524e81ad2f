"""What README.md quotes: the before/after picture and the tables, from what was measured."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

import foveate
from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate_research.pages.coder_tables import bd_rates
from foveate_research.pages.markdown import ABSENT, ROOT, Tables, result

PICTURE = ROOT / "docs" / "pictures" / "before-after.png"
SAMPLE = ROOT / "examples" / "astronaut.png"
PLAIN_QUALITY = 20
FACE = (172, 60, 172 + 112, 60 + 112)
GROUND = (0, 300, 112, 412)

BD_ROWS = (
    *("pillow", "mozjpeg-5", "jpegli-progressive", "foveate-vision-none", "foveate-vision"),
    *("foveate", "webp", "avif"),
)
BD_COLUMNS = (
    *("ssimulacra2_fix", "butteraugli_fix", "psnr_fix"),
    *("ssimulacra2", "butteraugli", "psnr_hvs_m"),
)


def labelled(image: Image.Image, text: str) -> Image.Image:
    """The image with a line of text below."""
    out = Image.new("RGB", (image.width, image.height + 32), "white")
    out.paste(image, (0, 0))
    ImageDraw.Draw(out).text((2, image.height + 4), text, "black", ImageFont.load_default(20))
    return out


def crops(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    """The face and a piece of ground, three times enlarged, side by side."""
    image = Image.fromarray(pixels)
    parts = [image.crop(box).resize((336, 336), Image.Resampling.NEAREST) for box in (FACE, GROUND)]
    out = Image.new("RGB", (336 * 2 + 8, 336), "white")
    out.paste(parts[0], (0, 0))
    out.paste(parts[1], (344, 0))
    return out


def before_after() -> str:
    """Writes the picture; returns the lines that show it and tell what is in it."""
    pixels = np.asarray(Image.open(SAMPLE).convert("RGB"))
    plain = plain_jpeg(pixels, PLAIN_QUALITY)
    ours = foveate.compress(pixels, match_quality=PLAIN_QUALITY, compare=True)
    report = ours.report.comparison
    assert report is not None
    columns = [
        labelled(
            crops(np.asarray(Image.open(io.BytesIO(plain)))), f"plain JPEG, {len(plain):,} bytes"
        ),
        labelled(
            crops(np.asarray(Image.open(io.BytesIO(ours.data)))),
            f"Foveate, {len(ours.data):,} bytes",
        ),
    ]
    out = Image.new("RGB", (sum(c.width for c in columns) + 24, columns[0].height), "white")
    out.paste(columns[0], (0, 0))
    out.paste(columns[1], (columns[0].width + 24, 0))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    out.save(PICTURE, optimize=True)
    return (
        "![plain JPEG and Foveate, the same bytes](docs/pictures/before-after.png)\n\n"
        f"`examples/astronaut.png` as plain JPEG at quality {PLAIN_QUALITY} ({len(plain):,} bytes)"
        f" and by Foveate in no more bytes ({len(ours.data):,}). Over the salient fifth,"
        " SSIMULACRA 2, a score of what is seen, goes from"
        f" {report.plain_ssimulacra2_salient:.0f} to {report.ssimulacra2_salient:.0f}, and luma"
        f" PSNR from {report.plain_psnr_salient:.1f} to {report.psnr_salient:.1f} dB."
    )


def less_bytes() -> str:
    """BD-rates on the set with fixations."""
    record = result("codecs-coding")
    return bd_rates(record, BD_COLUMNS, codecs=BD_ROWS) if record else ABSENT


TABLES: Tables = {"before-after": before_after, "bd": less_bytes}
