"""The tables of docs/batches.md: a batch that much happens to, and a hundred million pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foveate_research.pages.markdown import ABSENT, Tables, result, table

PICTURES = 100_000_000
CORES = 64
DOLLARS_A_THOUSAND = {"dear": 0.005, "cheap": 0.0004}
"""What Amazon asks in its standard class for PUT and LIST requests, and for GET and HEAD; requests
that delete cost nothing."""
DOLLARS_A_CORE_HOUR = 0.04
_DEAR = ("PUT", "LIST", "POST")
_BLOCK, _BLOCK_BYTES = 64, 64 << 20
_DAY = 86_400.0


def load() -> str:
    """What `foveate bench batch` found, a figure a row."""
    record = result("batch")
    if not record:
        return ABSENT
    folders, store, disturbed, checked = (
        record[name] for name in ("folders", "store", "disturbed", "checked")
    )
    rows = [
        ("small pictures, 96 to 160 pixels a side", f"{record['data']['pictures']:,}"),
        ("work of a core for each, from folder to folder", _ms(folders["work_s_a_picture"])),
        ("the same from store to store", _ms(store["work_s_a_picture"])),
        ("by the clock with one process, store to store", f"{store['pictures_a_second']} a second"),
        ("PUT and LIST requests for a picture, undisturbed", f"{_requests(store, dear=True):.2f}"),
        ("GET and HEAD requests for a picture, undisturbed", f"{_requests(store, dear=False):.2f}"),
        ("bytes read and written for a picture", _traffic(store)),
        ("requests that failed, disturbed", f"{sum(disturbed['failures'].values()):,}"),
        ("delay of a request, on average, disturbed", f"{disturbed['delay_ms']:.0f} ms"),
        ("workers killed", f"{disturbed['workers_killed']}"),
        ("runs killed, and started again", f"{disturbed['runs_killed']}"),
        (
            "PUT and LIST requests for a picture, disturbed",
            f"{_requests(disturbed, dear=True):.2f}",
        ),
        (
            "GET and HEAD requests for a picture, disturbed",
            f"{_requests(disturbed, dear=False):.2f}",
        ),
        ("pictures with one result", f"{checked['results']:,}"),
        ("pictures lost", f"{checked['lost']}"),
        ("pictures told as done twice", f"{checked['told_as_done_twice']}"),
        (f"of {checked['compared']} results, other than `foveate compress` makes", _other(record)),
    ]
    return table(("batch", "figure"), rows)


def large_job() -> str:
    """A hundred million pictures of each size: cores, requests, network and money."""
    record = result("batch")
    if not record:
        return ABSENT
    store, count = record["store"], record["data"]["pictures"]
    rows = [
        _reckoned(
            "0.02 (measured)",
            store["work_s_a_picture"],
            (store["bytes_in"] / count, store["bytes_out"] / count),
            (_requests(store, dear=True), _requests(store, dear=False)),
        )
    ]
    for photo in record["photos"]:
        blocks = 1 / max(1.0, min(_BLOCK, _BLOCK_BYTES / photo["bytes_in"]))
        rows.append(
            _reckoned(
                f"{photo['megapixels']:g}",
                photo["work_s"],
                (photo["bytes_in"], photo["bytes_out"]),
                (1 + 2 * blocks, 1 + blocks),  # a claim and a mark; a look for the claim
            )
        )
    made = table(
        (
            "megapixels",
            "work for one",
            f"days on {CORES} cores",
            "in and out",
            "PUT requests",
            "price of work",
            "price of requests",
        ),
        rows,
    )
    dear, cheap = (DOLLARS_A_THOUSAND[kind] for kind in ("dear", "cheap"))
    return (
        f"{made}\n\nIt assumes ${DOLLARS_A_CORE_HOUR:.2f} for a core and an hour, ${dear:.3f} for a"
        f" thousand PUT and LIST requests,\nand ${cheap:.4f} for a thousand GET and HEAD requests."
    )


def _reckoned(
    name: str, work_s: float, sizes: tuple[float, float], requests: tuple[float, float]
) -> tuple[str, ...]:
    """A row. sizes: bytes read and written. requests: dear and cheap ones, for a picture."""
    seconds = PICTURES * work_s / CORES
    megabits = sum(sizes) / work_s * CORES * 8 / 1e6
    work = PICTURES * work_s / 3600 * DOLLARS_A_CORE_HOUR
    asked = sum(
        number * DOLLARS_A_THOUSAND[kind]
        for number, kind in zip(requests, ("dear", "cheap"), strict=True)
    )
    return (
        name,
        _ms(work_s),
        f"{seconds / _DAY:.1f}",
        f"{megabits:,.0f} Mbit/s",
        f"{requests[0] / work_s * CORES:,.0f} a second",
        f"${work:,.0f}",
        f"${asked * PICTURES / 1000:,.0f}",
    )


def _requests(job: Mapping[str, Any], *, dear: bool) -> float:
    requests: Mapping[str, float] = job["requests_a_picture"]
    return sum(
        number
        for kind, number in requests.items()
        if kind != "DELETE" and kind.startswith(_DEAR) == dear
    )


def _traffic(job: Mapping[str, Any]) -> str:
    return f"{job['bytes_down'] / job['done']:,.0f}, {job['bytes_up'] / job['done']:,.0f}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _other(record: Mapping[str, Any]) -> str:
    return f"{record['checked']['other_bytes']}"


TABLES: Tables = {"batch-load": load, "batch-large-job": large_job}
