"""What the README tells a reader to type works."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tiny_packs import write_classes
from tiny_sets import write_mask_shard

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_python_example_runs(tmp_path):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    sample = (ROOT / "examples" / "astronaut.png").read_bytes()
    (tmp_path / "photo.png").write_bytes(sample)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "photo.jpg").stat().st_size < len(sample) / 4


def test_the_commands_run(tmp_path):
    sample = (ROOT / "examples" / "astronaut.png").read_bytes()
    (tmp_path / "photo.png").write_bytes(sample)
    (tmp_path / "photo.jpg").write_bytes(sample)
    (tmp_path / "holiday").mkdir()
    with Image.open(io.BytesIO(sample)) as image:
        image.crop((150, 20, 310, 180)).save(tmp_path / "holiday" / "photo.png")
    commands = re.findall(r"^\$ foveate (.*)$", README, re.MULTILINE)
    assert len(commands) >= 5
    for part in ("train", "test"):
        write_mask_shard(tmp_path / "data" / "duts", part, count=4)
    write_classes(tmp_path / "data" / "caltech101", 10)
    environment = {**os.environ, "COLUMNS": "100", "FOVEATE_MODELS": str(tmp_path / "models")}
    for command in commands:
        words = command.split()
        if words[:2] == ["compress", "photo.jpg"]:
            words += ["-o", "sized.jpg"]
        if words[0] == "train":  # for one step; the export comes next
            words = [*words[: words.index("--steps")], "--steps", "1", "--no-export"]
        if words[:2] == ["reproduce", "thesis"]:  # the smallest network, once
            words = [*words[: words.index("--epochs")], "--epochs", "1", "--only", "resnet"]
        done = subprocess.run(
            [sys.executable, "-m", "foveate", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
