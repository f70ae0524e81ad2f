"""The table of docs/evidence.md on Foveate's time and memory from 0.4 to 73 megapixels."""

from __future__ import annotations

from foveate_research.pages.markdown import ABSENT, result, table

TARGETS = ("quality_80", "match_quality_75")
SHOWN = ("`--quality 80`", "`--match-quality 75`")


def time_and_memory() -> str:
    """What `foveate bench speed` found: processor time a megapixel, and memory a pixel."""
    record = result("speed")
    if not record:
        return ABSENT
    rows = [
        (
            f"{of['megapixels']:g}",
            *(f"{of[target]['work_seconds_a_megapixel']:.2f}" for target in TARGETS),
        )
        for of in record["linear"].values()
    ]
    headings = ("megapixels; processor seconds a megapixel, map made before", *SHOWN)
    large, memory = record["large"], record["memory"]
    foveate, mozjpeg = large["foveate"], large["mozjpeg"]
    whole = memory["quality_80"]
    told = (
        f"With the map, 12 megapixels at `--match-quality 75` take"
        f" {foveate['median_cpu_s']:.1f} processor seconds; mozjpeg takes"
        f" {mozjpeg['median_cpu_s']:.1f} for as many bytes. The whole command on"
        f" {memory['picture']} holds {whole['peak_mb'] / 1000:.1f} GB at its peak,"
        f" {whole['bytes_a_pixel']:.0f} bytes a pixel beyond the {whole['small_peak_mb']} MB that a"
        " small picture takes."
    )
    return f"{table(headings, rows)}\n\n{told}"
