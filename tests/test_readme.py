"""The README's example in Python runs, and links lead somewhere. Its commands are run in
research/tests/pages/test_code_blocks.py, with those of all pages.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_python_example_runs(tmp_path):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    sample = (ROOT / "examples" / "astronaut.png").read_bytes()
    (tmp_path / "photo.png").write_bytes(sample)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "smaller.jpg").stat().st_size < len(sample) / 4


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / page).read_text()):
        assert (ROOT / target).exists(), target
