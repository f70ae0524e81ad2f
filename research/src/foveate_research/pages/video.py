"""The table of docs/video.md: what the map gains in video at equal bits, and what it costs."""

from __future__ import annotations

from typing import Any

from foveate_research.pages.markdown import ABSENT, Tables, number, result, table, with_interval

RECORDS = ("video", "video-h265")
ENCODERS = {"h264": "x264", "h265": "x265"}
HEADINGS = (
    "PSNR where people looked",
    "PSNR of the whole",
    "bits at an equal factor",
    "kbit/s",
    "clips",
)


def gains() -> str:
    """A row a codec: dB gained where viewers looked and lost over all, with intervals."""
    lines = [
        _line(way, told, len(record["clips"]))
        for record in map(result, RECORDS)
        if record
        for way, told in record["ways"].items()
    ]
    return table(("with the map, at equal bits", *HEADINGS), lines) if lines else ABSENT


def _line(way: str, told: dict[str, Any], clips: int) -> tuple[str, ...]:
    return (
        ENCODERS[way.split(",")[0]],
        *(f"{with_interval(told[name], 2)} dB" for name in ("psnr_there", "psnr")),
        f"{100 * (told['bits_at_equal_factor']['mean'] - 1):+.1f} %",
        number(told["bits_a_second"]["mean"] / 1000, 0),
        str(clips),
    )


TABLES: Tables = {"video-gains": gains}
