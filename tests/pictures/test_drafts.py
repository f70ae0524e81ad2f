"""Drafts of killed runs are swept, those in use stay, and a replaced file's attributes are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from foveate.pictures import sweep_drafts, write_atomically
from foveate.pictures.drafts import draft_path, open_draft


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_draft_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from foveate.pictures import writing

        def killed(*_):
            os.kill(os.getpid(), 9)

        writing._place_new = killed
        writing.write_atomically(sys.argv[1], b"half of a run", overwrite=False)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "a.jpg")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    (left,) = names(tmp_path)
    assert left.startswith(".foveate-")
    assert sweep_drafts([tmp_path, tmp_path / "missing"]) == 1
    assert names(tmp_path) == []


def test_a_draft_that_is_being_filled_is_not_swept(tmp_path: Path) -> None:
    draft = draft_path(tmp_path)
    with open_draft(draft):
        assert sweep_drafts([tmp_path]) == 0
        assert draft.exists()
    assert sweep_drafts([tmp_path]) == 1


def test_files_of_others_are_not_swept(tmp_path: Path) -> None:
    kept = [".foveate-notes.tmp", ".foveate-0123456789abcdef.tmp.jpg", "a.tmp"]
    for name in kept:
        (tmp_path / name).touch()
    (tmp_path / ".foveate-0123456789abcdef.tmp").symlink_to(tmp_path / "a.tmp")
    assert sweep_drafts([tmp_path]) == 0
    assert names(tmp_path) == sorted([*kept, ".foveate-0123456789abcdef.tmp"])


def test_a_draft_that_was_swept_while_it_was_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_path(tmp_path)
    real, calls = os.open, []

    def opened_and_swept(*arguments: object) -> int:
        number = real(*arguments)  # type: ignore[arg-type]
        calls.append(number)
        if len(calls) == 1:
            os.unlink(draft)
        return number

    monkeypatch.setattr(os, "open", opened_and_swept)
    with open_draft(draft) as file:
        file.write(b"whole")
    assert draft.read_bytes() == b"whole"
    assert len(calls) == 2


def test_a_replaced_file_keeps_its_mode_owner_and_attributes(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"old")
    file.chmod(0o640)
    kept = {}
    try:
        os.setxattr(file, "user.rating", b"5")
        kept = {"user.rating": b"5"}
    except OSError:
        pass  # a disk without extended attributes
    write_atomically(file, b"new", overwrite=True, times=(10**18 + 1, 10**18 + 7))
    after = file.stat()
    assert file.read_bytes() == b"new"
    assert after.st_mode & 0o777 == 0o640
    assert after.st_mtime_ns == 10**18 + 7
    assert {name: os.getxattr(file, name) for name in os.listxattr(file)} == kept
