"""The table of docs/evidence.md that holds Foveate against the best rival of each picture."""

from __future__ import annotations

from foveate_research.coders.best_rival import against_best, recorded_scenes
from foveate_research.pages import coder_tables as coders
from foveate_research.pages.markdown import ABSENT, number, result, table, with_interval

SETS = ("kodak", "coding")
ROWS = ("foveate-vision-none", "foveate-vision", "foveate-none", "foveate")
METRICS = (
    *("ssimulacra2", "butteraugli", "psnr_hvs_m", "ms_ssim", "gmsd"),
    *("ssimulacra2_fix", "butteraugli_fix", "psnr_fix"),
)


def table_of_sets() -> str:
    """A row for each set and coder, computed from what the records hold of each picture."""
    told = []
    for name in SETS:
        record = result(f"codecs-{name}")
        if record:
            told.append((name, record, against_best(recorded_scenes(record, METRICS), METRICS)))
    if not told:
        return ABSENT
    measured = coders.measured_metrics(
        {
            f"{name} {codec}": of
            for name, _, found in told
            for codec, of in found["bd_rate_per_cent"].items()
        },
        METRICS,
    )
    lines = []
    for name, record, found in told:
        for codec in ROWS:
            if codec not in found["bd_rate_per_cent"]:
                continue
            of = found["bd_rate_per_cent"][codec]
            whole = {m: told for m, told in of.items() if told["scenes"] == record["count"]}
            lines.append(
                (
                    f"`{name}`, {record['count']}",
                    coders.title(record, codec),
                    *(with_interval(whole.get(metric), 1) for metric in measured),
                    number(found["worse_per_cent"].get(codec), 0),
                )
            )
    headings = (
        *("pictures", "% more bytes than the picture's best rival"),
        *(coders.HEADINGS[metric] for metric in measured),
        "pictures worse than mozjpeg, %",
    )
    return table(headings, lines)
