"""The recipes of docs/service-recipes.md run, and ask the service for what they say."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import foveate
from foveate.service.grammar import parsed
from foveate.service.signature import SigningKey, check_signature
from photos import photo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "service-recipes.md"
KEY, SALT = "ab" * 32, "cd" * 16
SOURCES = ("/holiday.jpg", "https://example.com/a b@2x.jpg?v=1&w=50%25#x", "/grün/ß.png")
TRIED = """
import loader, {{ servicePath }} from "./foveate-loader.mjs";
import {{ signed }} from "./foveate-sign.mjs";
const asked = {sources}.map((src) => ({{ src, width: 640, quality: 60 }}));
const plain = servicePath({{ src: "/a.jpg", width: 32 }});
const told = {{ loaded: asked.map(loader), signed: asked.map(servicePath).map(signed), plain }};
console.log(JSON.stringify(told));
"""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_loader_and_the_signer_ask_for_what_next_wants(tmp_path: Path) -> None:
    for name, text in zip(("loader", "sign"), blocks("js"), strict=True):
        (tmp_path / f"foveate-{name}.mjs").write_text(text, encoding="utf-8")
    (tmp_path / "tried.mjs").write_text(TRIED.format(sources=json.dumps(SOURCES)), "utf-8")
    secrets = {"FOVEATE_SERVICE_KEYS": f"{KEY},{'00' * 32}", "FOVEATE_SERVICE_SALTS": f"{SALT},00"}
    run = subprocess.run(
        ["node", "tried.mjs"], cwd=tmp_path, env={**os.environ, **secrets}, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    keys = [SigningKey.of_hex(KEY, SALT)]
    for source, loaded, path in zip(SOURCES, told["loaded"], told["signed"], strict=True):
        expected = source if source.startswith("http") else f"local://{source}"
        assert loaded.startswith("http://127.0.0.1:8080/unsigned/")
        for each in (loaded.removeprefix("http://127.0.0.1:8080"), path):
            found = parsed(each)
            assert found.source == expected
            assert (found.wanted.width, found.wanted.quality) == (640, 60)
            assert found.wanted.format is None
        check_signature(found.signature, found.signed, keys)
    assert parsed(f"/-{told['plain']}").wanted.quality == 75


class Point(SimpleNamespace):
    def __init__(self, x: float, y: float, **others: Any) -> None:
        super().__init__(x=x, y=y, **others)


def recipe(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of thumbor's recipe; where thumbor is not installed, over stand-ins."""
    try:
        import thumbor  # noqa: F401
    except ImportError:
        parts = {
            "thumbor": {},
            "thumbor.detectors": {"BaseDetector": object},
            "thumbor.engines": {},
            "thumbor.engines.pil": {"Engine": type("Engine", (), {"read": lambda *_: b"pillow"})},
            "thumbor.point": {"FocalPoint": Point},
        }
        for name, values in parts.items():
            module = ModuleType(name)
            vars(module).update(values)
            monkeypatch.setitem(sys.modules, name, module)
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)
    return names


def test_thumbors_detector_and_engine_look_at_the_picture_and_compress_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = recipe(monkeypatch)
    pixels = photo(96, 128, 0)
    made = object.__new__(names["Engine"])
    made.image, made.extension = Image.fromarray(pixels), ".jpg"
    made.context = SimpleNamespace(config=SimpleNamespace(QUALITY=60))
    assert made.read(".jpg") == foveate.compress(pixels, quality=60).data

    request = SimpleNamespace(focal_points=[])
    detector = object.__new__(names["Detector"])
    detector.context = SimpleNamespace(modules=SimpleNamespace(engine=made), request=request)
    asyncio.run(detector.detect())
    weights = np.zeros((8, 8))
    for point in request.focal_points:
        weights[int(point.y) // 12, int(point.x) // 16] = point.weight
    assert weights.max() == 1
    seen = foveate.saliency_map(pixels).values
    y, x = np.unravel_index(seen.argmax(), seen.shape)
    assert weights[min(7, 8 * y // seen.shape[0]), min(7, 8 * x // seen.shape[1])] > 0.5
