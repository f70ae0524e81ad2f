"""Reading pictures disturbs nothing else in the process, and nothing else disturbs it."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import textwrap
import threading
import warnings
from pathlib import Path

import pytest
from PIL import Image

from foveate.errors import PictureError
from foveate.pictures import quiet, read_picture
from foveate.pictures.file_bytes import stream_bytes
from photos import photo, write_photo


def in_another_process(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_file_takes_no_more_memory_than_it_fills(tmp_path: Path) -> None:
    write_photo(tmp_path / "photo.jpg")
    done = in_another_process(
        """
        import resource, sys
        from pathlib import Path
        from foveate.pictures.file_bytes import file_bytes

        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (16 << 20), resource.RLIM_INFINITY))
        print(file_bytes(sys.argv[1]) == Path(sys.argv[1]).read_bytes())
        """,
        str(tmp_path / "photo.jpg"),
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    data = write_photo(tmp_path / "photo.bmp").read_bytes()
    os.mkfifo(tmp_path / "pipe.bmp")
    writer = threading.Thread(target=(tmp_path / "pipe.bmp").write_bytes, args=(data,))
    writer.start()
    picture = read_picture(tmp_path / "pipe.bmp")
    writer.join()
    assert picture.encoded == data


def test_a_stream_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foveate.pictures.file_bytes.MAX_FILE_BYTES", 3 << 20)
    with open("/dev/zero", "rb") as endless, pytest.raises(PictureError, match="larger than"):
        stream_bytes(endless, "endless")


def test_bytes_are_called_as_the_caller_says() -> None:
    with pytest.raises(PictureError, match=r"^upload 7: is not a picture"):
        read_picture(b"no picture at all", name="upload 7")


def test_the_filters_of_warnings_are_left_as_found() -> None:
    # Two reads overlap: the one that began first ends first, which catch_warnings cannot undo.
    before = list(warnings.filters)
    first, second = quiet.without_warnings(), quiet.without_warnings()
    inside, leave = threading.Event(), threading.Event()

    def other_thread() -> None:
        with second:
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other_thread)
    with first:
        thread.start()
        inside.wait()
        assert warnings.filters[0][0] == "ignore"
    assert warnings.filters[0][0] == "ignore"
    leave.set()
    thread.join()
    assert warnings.filters == before


def test_a_broken_picture_leaves_the_filters_too() -> None:
    before = list(warnings.filters)
    with pytest.raises(PictureError):
        read_picture(b"\xff\xd8\xff broken")
    assert warnings.filters == before


def test_pillows_own_limit_of_pixels_is_neither_heeded_nor_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    buffer = io.BytesIO()
    Image.fromarray(photo()).save(buffer, "PNG")
    assert read_picture(buffer.getvalue()).width == 64
    assert Image.MAX_IMAGE_PIXELS == 100


def test_a_child_forked_while_another_thread_reads_can_read(tmp_path: Path) -> None:
    # A thread stands inside the reading of a file when the process forks.
    path = write_photo(tmp_path / "photo.png")
    done = in_another_process(
        """
        import os, sys, threading, warnings
        from foveate.pictures import quiet, read_picture

        before = list(warnings.filters)
        holds, leave = threading.Event(), threading.Event()

        def reader():
            with quiet.without_warnings(), quiet._READERS.lock:
                holds.set()
                leave.wait()

        thread = threading.Thread(target=reader)
        thread.start()
        holds.wait()
        child = os.fork()
        if not child:
            picture = read_picture(sys.argv[1])
            os._exit(0 if (picture.width, warnings.filters) == (64, before) else 1)
        for _ in range(200):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            leave.wait(0.05)
        else:
            os.kill(child, 9)
            status = "hangs"
        leave.set()
        print(status)
        """,
        str(path),
    )
    assert done.stdout == "0\n"


def test_twenty_file_handles_are_enough(tmp_path: Path) -> None:
    path = write_photo(tmp_path / "photo.jpg")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 3, before[1]))
    try:
        for _ in range(8):
            read_picture(path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
