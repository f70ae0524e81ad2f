"""Traces for OpenTelemetry: one of each request, where the environment says where to send them.

The variables are OpenTelemetry's own. Without them nothing of it is imported.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from foveate import __version__

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NAME = "foveate.service"

_log = logging.getLogger(__name__)


class Tracing:
    """Makes spans. provider: OpenTelemetry's TracerProvider; None makes none."""

    def __init__(self, provider: Any | None = None) -> None:
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer(_NAME, __version__)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Tracing:
        """What the environment asks for; a note where the packages for it are missing."""
        if not any(environment.get(name) for name in ENDPOINTS):
            return cls()
        if environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
            return cls()
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            _log.warning("no traces are sent: they need pip install 'foveate[otel]'")
            return cls()
        named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get(
            "OTEL_RESOURCE_ATTRIBUTES", ""
        )
        ours = {"service.version": __version__} | ({} if named else {"service.name": "foveate"})
        provider = TracerProvider(resource=Resource.create(ours))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    @contextlib.contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Callable[..., None]]:
        """The span of a request, part of the trace that its header fields tell (traceparent).

        Gives a function that takes the answer's status and, by names, what else is to be told.
        """
        if self._tracer is None:
            yield lambda *_, **__: None
            return
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract(headers)
        with self._tracer.start_as_current_span(
            f"{method} picture", context, SpanKind.SERVER, {"http.request.method": method}
        ) as span:

            def tell(status: int, **facts: Any) -> None:
                span.set_attribute("http.response.status_code", status)
                for name, value in facts.items():
                    if value is not None:
                        span.set_attribute(f"foveate.{name}", value)
                if status >= 500:
                    span.set_status(StatusCode.ERROR, facts.get("said"))

            yield tell

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The span of a part of the request that is open now."""
        if self._tracer is None:
            yield
            return
        with self._tracer.start_as_current_span(name, record_exception=False):
            yield

    def close(self) -> None:
        """Sends what is left. It may take seconds."""
        if self._provider is not None:
            self._provider.shutdown()
