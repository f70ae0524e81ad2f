"""The native core where the system gives few threads or little memory."""

from __future__ import annotations

import subprocess
import sys
import textwrap

PRELUDE = """
    import resource
    from pathlib import Path
    import numpy as np
    from foveate import native

    def allow(more_bytes):
        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + more_bytes, resource.RLIM_INFINITY))

"""


def in_another_process(script: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(PRELUDE) + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_fewer_threads_than_asked_for_do_the_work() -> None:
    done = in_another_process(
        """
        pixels = np.random.default_rng(0).integers(0, 256, (2048, 64), dtype=np.uint8)
        expected = native.forward(pixels, False, 1)[0]
        allow(40 << 20)  # room for the stacks of a few threads, not of 200
        found = native.forward(pixels, False, 200)[0]
        print(np.array_equal(found, expected))
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_too_little_memory_is_an_error_that_can_be_caught() -> None:
    done = in_another_process(
        """
        pixels = np.zeros((256, 65_500, 3), np.uint8)
        for threads in (1, 4):
            for room in (16, 100, 120, 400):  # MiB; coefficients take 96, a thread's strips 12
                allow(room << 20)
                try:
                    native.forward(pixels, True, threads)
                except MemoryError:
                    pass
        print("caught")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "caught\n", "")
