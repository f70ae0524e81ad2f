"""scripts/audit ends with a code that tells: no hole, a hole, or no answer, within its time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FAKE = """#!/bin/sh
case "$2" in pip_audit) {does} ;; esac
"""

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("timeout") is None or shutil.which("g++") is None,
    reason="bash, timeout or g++ is missing",
)


def audited(folder: Path, does: str) -> subprocess.CompletedProcess[str]:
    """The script's end where its environment's Python does this in place of pip-audit."""
    python = folder / ".venv-audit" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE.format(does=does))
    python.chmod(0o755)
    (folder / "scripts").mkdir()
    for name in ("audit", "environment"):
        shutil.copy(ROOT / "scripts" / name, folder / "scripts" / name)
    return subprocess.run(
        [str(folder / "scripts" / "audit")],
        env={**os.environ, "AUDIT_SECONDS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("does", "code", "told"),
    [
        ("echo No known vulnerabilities found", 0, "No known vulnerabilities found"),
        ("echo Found 2 known vulnerabilities in 1 package; exit 1", 1, "Found 2 known"),
        ("echo Traceback; echo ConnectionError: refused; exit 1", 3, "ConnectionError: refused"),
        ("exec sleep 60", 3, "did not come within 1 seconds"),
    ],
)
def test_the_exit_code_tells_what_is_known(does: str, code: int, told: str, tmp_path: Path) -> None:
    ended = audited(tmp_path, does)
    assert ended.returncode == code
    assert told in ended.stdout + ended.stderr
    if code == 3:
        assert ended.stderr.count("\n") == 1
        assert ended.stderr.startswith("scripts/audit: no answer: ")
