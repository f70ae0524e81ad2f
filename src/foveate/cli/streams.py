"""- on the command line: a picture from stdin, and a result to stdout."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from foveate.cli.input_files import STREAM
from foveate.errors import OptionError, OutputError, PictureError, printable


def goes_to_stdout(inputs: Sequence[str], output: str | None) -> bool:
    """Whether the result goes to stdout: as -o says, or since the picture came from stdin."""
    return output == STREAM or (output is None and STREAM in inputs)


def check_stdout(*, several: bool, as_json: bool) -> None:
    """Raises OptionError where stdout cannot take the result. several: whether there are more."""
    if several:
        raise OptionError("stdout takes one result; give -o DIR for several")
    if as_json:
        raise OptionError("--json and the result cannot both go to stdout; give -o FILE")


def input_name(path: Path) -> str:
    """What messages call a picture."""
    return "<stdin>" if str(path) == STREAM else printable(path)


def input_bytes(path: Path, *, most: int) -> bytes:
    """The bytes of a picture's file, or of stdin. Raises PictureError for more than `most`."""
    from foveate.pictures.file_bytes import file_bytes, stream_bytes

    if str(path) != STREAM:
        return file_bytes(path, input_name(path), most=most)
    if sys.stdin.isatty():
        raise PictureError("-: stdin is a terminal; send a picture's bytes to it, as < photo.png")
    return stream_bytes(sys.stdin.buffer, input_name(path), most=most)


def to_stdout(data: bytes) -> None:
    """Writes a result to stdout. Raises OutputError where that is a terminal."""
    if sys.stdout.isatty():
        raise OutputError("-: stdout is a terminal; redirect it to a file, or give -o FILE")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
