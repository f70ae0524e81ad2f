"""What operators see: numbers for Prometheus, and a line of JSON for each request."""

from __future__ import annotations

import functools
import json
import sys
import time
from typing import Any, TextIO
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from foveate.service.pool import Pool

METRICS_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)


class Observed:
    """Counts requests of one service. log: where lines go; None for nowhere."""

    def __init__(self, pool: Pool, log: TextIO | None = sys.stderr) -> None:
        self._log = log
        self._registry = CollectorRegistry()
        own = self._registry
        self._requests = Counter(
            "foveate_requests",
            "Requests, by the status of their answers.",
            ["status"],
            registry=own,
        )
        self._seconds = Histogram(
            "foveate_request_seconds", "How long requests took.", buckets=_SECONDS, registry=own
        )
        self._in = Counter("foveate_source_bytes", "Bytes of sources that were read.", registry=own)
        self._out = Counter("foveate_sent_bytes", "Bytes of pictures that were sent.", registry=own)
        self._saved = Counter(
            "foveate_saved_bytes",
            "Bytes by which pictures that were sent whole are smaller than their sources.",
            registry=own,
        )
        for name, told, what in (
            ("foveate_busy_workers", "Processes that render now.", "busy"),
            ("foveate_waiting", "Pictures that wait for a process.", "waiting"),
            ("foveate_replaced_workers", "Processes that died or hung.", "replaced"),
            ("foveate_recycled_workers", "Processes that had grown or done enough.", "recycled"),
            ("foveate_refused", "Pictures that were refused since too many waited.", "refused"),
        ):
            gauge = Gauge(name, told, registry=own)
            gauge.set_function(functools.partial(getattr, pool.counts, what))

    def request(self, *, status: int, seconds: float, source: str | None, **facts: Any) -> None:
        """One request that was answered. source: the picture's address, `without_secrets`."""
        self._requests.labels(status=str(status)).inc()
        self._seconds.observe(seconds)
        self._in.inc(facts.get("source_bytes") or 0)
        self._out.inc(facts.get("bytes") or 0)
        self._saved.inc(max(0, facts.get("saved") or 0))
        if self._log is None:
            return
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "status": status,
            "seconds": round(seconds, 4),
            "source": source,
            **facts,
        }
        print(json.dumps(line), file=self._log, flush=True)

    def metrics(self) -> bytes:
        """The numbers in Prometheus's text format."""
        return bytes(generate_latest(self._registry))


def without_secrets(address: str) -> str:
    """An address without its query, its fragment and its user."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "unreadable"
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else parts.path
