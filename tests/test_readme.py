"""What the README tells a reader to type works."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

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
    (tmp_path / "holiday").mkdir()
    with Image.open(io.BytesIO(sample)) as image:
        image.save(tmp_path / "photo.jpg", quality=98)
        image.crop((150, 20, 310, 180)).save(tmp_path / "holiday" / "photo.png")
    commands = re.findall(r"^\$ foveate (.*)$", README, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        words = command.split()
        done = subprocess.run(
            [sys.executable, "-m", "foveate", *words], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / page).read_text()):
        assert (ROOT / target).exists(), target
