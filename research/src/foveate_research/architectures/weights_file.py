"""A local file with a network's weights: read without running what it holds, checked by shape."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foveate.errors import MissingExtraError, ModelError, printable

SAFETENSORS = ".safetensors"
INSIDE = ("state_dict_ema", "model_ema", "state_dict", "model")  # where checkpoints keep weights
COUNTED = "num_batches_tracked"  # of batch norms; older files are without


@dataclass(frozen=True)
class WeightsFile:
    """A file by name and hash. path: where it lies; None where only a record tells of it."""

    file: str
    sha256: str
    path: Path | None = None

    @classmethod
    def at(cls, path: Path) -> WeightsFile:
        """The file that lies there. Raises ModelError."""
        shown = printable(path)
        try:
            if path.exists() and not path.is_file():
                raise ModelError(f"{shown}: is no regular file; give a file of weights")
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            why = error.strerror or str(error)
            raise ModelError(f"{shown} cannot be read: {why}") from error
        return cls(path.name, digest, path)

    def told(self) -> dict[str, str]:
        """As a record tells of it."""
        return {"file": self.file, "sha256": self.sha256}

    def tensors(self) -> dict[str, Tensor]:
        """The weights by name, at least one. No code of the file is run.

        Raises ModelError for another file, MissingExtraError for .safetensors without its library.
        """
        if self.path is None:
            raise ModelError(f"{printable(self.file)} is known by its record only: give the file")
        where = printable(self.path)
        try:
            found: Any = _read(self.path)
        except MissingExtraError:
            raise
        except Exception as error:  # a file of any other kind makes torch raise nearly anything
            raise ModelError(
                f"{where} cannot be read as weights: give .safetensors, or .pth of tensors alone"
            ) from error
        for name in INSIDE:
            if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
                found = found[name]
        if (
            not isinstance(found, Mapping)
            or not found
            or not all(isinstance(value, Tensor) for value in found.values())
        ):
            raise ModelError(f"{where} holds no tensors by name: give a network's state_dict")
        return {str(name).removeprefix("module."): value for name, value in found.items()}

    def misfit(
        self, network: str, wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]
    ) -> ModelError:
        """What does not fit: what is missing, what has another shape, what nothing asked for."""
        missing = [name for name in wanted if name not in found and not name.endswith(COUNTED)]
        shaped = [
            name for name in wanted if name in found and _shape(wanted, name) != _shape(found, name)
        ]
        reasons = []
        if missing:
            reasons.append(f"it lacks {_listed(missing)}")
        if shaped:
            first = shaped[0]
            reasons.append(
                f"{_listed(shaped)} is {_shape(found, first)} in place of {_shape(wanted, first)}"
            )
        if strange := [name for name in found if name not in wanted]:
            reasons.append(f"nothing takes {_listed(strange)}")
        why = "; ".join(reasons) or "its tensors cannot be put into it"
        where = printable(self.path or self.file)
        return ModelError(f"{where} does not fit {network}: {why}")


def _read(path: Path) -> Any:
    if path.suffix.lower() == SAFETENSORS:
        try:
            from safetensors.torch import load_file
        except ImportError as error:
            raise MissingExtraError(f"reading {SAFETENSORS}", "foveate-research[trunks]") from error
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _shape(weights: Mapping[str, Tensor], name: str) -> str:
    return "x".join(map(str, weights[name].shape)) or "a single number"


def _listed(names: list[str]) -> str:
    """The first name, and how many follow it."""
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return printable(names[0]) + rest
