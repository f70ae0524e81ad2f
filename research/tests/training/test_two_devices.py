"""`foveate train --devices 2` with two processes of a processor, which agree by gloo."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import torch
from shards import make_data


def test_two_devices_train_one_network(tmp_path):
    make_data(tmp_path / "data", val=1)
    network = ("menet", "--width", "1", "--size", "32", "--batch", "2", "--steps", "2")
    machine = ("--accelerator", "cpu", "--devices", "2", "--threads", "1", "--no-export")
    places = ("--data", str(tmp_path / "data"), "--out", str(tmp_path / "run"))
    words = [sys.executable, "-m", "foveate", "train", *network, *machine, *places]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=200, check=False, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("checkpoint: ") == 1
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert (record["devices"], record["steps"], record["options"]["batch"]) == (2, 2, 2)
    checkpoint = torch.load(tmp_path / "run" / "last.ckpt", weights_only=False)
    assert checkpoint["global_step"] == 2
