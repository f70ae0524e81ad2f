"""Traces of the image service: a request and its parts, and nothing where nobody asks for them."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from foveate.service.tracing import Tracing
from photos import write_photo

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_without_a_place_to_send_them_there_are_no_traces(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)  # nothing of it may be imported
    for environment in ({}, ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}):
        tracing = Tracing.of_environment(environment)
        with tracing.request("GET", {}) as tell, tracing.step("read"):
            tell(200, source="a")
        tracing.close()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "foveate"),
        ({"OTEL_SERVICE_NAME": "pictures"}, "pictures"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=pictures"}, "pictures"),
    ],
)
def test_the_service_is_called_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    module = "opentelemetry.exporter.otlp.proto.http"
    pytest.importorskip(module, reason="the exporter of OpenTelemetry is not installed")
    for variable, value in (ENDPOINT | variables).items():
        monkeypatch.setenv(variable, value)
    tracing = Tracing.of_environment(ENDPOINT | variables)
    assert tracing._provider is not None
    assert tracing._provider.resource.attributes["service.name"] == name
    tracing.close()


def test_what_traces_need_is_named_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = "opentelemetry.exporter.otlp.proto.http"
    for missing in (f"{exporter}.trace_exporter", exporter, "opentelemetry"):
        monkeypatch.setitem(sys.modules, missing, None)
    with caplog.at_level(logging.WARNING, "foveate"):
        tracing = Tracing.of_environment(ENDPOINT)
    assert "foveate[otel]" in caplog.text
    with tracing.request("GET", {}) as tell:
        tell(200)


def traced(folder: Path, **settings: Any) -> tuple[Any, Any]:
    """A client of a service of a folder's pictures, and where its spans are kept."""
    pytest.importorskip("opentelemetry.sdk", reason="opentelemetry-sdk is not installed")
    pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
    pytest.importorskip("httpx2", reason="httpx2 is not installed")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from starlette.testclient import TestClient

    from foveate.service.app import Service
    from foveate.service.configuration import Configuration

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    configuration = Configuration.gathered(
        {"unsigned": True, "root": str(folder), "workers": 1, **settings}, environment={}
    )
    service = Service(configuration, log=False, tracing=Tracing(provider))
    return TestClient(service.application()), exporter


def test_traces_tell_no_secrets_of_addresses(tmp_path: Path) -> None:
    client, exporter = traced(tmp_path, allow_private=True)
    for place in ("me:secret%40127.0.0.1/a.jpg", "127.0.0.1:1/a.jpg%3Ftoken=secret"):
        client.get(f"/unsigned/plain/http://{place}")
    spans = exporter.get_finished_spans()
    assert {each.attributes.get("foveate.source") for each in spans} == {
        None,
        "http://127.0.0.1/a.jpg",
        "http://127.0.0.1:1/a.jpg",
    }
    assert "secret" not in "".join(each.to_json() for each in spans)


def test_a_request_that_the_service_could_not_answer_is_marked_as_an_error(tmp_path: Path) -> None:
    client, exporter = traced(tmp_path, allow_private=True)
    marks = []
    for place in ("local:///none.png", "http://127.0.0.1:1/a.jpg"):  # the second answers with 502
        exporter.clear()
        client.get(f"/unsigned/plain/{place}")
        marks.append(exporter.get_finished_spans()[-1].status.is_ok)
    assert marks == [True, False]


def test_a_request_is_a_trace_with_its_parts(tmp_path: Path) -> None:
    write_photo(tmp_path / "photo.png")
    opened, exporter = traced(tmp_path)
    path = "/unsigned/map:none/tune:fidelity/w:32/plain/local:///"
    with opened as client:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert client.get(f"{path}photo.png@jpg", headers=headers).status_code == 200
        spans: dict[str, Any] = {each.name: each for each in exporter.get_finished_spans()}
        assert set(spans) == {"GET picture", "read", "render"}
        whole = spans["GET picture"]
        assert f"{whole.context.trace_id:032x}" == TRACE
        assert f"{whole.parent.span_id:016x}" == PARENT
        assert spans["read"].parent.span_id == whole.context.span_id
        assert spans["render"].parent.span_id == whole.context.span_id
        told = dict(whole.attributes)
        assert told["http.response.status_code"] == 200
        assert told["foveate.source"] == "local:///photo.png"
        assert told["foveate.source_bytes"] == (tmp_path / "photo.png").stat().st_size
        exporter.clear()
        assert client.get(f"{path}none.png@jpg").status_code == 404
        read, whole = exporter.get_finished_spans()
        assert (read.name, whole.name) == ("read", "GET picture")
        assert whole.attributes["foveate.said"] == "none.png: no such file"
