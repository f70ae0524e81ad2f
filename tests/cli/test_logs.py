"""The log of a batch on a disk that has no room for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from foveate.cli.batch.log import Log

WRITES_UNDER_A_LIMIT = """
import resource, signal, sys
from pathlib import Path
from foveate.cli.batch.log import Log
from foveate.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
log = Log(Path(sys.argv[1]))
try:
    for number in range(9):
        log.write({"number": number})
except OutputError as error:
    print(error)
"""


def written_under(most_bytes: int, path: Path) -> str:
    """Writes lines to a log that has room for so many bytes; gives the message."""
    words = [sys.executable, "-c", WRITES_UNDER_A_LIMIT, str(path), str(most_bytes)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_a_log_without_room_for_a_line_is_not_left_empty(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert "log.jsonl: cannot be written: " in written_under(5, path)
    assert not path.exists()


def test_no_part_of_a_line_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    Log(path).write({"before": True})
    said = written_under(path.stat().st_size + 20, path)
    assert said.endswith("the file is larger than may be written here; write elsewhere\n")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"before": True}, {"number": 0}]


def test_a_log_may_be_a_device() -> None:
    Log(Path("/dev/null")).write({"number": 1})
