"""Table 1 of Prakash et al. (DCC 2017): plain JPEG, the mosaic and Foveate at the same bytes.

The paper's seven metrics by the right protocol, or as its authors' scripts took them
(`printed_protocol`), and PSNR where people looked or over objects' masks, which no coder's own map
can flatter.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from foveate.errors import OptionError, printable
from foveate_research.coders.achieved_quality import achieved_qualities
from foveate_research.coders.codecs import PLAIN, decoded
from foveate_research.coders.coding import LABELS, scene_numbers, scores_at
from foveate_research.coders.coding_summary import label, per_picture, rows_of, unequal
from foveate_research.coders.printed_protocol import printed_numbers
from foveate_research.coders.scenes import Scene
from foveate_research.coders.study import Study
from foveate_research.papers.printed import printed_facts

PROTOCOLS: dict[str, str] = {
    "fair": "luma of BT.601, full range, right way round; partial blocks left out",
    "printed": "as the authors' scripts: limited-range luma against a peak of 255, sides scaled to "
    "multiples of 16, and width and height swapped before all metrics but PSNR-S",
}
METRICS = ("psnr_s", "psnr_y", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp")
"""The paper's, in its order."""
REGIONS = ("psnr_fix", "psnr_mask")
CODECS = (
    *(PLAIN, "pillow-progressive", "mosaic", "mosaic-ranks", "mosaic-msroi"),
    *("mosaic-rule-3", "mosaic-rule-6", "foveate-none", "foveate", "foveate-eyes"),
)
QUALITY_LABELS = {
    "first_salient_quality": "first coding\nsalient",
    "first_other_quality": "first coding\nelsewhere",
    "setting": "final\ncoding",
    "quality_salient": "plain JPEG as good\nwhere salient",
    "quality_other": "plain JPEG as good\nelsewhere",
    "quality_whole": "plain JPEG as good\nover all",
}
"""The qualities that coders were set to, and those that their files reached, and their headings."""


READING = (
    "PSNR-S: the salient fifth of the map that steers Foveate; the paper leaves region and script "
    "open, so its column cannot be compared",
    "the mosaic follows the map that steers Foveate; by rank each of its five levels takes a fifth "
    "of the map, which comes near to the paper's mean qualities of 65 and 45",
    "the mosaic as released: quality by pixel, without blocks, then the first whole quality from "
    "90 down to 21 whose file is within 1 % above plain JPEG's",
)
"""What a reader has to know of the rows."""


def table1_numbers(scene: Scene, data: bytes, *, protocol: str) -> dict[str, float]:
    """A copy's row: the paper's metrics by a protocol, regions where known, achieved qualities."""
    if protocol == "printed":
        found = printed_numbers(scene, data)
    else:
        found = scene_numbers(scene, data, names=(*METRICS, *REGIONS))
    return found | achieved_qualities(scene, decoded(data))


def checked_protocol(name: str) -> str:
    """The name; OptionError when there is no such protocol."""
    if name not in PROTOCOLS:
        raise OptionError(f"no protocol is called '{printable(name)}': {', '.join(PROTOCOLS)}")
    return name


def reproduce_table1(study: Study, *, quality: int = 50, protocol: str = "fair") -> dict[str, Any]:
    """The record: the paper's printed rows, and ours as means with intervals and per picture.

    quality: plain JPEG's, whose bytes all are given.

    Raises:
        OptionError: a protocol that is not known, or fixations and masks for the printed one.
        Else as `Study.coded`.
    """
    checked_protocol(protocol)
    if protocol == "printed" and any(each.fixations or each.mask for each in study.files):
        raise OptionError("the printed protocol knows neither fixations nor masks")
    measured = partial(table1_numbers, protocol=protocol)
    scenes, notes = study.coded(CODECS, {quality: measured})
    scores = scores_at(scenes, quality)
    shown = [name for name in (*METRICS, *REGIONS) if name in scores[PLAIN].numbers]
    paper = printed_facts("msroi")
    return {
        "experiment": "table1",
        **study.facts(),
        "quality": quality,
        "protocol": protocol,
        "metrics": {name: LABELS[name] for name in shown},
        "printed": paper["table1"],
        "printed_qualities": paper["qualities"],
        "labels": {codec: label(codec) for codec in scores},
        "rows": rows_of(scores, [*shown, *QUALITY_LABELS], against=(PLAIN,)),
        "per_picture": per_picture(scores),
        "notes": [
            f"printed rows: {paper['source']}; {paper['settings']}",
            f"protocol: {PROTOCOLS[protocol]}",
            *READING,
            *notes,
            *unequal(scores),
            *study.picture_notes(),
        ],
    }
