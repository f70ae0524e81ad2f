"""A file is written whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from foveate.errors import OutputError
from foveate.pictures import write_atomically


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def refusal(path: Path | str, *, overwrite: bool = False) -> str:
    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"new", overwrite=overwrite)
    text = str(caught.value)
    assert "\n" not in text
    return text


def in_another_process(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_bytes_arrive_and_nothing_else(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.jpg", b"picture", overwrite=False)
    assert contents(tmp_path) == {"a.jpg": b"picture"}


def test_an_existing_file_stays_unless_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"old")
    assert "exists already; use `overwrite=True`" in refusal(file)
    assert contents(tmp_path) == {"a.jpg": b"old"}
    write_atomically(file, b"new", overwrite=True)
    assert contents(tmp_path) == {"a.jpg": b"new"}


def test_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "nowhere.jpg")
    assert "exists already" in refusal(link)


def test_overwriting_follows_a_link_and_keeps_it(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jpg", tmp_path / "link.jpg"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new", overwrite=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a.jpg", b"", overwrite=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.jpg").stat().st_mode) == 0o640


def test_an_overwritten_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.touch()
    file.chmod(0o604)
    write_atomically(file, b"new", overwrite=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


@pytest.mark.parametrize("overwrite", [False, True])
def test_places_that_cannot_be_written_are_named_with_the_mend(
    tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "file").touch()
    for path, words in (
        (tmp_path / "none" / "a.jpg", "its folder does not exist"),
        (tmp_path / "file" / "a.jpg", "its folder is a file"),
        (tmp_path / ("n" * 300), "name is too long"),
        (f"{tmp_path}/nul\0l.jpg", "cannot be written"),
    ):
        message = refusal(path, overwrite=overwrite)
        assert words in message
        assert message.startswith(str(path).replace("\0", "\\x00"))
    assert contents(tmp_path) == {"file": b""}


def test_a_folder_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    assert "it is a folder" in refusal(tmp_path, overwrite=True)
    assert "not a regular file" in refusal(os.devnull, overwrite=True)


@pytest.mark.parametrize("name", ["n" * 255, "ü 東京 \n.jpg", "-o.jpg"])
def test_any_name_that_the_disk_takes_can_be_written(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"x", overwrite=False)
    assert contents(tmp_path) == {name: b"x"}


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "old.jpg").write_bytes(b"old")
    done = in_another_process(
        """
        import resource, sys
        from foveate.errors import OutputError
        from foveate.pictures import write_atomically

        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        for name, overwrite in (("new.jpg", False), ("old.jpg", True)):
            try:
                write_atomically(f"{sys.argv[1]}/{name}", bytes(5000), overwrite=overwrite)
            except OutputError as error:
                print(error)
        """,
        str(tmp_path),
    )
    assert done.stderr == ""
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [
        f"{tmp_path}/new.jpg",
        f"{tmp_path}/old.jpg",
    ]
    assert contents(tmp_path) == {"old.jpg": b"old"}


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    # The kernel's signal for a file that grows too large comes within the write, as Ctrl-C may.
    done = in_another_process(
        """
        import resource, signal, sys
        from foveate.pictures import write_atomically

        signal.signal(signal.SIGXFSZ, signal.default_int_handler)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write_atomically(sys.argv[1] + "/a.jpg", bytes(1_000_000), overwrite=False)
        except KeyboardInterrupt:
            print("interrupted")
        """,
        str(tmp_path),
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
    assert contents(tmp_path) == {}


def test_a_disk_without_hard_links_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    write_atomically(tmp_path / "a.jpg", b"new", overwrite=False)
    assert "exists already" in refusal(tmp_path / "a.jpg")
    assert contents(tmp_path) == {"a.jpg": b"new"}


def test_a_file_that_appears_meanwhile_stays_on_a_disk_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.jpg"

    def refused(*_: object) -> None:
        target.write_bytes(b"another's")
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    assert "exists already" in refusal(target)
    assert contents(tmp_path) == {"a.jpg": b"another's"}
