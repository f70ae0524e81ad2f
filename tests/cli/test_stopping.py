"""Signals that ask a command to stop, whatever it is doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import pytest

from foveate.cli import main as front_end
from foveate.cli import stopping
from foveate.models.interruptions import signals_wait

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_raises_and_has_its_exit_code(number: int) -> None:
    before = signal.getsignal(number)
    with stopping.stoppable():
        assert not stopping.asked()
        with pytest.raises(stopping.Stopped):
            signal.raise_signal(number)
        assert stopping.exit_code() == 128 + number
    assert signal.getsignal(number) == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopping.stoppable():
            signal.raise_signal(signal.SIGHUP)
        assert not stopping.asked()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_stop_that_a_destructor_swallowed_is_neither_printed_nor_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Stops:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    with stopping.stoppable():
        Stops()
        assert stopping.asked()
        with pytest.raises(stopping.Stopped):
            stopping.check()
    assert capsys.readouterr().err == ""


def test_a_forked_child_ends_by_the_signals_as_it_would_without_us() -> None:
    with stopping.stoppable():
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGTERM


def test_signals_wait_while_a_native_module_is_imported() -> None:
    ended = []

    def imported() -> None:
        with signals_wait():
            signal.raise_signal(signal.SIGTERM)
            ended.append(True)

    with stopping.stoppable(), pytest.raises(stopping.Stopped):
        imported()
    assert ended == [True]


def test_an_import_that_a_stop_broke_ends_without_a_trace(
    foveate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt as stop:
            raise ImportError("numpy.core.multiarray failed to import") from stop

    broken = types.ModuleType("foveate._compress")
    broken.__getattr__ = interrupted  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "foveate._compress", broken)
    Path("a.png").touch()
    run = foveate("compress", "a.png")
    assert run.code == 128 + signal.SIGTERM
    assert "Traceback" not in run.err
    assert "multiarray" not in run.err


@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_stopped_while_onnxruntime_is_imported_ends_cleanly(
    tmp_path: Path, number: int
) -> None:
    # The library's place is taken by a module that asks for the stop within its own import.
    (tmp_path / "onnxruntime").mkdir()
    (tmp_path / "onnxruntime" / "__init__.py").write_text(
        f"import os\nos.kill(os.getpid(), {int(number)})\nfor _ in range(1000): pass\n"
        "raise ImportError('half imported')\n"
    )
    script = """
        import sys
        sys.path.insert(0, ".")
        from foveate.cli.main import main
        from photos import write_photo
        write_photo("a.png")
        sys.argv = ["foveate", "compress", "a.png"]
        main()
    """
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 128 + number
    assert "Traceback" not in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["a.png", "onnxruntime"]


def test_wrong_usage_is_told_with_escapes(foveate) -> None:
    run = foveate("compress", "a.png", "--quality", "1\x1b[31m")
    assert run.code == 2
    assert "\x1b" not in run.err
    assert front_end.printable("\x1b") == r"\x1b"
