"""`foveate batch` as a process of its own: started for a store, looked at, and killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.errors import FoveateError
from foveate_research.bench.batch.store_server import KEY
from foveate_research.bench.processes import children


@dataclass
class Run:
    """A call of `foveate batch`. number: of the process."""

    process: asyncio.subprocess.Process

    @property
    def number(self) -> int:
        return self.process.pid

    def workers(self) -> list[int]:
        """The processes that do its pictures."""
        return children(self.process.pid)

    def kill(self) -> None:
        """Ends it as a power cut would, and its workers with it."""
        self.process.send_signal(signal.SIGKILL)

    async def summary(self) -> dict[str, Any]:
        """What it told at its end, with its exit code. Raises FoveateError where it did not."""
        said, _ = await self.process.communicate()
        lines = said.decode().splitlines()
        if not lines or "summary" not in (last := json.loads(lines[-1])):
            raise FoveateError("a run of 'foveate batch' ended without a summary")
        found: dict[str, Any] = last["summary"] | {"exit_code": self.process.returncode}
        return found


async def started(
    source: str, target: str, *, port: int | None, manifest: Path | None, options: Sequence[str]
) -> Run:
    """A run. port: of the proxy, where the places are stores."""
    words = [sys.executable, "-m", "foveate", "batch", source, target, *options, "--json"]
    if manifest is not None:
        words += ["--manifest", str(manifest)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if port is not None:
        environment |= {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_REGION": "us-east-1",
        }
    return Run(
        await asyncio.create_subprocess_exec(
            *words, env=environment, stdout=asyncio.subprocess.PIPE, limit=1 << 26
        )
    )
