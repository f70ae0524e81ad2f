"""Records of coders as Markdown: differences at equal bytes, BD-rates, qualities, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foveate_research.coders.codecs import CODECS
from foveate_research.pages.markdown import ABSENT, number, table, with_interval

HEADINGS = {
    "bytes_ratio": "bytes",
    "psnr_s": "PSNR-S",
    "psnr_fix": "PSNR where people looked",
    "psnr_hvs_m_fix": "HVS-M where people looked",
    "ssimulacra2_fix": "SSIMULACRA 2 where people looked",
    "butteraugli_fix": "Butteraugli where people looked",
    "psnr_mask": "PSNR on objects",
    "psnr_y": "PSNR",
    "psnr_rgb": "RGB",
    "psnr_cb_s": "Cb, salient fifth",
    "psnr_cr_s": "Cr, salient fifth",
    "psnr_hvs": "HVS",
    "psnr_hvs_m": "HVS-M",
    "ssim": "SSIM",
    "ms_ssim": "MS-SSIM",
    "vifp": "VIFp",
    "gmsd": "GMSD",
    "ssimulacra2": "SSIMULACRA 2",
    "butteraugli": "Butteraugli",
}
BOLD = "foveate-vision"
"""Foveate as it is when nobody asks for anything else."""
_INDICES = frozenset(("ssim", "vifp", "bytes_ratio", "cc", "cc_viewers", "nss", "nss_change"))


def title(record: Mapping[str, Any], codec: str) -> str:
    """A coder's name; Foveate's in bold, those that write no JPEG slanted."""
    label = _label(codec) or record["labels"][codec]
    if codec == BOLD:
        return f"**{label}**"
    return f"*{label}*" if codec in record.get("outside", ()) else str(label)


def _label(codec: str) -> str:
    """What a coder of today is called, whatever a record calls it; nothing for those of before."""
    coder, _, model = codec.partition("@")
    if coder not in CODECS:
        return ""
    return f"{CODECS[coder].label}, map {model}" if model else CODECS[coder].label


def signed(metric: str, told: Mapping[str, Any] | None) -> str:
    """A difference; in brackets where its 95 % interval includes none."""
    if told is None:
        return ABSENT
    text = f"{told['mean']:+.{digits(metric)}f}"
    low, high = told["interval_95"]
    return f"({text})" if low <= 0 <= high else text


def digits(metric: str) -> int:
    """Decimals: two for dB and SSIMULACRA 2, three for indices, four for MS-SSIM and GMSD."""
    if metric in ("ms_ssim", "gmsd"):
        return 4
    return 3 if metric.split()[0] in _INDICES else 2


def measured_metrics(rows: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    """Those that any row has, in the order wanted."""
    return [name for name in wanted if any(name in of for of in rows.values())]


def differences(
    record: Mapping[str, Any],
    rows: Mapping[str, Any],
    metrics: Sequence[str],
    *,
    to: str,
    codecs: Sequence[str] | None = None,
) -> str:
    """Each coder's bytes over plain JPEG's and its differences to another coder."""
    measured = measured_metrics(rows, metrics)
    chosen = [c for c in (codecs or rows) if c in rows and c != to]
    lines = [
        (
            title(record, codec),
            number(rows[codec].get("bytes_ratio", {}).get("mean")),
            *(signed(m, rows[codec].get(m, {}).get(f"minus_{to}")) for m in measured),
        )
        for codec in chosen
    ]
    headings = [
        f"change from {record['labels'][to]}",
        *(HEADINGS[m] for m in ("bytes_ratio", *measured)),
    ]
    return table(headings, lines)


def bd_rates(
    record: Mapping[str, Any], metrics: Sequence[str], *, codecs: Sequence[str] | None = None
) -> str:
    """Per cent of bytes at equal quality; nothing where a part of the pictures only has curves."""
    rates = record["bd_rate_per_cent"]
    measured = measured_metrics(rates, metrics)

    def cell(told: Mapping[str, Any] | None) -> str:
        whole = told is not None and told["scenes"] == record["count"]
        return with_interval(told if whole else None, 1)

    lines = [
        (title(record, codec), *(cell(of.get(m)) for m in measured))
        for codec, of in rates.items()
        if codecs is None or codec in codecs
    ]
    headings = [
        f"% more bytes than {record['labels'][record['anchor']]}",
        *(HEADINGS[m] for m in measured),
    ]
    return table(headings, lines)


def seconds(record: Mapping[str, Any]) -> str:
    """Processor seconds a megapixel."""
    lines = [
        (title(record, codec), number(of["mean"]))
        for codec, of in record["seconds_a_megapixel"].items()
    ]
    return table(["", "s a megapixel"], lines)
