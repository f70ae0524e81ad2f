"""Maps of strangers: the same decoders as for pictures, no larger than allowed, devices refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foveate import Limits, MapError, read_picture
from foveate.saliency.given import map_from_file

PICTURE = read_picture(np.zeros((48, 64, 3), np.uint8))


def refusal(path: Path, **limits: int) -> str:
    with pytest.raises(MapError) as caught:
        map_from_file(path, PICTURE, limits=Limits(**limits))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def test_a_file_that_other_programs_would_draw_is_no_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import EpsImagePlugin

    def started(*_: object, **__: object) -> None:
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    path = tmp_path / "map.png"
    Image.new("L", (64, 48)).save(path, "EPS")
    assert "cannot be read as a map" in refusal(path)


def test_a_device_is_refused(tmp_path: Path) -> None:
    for name in ("zeros.npy", "zeros.png"):
        (tmp_path / name).symlink_to("/dev/zero")
        assert "is a device" in refusal(tmp_path / name)


def test_maps_are_within_the_limits_of_pixels_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    Image.new("L", (64, 48)).save(path)
    assert "over the limit" in refusal(path, pixels=64 * 48 - 1)
    assert "the limit" in refusal(path, bytes=path.stat().st_size - 1)
    assert map_from_file(path, PICTURE, limits=Limits(pixels=64 * 48)).width == 64


@pytest.mark.parametrize(
    "data",
    [
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (480000, 640000)}", b"12345678"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-48, -64)}", bytes(8 * 48 * 64)),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (48, 64)}", bytes(8 * 48 * 64)),
        npy("{'descr': '|V0', 'fortran_order': False, 'shape': (48, 64)}"),
        npy("{'descr': '<f8', 'shape': (48, 64)}"),
        npy("__import__('os').getpid()"),
        b"\x93NUMPY\x03\x00\x04\x00\x00\x00{}  ",
        b"\x93NUMPY",
        b"PK\x05\x06" + bytes(18),
        b"",
    ],
)
def test_a_damaged_array_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "map.npy"
    path.write_bytes(data)
    assert "cannot be read as a map" in refusal(path)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_read_as_numpy_wrote_it(tmp_path: Path, order: str) -> None:
    numbers = np.asarray(np.random.default_rng(0).random((48, 64)), order=order)  # type: ignore[call-overload]
    np.save(tmp_path / "map.npy", numbers)
    values = map_from_file(tmp_path / "map.npy", PICTURE).values
    np.testing.assert_allclose(values, numbers.astype(np.float32), atol=1e-6)


def test_numbers_that_overflow_are_refused_without_a_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    for number in (np.longdouble("1e4000"), np.float16("inf"), np.float32("nan")):
        np.save(tmp_path / "map.npy", np.full((48, 64), number))
        assert "NaN or infinity" in refusal(tmp_path / "map.npy")
    assert [str(each.message) for each in recwarn] == []
