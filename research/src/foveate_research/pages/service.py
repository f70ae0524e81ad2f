"""The tables of docs/service.md: the image service under load, and how long small pictures take."""

from __future__ import annotations

from foveate_research.pages.markdown import ABSENT, Tables, result, table


def load() -> str:
    """What `foveate bench service` found, a figure a row."""
    record = result("service")
    if not record:
        return ABSENT
    speed, waiting, mixed = (record[n] for n in ("throughput", "at_80_percent_load", "mixed"))
    first, last = mixed["before"], mixed["after"]
    largest = max(held["largest_worker_mb"] for held in mixed["held"])
    rows = [
        ("processes that render", f"{record['workers']}"),
        ("thumbnails a second through the service", f"{speed['service_median']}"),
        ("the same without the service", f"{speed['alone_median']}"),
        ("share, median of pairs", f"{speed['ratio_median']:.1%}"),
        (f"half of {waiting['requests']} answers at 80 % load took", f"{waiting['p50_ms']:.0f} ms"),
        ("99 % of them took at most", f"{waiting['p99_ms']:.0f} ms"),
        ("mixed requests", f"{mixed['requests']:,}"),
        ("processes killed meanwhile", f"{mixed['workers_killed']}"),
        ("answers with wrong bytes", f"{mixed['wrong_bytes']}"),
        ("answers with a status that is not stated above", f"{mixed['unstated_statuses']}"),
        ("requests whose process was killed twice (500)", f"{mixed['died_twice']}"),
        ("memory of the front, before and after", f"{first['front_mb']}, {last['front_mb']} MB"),
        ("open handles of the front, before and after", f"{first['handles']}, {last['handles']}"),
        ("memory of a worker, at most", f"{largest} MB"),
    ]
    return table(("under load", "figure"), rows)


CODERS = {
    "foveate_fast": "Foveate, `fast`",
    "foveate_fast_no_map": "Foveate, `fast`, no map",
    "foveate": "Foveate",
    "foveate_no_map": "Foveate, no map",
    "mozjpeg": "mozjpeg (libvips)",
}


def small() -> str:
    """What `foveate bench speed --only small` found, a coder a row."""
    record = result("small-speed")
    if not record:
        return ABSENT
    sizes = record["small"]["by_longer_side"].values()
    headings = ["milliseconds of one processor", *(f"{n['width']}x{n['height']}" for n in sizes)]
    rows = [(title, *(f"{n['ms'][name]:.1f}" for n in sizes)) for name, title in CODERS.items()]
    return f"{table(headings, rows)}\n\n{record['machine']}."


TABLES: Tables = {"service-load": load, "small-speed": small}
