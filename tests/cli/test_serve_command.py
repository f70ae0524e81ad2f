"""`foveate serve` as a person starts and stops it."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import numpy as np
import pytest
from PIL import Image

from foveate.cli.serve import told


def test_without_the_extra_one_line_names_it(foveate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("foveate.web.", "starlette"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    run = foveate("serve", "--no-browser")
    assert run.code == 1
    needs = "foveate: foveate serve needs more than is installed: pip install 'foveate[web]'\n"
    assert run.err == needs


def test_a_port_in_use_is_one_line(foveate: Any) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    pytest.importorskip("starlette", reason="starlette is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = foveate("serve", "--no-browser", "--port", str(port))
    assert run.code == 2
    assert run.err.count("\n") == 1
    assert f"--port {port}: is in use" in run.err


def test_an_address_of_another_machine_is_one_line(foveate: Any) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    pytest.importorskip("starlette", reason="starlette is not installed")
    run = foveate("serve", "--no-browser", "--host", "192.0.2.1", "--port", "0")
    assert run.code == 2
    assert "--host 192.0.2.1: is no address of this machine" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(("host", "lines"), [("0.0.0.0", 3), ("::", 3), ("127.0.0.1", 2)])
def test_where_all_addresses_are_listened_on_other_machines_are_told_theirs(
    host: str, lines: int
) -> None:
    said = told("http://127.0.0.1:8765/#token", host=host).splitlines()
    assert len(said) == lines
    assert any("this machine's address in place of 127.0.0.1" in line for line in said) == (
        lines == 3
    )


def encode(home: str, token: str) -> None:
    """Has the server begin with an exact file that takes long, and does not wait for it."""
    headers = {"foveate-token": token}
    pixels = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "BMP")
    adding = urllib.request.Request(f"{home}api/pictures", file.getvalue(), headers)
    with urllib.request.urlopen(adding) as added:
        picture = json.load(added)["id"]
    host = home.removeprefix("http://").removesuffix("/")
    asking = http.client.HTTPConnection(host)
    asking.request("POST", f"/api/pictures/{picture}/file", b"{}", headers)
    with urllib.request.urlopen(  # answered while the file is being made
        urllib.request.Request(f"{home}api/pictures/{picture}/heat", headers=headers)
    ) as heat:
        assert heat.read().startswith(b"\x89PNG")


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_it_prints_its_address_answers_and_stops_at_ctrl_c_while_it_encodes() -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    pytest.importorskip("starlette", reason="starlette is not installed")
    command = [sys.executable, "-m", "foveate", "serve", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        found = re.search(r"(http://127\.0\.0\.1:\d+/)#(\S+)", server.stdout.readline())
        assert found is not None
        home, token = found[1], found[2]
        with urllib.request.urlopen(home) as page:
            assert "<title>Foveate</title>" in page.read().decode()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{home}api/choices")
        asked = urllib.request.Request(f"{home}api/choices", headers={"foveate-token": token})
        with urllib.request.urlopen(asked) as choices:
            assert b'"formats"' in choices.read()
        encode(home, token)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=60)
    assert server.returncode == 130
    assert said == ""
