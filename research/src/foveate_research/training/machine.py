"""The machine that trains: devices, precision, reading processes."""

from __future__ import annotations

import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.fabric.utilities.rank_zero import rank_zero_only

from foveate.errors import OptionError, printable


@dataclass(frozen=True)
class Machine:
    """Lightning's flags. devices: how many, or "auto"; workers: processes that read ahead.

    accumulate: batches whose gradients make one step.
    """

    accelerator: str = "auto"
    devices: str = "1"
    strategy: str = "auto"
    precision: str = "32-true"
    workers: int | None = None
    threads: int | None = None
    accumulate: int = 1

    def trainer_flags(self) -> dict[str, Any]:
        devices = int(self.devices) if self.devices.lstrip("-").isdigit() else self.devices
        return {
            "accelerator": self.accelerator,
            "devices": devices,
            "strategy": self.strategy,
            "precision": self.precision,
        }

    def check(self) -> None:
        """OptionError where Lightning refuses these, or this machine has no such device."""
        quiet()
        try:
            lightning.Trainer(**self.trainer_flags(), logger=False, enable_checkpointing=False)
        except (ValueError, TypeError, RuntimeError, MisconfigurationException) as error:
            usual = Machine().trainer_flags()
            asked = {name: v for name, v in self.trainer_flags().items() if v != usual[name]}
            flags = " ".join(f"--{name} {value}" for name, value in (asked or usual).items())
            why = " ".join(str(error).split())
            raise OptionError(f"{printable(flags)}: {why}") from error

    def reading_processes(self) -> int:
        """As asked; beside a GPU some, which a processor has no cores to spare for."""
        if self.workers is not None:
            return self.workers
        return min(8, os.cpu_count() or 1) if torch.cuda.is_available() else 0


def fastest_precision() -> str:
    """bf16-mixed where this machine multiplies bfloat16 in hardware, else 32-true."""
    return "bf16-mixed" if _has_fast_bfloat16() else "32-true"


def _has_fast_bfloat16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "amx_bf16" in flags


def is_first_process() -> bool:
    """Whether this one of all devices' processes is the one that tells and writes."""
    return int(getattr(rank_zero_only, "rank", 0) or 0) == 0


def quiet() -> None:
    """Lightning's advice is for those who write trainings."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    for about in (
        ".*does not have many workers.*",
        ".*but have no `validation_step`.*",
        ".*Checkpoint directory .* exists and is not empty.*",
        ".*LeafSpec.*",
        ".*isinstance.treespec.*",
    ):
        warnings.filterwarnings("ignore", message=about)
