"""What tells whether the process of a run still lives, for other runs on the same machine.

Elsewhere only the age of a heartbeat tells. Linux says which start of the machine this is, and when
a process began, so that a number that was given anew is not taken for the process that had it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def own_life() -> dict[str, str]:
    """This process, and the machine that it lives on; empty where the system does not tell."""
    try:
        machine = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        machine += f" {os.readlink('/proc/self/ns/pid')}"  # containers count processes anew
    except OSError:
        return {}
    return {"machine": machine, "process": f"{os.getpid()} {_began(os.getpid())}"}


def has_ended(told: Mapping[str, str]) -> bool:
    """Whether a process of this machine has ended; False also where that cannot be known."""
    own = own_life()
    if not own or told.get("machine") != own["machine"]:
        return False
    number, _, began = told.get("process", "").partition(" ")
    return number.isdigit() and _began(int(number)) != began


def _began(number: int) -> str:
    """When a process began, in Linux' own count; nothing where it has ended."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]  # a dead process may wait for its parent
