"""Run a recipe's training: checkpoint every minute, log, record; a second run goes on."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from foveate.errors import OptionError, printable
from foveate_research.records import cpu_name
from foveate_research.training.card import read_record
from foveate_research.training.choices import option_name
from foveate_research.training.machine import Machine, fastest_precision
from foveate_research.training.recipes import Recipe, Request
from foveate_research.training.timed import TimedTraining

CHECKPOINT_EVERY = datetime.timedelta(minutes=1)


def run_training(
    recipe: Recipe,
    request: Request,
    out: Path,
    *,
    command: str,
    machine: Machine | None = None,
    progress_bar: bool = True,
) -> Path:
    """Train, or go on from OUT/last.ckpt; returns the checkpoint, OUT/record.json beside it.

    Raises DatasetError for a folder without the sets and MissingExtraError without the extra.
    """
    machine = machine or Machine(precision=fastest_precision())
    if machine.threads is not None:
        torch.set_num_threads(machine.threads)
    lightning.seed_everything(request.seed, workers=True, verbose=False)
    prepared = recipe.prepare(request)
    _refuse_another(out, prepared.facts["options"])
    in_channels_last(prepared.module)
    out.mkdir(parents=True, exist_ok=True)
    callbacks: list[Any] = [
        ModelCheckpoint(
            dirpath=out,
            filename="last",
            train_time_interval=CHECKPOINT_EVERY,
            save_on_train_epoch_end=True,
            enable_version_counter=False,
        )
    ]
    if progress_bar:
        callbacks.append(TQDMProgressBar(refresh_rate=20))
    validation: dict[str, Any] = {"limit_val_batches": 0}
    if prepared.validate_every is not None:
        every = datetime.timedelta(minutes=prepared.validate_every)
        validation = {"val_check_interval": every, "check_val_every_n_epoch": None}
    trainer = lightning.Trainer(
        **machine.trainer_flags(),
        accumulate_grad_batches=machine.accumulate,
        max_epochs=-1,
        max_steps=request.steps if request.steps is not None else -1,
        callbacks=callbacks,
        logger=CSVLogger(out, name="log"),
        log_every_n_steps=20,
        gradient_clip_val=2.0,
        num_sanity_val_steps=0,
        enable_progress_bar=progress_bar,
        enable_model_summary=False,
        **validation,
    )
    checkpoint = out / "last.ckpt"
    facts = {
        **prepared.facts,
        "precision": machine.precision,
        "devices": trainer.world_size,
        "accumulate": machine.accumulate,
    }
    tell = trainer.is_global_zero
    if tell:
        _write_record(out, prepared.module, facts, request, command=command)
    trainer.fit(
        prepared.module,
        train_dataloaders=_loader(prepared.batches, machine.reading_processes()),
        val_dataloaders=DataLoader(TensorDataset(torch.zeros(1)), batch_size=None),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    trainer.save_checkpoint(checkpoint)
    if tell:
        _write_record(out, prepared.module, facts, request, command=command)
    return checkpoint


def _refuse_another(out: Path, options: dict[str, Any]) -> None:
    """OptionError where OUT holds a training of other choices, which could not go on."""
    record = out / "record.json"
    if not (out / "last.ckpt").is_file() or not record.is_file():
        return
    before = read_record(out).get("options", options)
    options = json.loads(json.dumps(options))  # as it was written: lists for tuples
    changed = [name for name in {**before, **options} if before.get(name) != options.get(name)]
    if changed:
        raise OptionError(
            f"{printable(out)} was trained with another {option_name(changed[0])}: "
            "choose another --out"
        )


def in_channels_last(module: nn.Module) -> None:
    """Lay out the filters channels last: half again as fast on a processor."""
    for parameter in module.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def _loader(batches: IterableDataset[Any], workers: int) -> DataLoader[Any]:
    """Batches made here, or ahead of their use by processes that share the pictures in memory."""
    shares = workers > 0 and "fork" in multiprocessing.get_all_start_methods()
    return DataLoader(
        batches,
        batch_size=None,
        num_workers=workers,
        multiprocessing_context="fork" if shares else None,
        pin_memory=torch.cuda.is_available(),
    )


def _library_of_trunks() -> dict[str, str]:
    """timm and its version, where a trunk was made by it."""
    timm = sys.modules.get("timm")
    return {} if timm is None else {"timm": str(getattr(timm, "__version__", ""))}


def _write_record(
    out: Path, module: TimedTraining, facts: dict[str, Any], request: Request, *, command: str
) -> None:
    """OUT/record.json: what the model card tells of the training."""
    processor = torch.cuda.get_device_name() if torch.cuda.is_available() else cpu_name()
    record = {
        "command": command,
        "seed": request.seed,
        "steps": module.global_step,
        "hours": round(module.elapsed_s / 3600, 3),
        "weights": sum(parameter.numel() for parameter in module.network.parameters()),
        **facts,
        "hardware": f"{processor}, {os.cpu_count()} cores, {torch.get_num_threads()} threads",
        "libraries": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "lightning": str(lightning.__version__),
            **_library_of_trunks(),
        },
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    teacher = request.choices.teacher
    others = {"started_from": request.start, "taught_by": teacher.path if teacher else None}
    for relation, checkpoint in others.items():
        if checkpoint and (before := checkpoint.parent / "record.json").is_file():
            record[relation] = read_record(before.parent)
    (out / "record.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
