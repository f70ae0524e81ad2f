"""The tables of docs/evidence.md from results/; what was not measured yet stays empty."""

from __future__ import annotations

from functools import partial
from typing import Any

from foveate_research.coders.best_rival import recorded_scenes
from foveate_research.coders.rate_distortion import WITHOUT_MAP, bd_rates
from foveate_research.pages import best_rival
from foveate_research.pages import coder_tables as coders
from foveate_research.pages.markdown import (
    ABSENT,
    ROOT,
    Tables,
    number,
    result,
    table,
    with_interval,
)
from foveate_research.pages.speed import time_and_memory

PICTURES = ROOT / "docs" / "pictures"
PLAIN, ANCHOR = "pillow", "mozjpeg"
PAPERS = ("psnr_s", "psnr_y", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp")
LOOKED = ("psnr_fix", "psnr_hvs_m_fix", "psnr_mask")
AT_EQUAL_BYTES = (
    *("psnr_fix", "psnr_hvs_m_fix", "psnr_s", "psnr_cb_s", "psnr_cr_s"),
    *("psnr_y", "psnr_rgb", "psnr_hvs", "psnr_hvs_m", "ssim", "ms_ssim", "vifp", "gmsd"),
    "ssimulacra2",
)
CURVES = (
    *("psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix", "butteraugli_fix"),
    *("psnr_hvs_m", "ssimulacra2", "butteraugli", "ms_ssim", "gmsd", "psnr_y"),
)
WORTH = (
    *("psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix", "butteraugli_fix"),
    *("psnr_hvs_m", "ssimulacra2", "butteraugli"),
)
QUANTISED = (
    *("psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix"),
    *("psnr_y", "psnr_hvs_m", "ssimulacra2"),
)
EYES = ("psnr_hvs_m", "ssimulacra2")
BELOW_AT = ("30", "50", "80", "90")
FOLLOWING = (
    *("foveate-vision-centre", "foveate-vision", "foveate-vision-viewers"),
    *("foveate-centre", "foveate", "foveate-viewers"),
)
KINDS = {
    ("codecs-coding", "osie"): "`coding`, OSIE",
    ("codecs-coding", "crowd"): "`coding`, crowds",
    ("codecs-gaze-test", "crowd"): "`gaze-test`, crowds",
    ("codecs-gaze-test", "mit"): "`gaze-test`, MIT1003",
}
"""A record and how its pictures' names start: the set that they were taken from, and how many."""
KODAK = "Kodak PhotoCD, 24 images"
QUALITIES = {
    "first_salient_quality": "first coding, salient",
    "first_other_quality": "first coding, elsewhere",
    "setting": "final coding",
    "quality_salient": "as good as plain JPEG at, salient",
    "quality_other": "elsewhere",
    "quality_whole": "over all",
}


def printed_protocol() -> str:
    """The paper's Kodak rows beside plain JPEG measured its way and the right way."""
    theirs, fair = result("table1-kodak-printed"), result("table1-kodak")
    if not theirs or not fair:
        return ABSENT
    lines = [
        (f"printed: {row}", *(number(values[m], coders.digits(m)) for m in PAPERS))
        for row, values in theirs["printed"][KODAK].items()
    ]
    ours = {
        "plain JPEG, their protocol": theirs["rows"][PLAIN],
        "plain JPEG, right protocol": fair["rows"][PLAIN],
    }
    lines += [
        (name, *(number(of[m]["mean"], coders.digits(m)) for m in PAPERS))
        for name, of in ours.items()
    ]
    return table(["Kodak", *(coders.HEADINGS[m] for m in PAPERS)], lines)


def table1(name: str) -> str:
    """Differences to plain JPEG."""
    record = result(name)
    if not record:
        return ABSENT
    return coders.differences(record, record["rows"], (*LOOKED, *PAPERS), to=PLAIN)


def qualities(name: str) -> str:
    """Which qualities coders were set to and which their files reached."""
    record = result(name)
    if not record:
        return ABSENT
    lines = [
        (
            coders.title(record, codec),
            *(number(of.get(q, {}).get("mean"), 1) for q in QUALITIES),
        )
        for codec, of in record["rows"].items()
    ]
    told = record["printed_qualities"]
    paper = (told["salient"], told["other"], told["final"])
    lines.insert(0, ("printed: our model", *(str(q) for q in paper), ABSENT, ABSENT, ABSENT))
    return table(["", *QUALITIES.values()], lines)


def figure4() -> str:
    """PSNR-HVS above plain JPEG by size."""
    record = result("figure4")
    if not record:
        return ABSENT
    lines = record["above_plain_jpeg"]
    rows = [
        (size, *(f"{of['psnr_hvs'][at]:+.2f}" for of in lines.values()))
        for at, size in enumerate(record["pictures"])
    ]
    return table(["size", *(coders.title(record, codec) for codec in lines)], rows)


def other_viewers() -> str:
    """What maps gain over none that have not seen where they are measured, and the share of own."""
    record = result("other-viewers")
    if not record:
        return ABSENT
    found, share = record["gain_over_none"], record["share_of_gain"]
    titles = {
        "auto": "Foveate's map",
        "others": "the map of the other half of the viewers",
        "own": "the map of the same half",
    }
    rows = [
        (
            title,
            with_interval(found[name], 2),
            *(
                with_interval(share.get(f"{name} of {whole}"), 2, sign="")
                for whole in ("own", "others")
            ),
        )
        for name, title in titles.items()
    ]
    return table(["steered by", "gain, dB", "of the same half's", "of the other half's"], rows)


def against_mozjpeg(name: str) -> str:
    """BD-rates against mozjpeg."""
    record = result(name)
    return coders.bd_rates(record, CURVES) if record else ABSENT


def map_worth() -> str:
    """BD-rates against Foveate without a map, by where the pictures come from."""
    lines = []
    for (name, start), title in KINDS.items():
        record = result(name)
        if not record:
            return ABSENT
        scenes = recorded_scenes(record, WORTH, start=start)
        if not scenes:
            continue
        rates = bd_rates(scenes, {codec: WITHOUT_MAP[codec] for codec in FOLLOWING}, WORTH)
        for codec in FOLLOWING:
            if codec in rates:
                cells = (with_interval(rates[codec].get(m), 1) for m in WORTH)
                coder = coders.title(record, codec)
                lines.append((f"{title}, {len(scenes)}", coder, *cells))
    headings = ("pictures", "% more bytes than without a map", *(coders.HEADINGS[m] for m in WORTH))
    return table(headings, lines)


def with_map(name: str) -> str:
    """BD-rates of a coder that writes no JPEG with the map against the same without it."""
    record = result(name)
    if not record:
        return ABSENT
    metrics = (*WORTH, "psnr_y")
    lines = [
        (coders.title(record, codec), *(with_interval(of.get(m), 1) for m in metrics))
        for codec, of in record["map_bd_rate_per_cent"].items()
    ]
    headings = ("% more bytes than without a map", *(coders.HEADINGS[m] for m in metrics))
    return table(headings, lines)


def vector_quantiser(to: str) -> str:
    """The vector quantiser and the mosaic less plain JPEG, or less the quantiser without a map."""
    record = result("vector-quantiser")
    if not record:
        return ABSENT
    codecs = None if to == PLAIN else [name for name in record["rows"] if name.startswith(to)]
    return coders.differences(record, record["rows"], QUANTISED, to=to, codecs=codecs)


def below_plain() -> str:
    """How many pictures come out below plain JPEG of the same bytes by models of the eye."""
    columns = [(quality, metric) for quality in BELOW_AT for metric in EYES]
    lines = []
    for name in ("coding", "kodak", "gaze-test"):
        record = result(f"codecs-{name}")
        if not record:
            return ABSENT
        for codec in ("foveate-vision", "foveate", "foveate-eyes"):
            if codec not in record["labels"]:
                continue
            cells = (
                _share_below(record["per_picture"].get(quality, {}), codec, metric)
                for quality, metric in columns
            )
            lines.append((f"`{name}`", coders.title(record, codec), *cells))
    headings = (f"{coders.HEADINGS[metric]}, {quality}" for quality, metric in columns)
    return table(("pictures", "below plain JPEG, %", *headings), lines)


def _share_below(of: dict[str, Any], codec: str, metric: str) -> str:
    if not of:
        return ABSENT
    pairs = list(zip(of[codec][metric], of[PLAIN][metric], strict=True))
    return f"{100 * sum(ours < plain for ours, plain in pairs) / len(pairs):.0f}"


def equal_bytes(name: str, quality: str, to: str) -> str:
    """Differences at one quality's bytes."""
    record = result(name)
    if not record:
        return ABSENT
    return coders.differences(record, record["equal_bytes"][quality], AT_EQUAL_BYTES, to=to)


def curves() -> str:
    """The plots that were drawn."""
    drawn = [f"codecs-{name}" for name in ("coding", "kodak")]
    there = [stem for stem in drawn if (PICTURES / f"{stem}.png").is_file()]
    return "\n\n".join(f"![rate–distortion curves](pictures/{s}.png)" for s in there) or ABSENT


def seconds() -> str:
    """Time, as the run over Kodak took it."""
    record = result("codecs-kodak")
    return f"{coders.seconds(record)}\n\n{record['machine']}." if record else ABSENT


def same_place() -> str:
    """Where copies draw the eye, less plain JPEG, quality by quality."""
    record = result("same-place-coding")
    if not record:
        return ABSENT
    blocks = []
    for quality, of in record["qualities"].items():
        rows = of["rows"]
        metrics = [m for m in record["metrics"] if not m.startswith("nss ")]
        lines = [
            (
                coders.title(record, codec),
                *(_place(rows[codec].get(m), codec) for m in metrics),
            )
            for codec in rows
        ]
        heading = f"quality {quality}'s bytes"
        blocks.append(table([heading, *(record["metrics"][m] for m in metrics)], lines))
    return "\n\n".join(blocks)


def _place(told: dict[str, Any] | None, codec: str) -> str:
    """Plain JPEG's mean, the others' difference to it."""
    if told is None:
        return ABSENT
    if codec == PLAIN:
        return number(told["mean"])
    return coders.signed("ssim", told[f"minus_{PLAIN}"])


TABLES: Tables = {
    "printed-protocol": printed_protocol,
    "table1-kodak": partial(table1, "table1-kodak"),
    "table1-kodak-printed": partial(table1, "table1-kodak-printed"),
    "table1-coding": partial(table1, "table1-coding"),
    "table1-large": partial(table1, "table1-large"),
    "table1-maps": partial(table1, "table1-maps-coding"),
    "table1-maps-kodak": partial(table1, "table1-maps-kodak"),
    "qualities": partial(qualities, "table1-kodak"),
    "figure4": figure4,
    "bd-kodak": partial(against_mozjpeg, "codecs-kodak"),
    "bd-coding": partial(against_mozjpeg, "codecs-coding"),
    **{
        f"drawings-{quality}": partial(equal_bytes, "codecs-drawings", quality, ANCHOR)
        for quality in ("50", "80")
    },
    "best-rival": best_rival.table_of_sets,
    "bd-gaze-test": partial(against_mozjpeg, "codecs-gaze-test"),
    **{
        f"{name}-{quality}-{to}": partial(equal_bytes, f"codecs-{name}", quality, to)
        for name in ("kodak", "coding")
        for quality in ("30", "50", "80")
        for to in (PLAIN, ANCHOR)
        if to == PLAIN or quality == "50"
    },
    "map-worth": map_worth,
    "avif": partial(with_map, "codecs-avif"),
    "jpeg2000-kodak": partial(against_mozjpeg, "codecs-jpeg2000-kodak"),
    "jpeg2000-coding": partial(against_mozjpeg, "codecs-jpeg2000-coding"),
    "jpeg2000-regions": partial(with_map, "codecs-jpeg2000-coding"),
    "vector-quantiser": partial(vector_quantiser, PLAIN),
    "vector-quantiser-map": partial(vector_quantiser, "vq"),
    "below-plain": below_plain,
    "other-viewers": other_viewers,
    "curves": curves,
    "seconds": seconds,
    "time-and-memory": time_and_memory,
    "same-place": same_place,
}
