"""One training, from its folder to its folder: taken up where it was cut, left alone when done.

FOLDER/settings.json   what is trained, written first; another training is refused
FOLDER/last.ckpt       after an epoch, at most once a minute
FOLDER/record.json     history, and at the end the results picture by picture
FOLDER/network.pt      the network's state at the end
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Checkpoint, TQDMProgressBar

from foveate.errors import DatasetError, OptionError, printable
from foveate.pictures import write_atomically
from foveate_research.datasets.damage import dataset_text
from foveate_research.records import head
from foveate_research.thesis.attention_transfer import BETA
from foveate_research.thesis.batches import PackedBatches
from foveate_research.thesis.module import Classifying
from foveate_research.thesis.names import Experiment
from foveate_research.thesis.networks.build import HIDDEN, attention_layers, build_network
from foveate_research.thesis.networks.surgery import NewWeights, transplant
from foveate_research.thesis.pack import Pack
from foveate_research.thesis.reading import open_part
from foveate_research.thesis.teacher import teacher_attention
from foveate_research.training.machine import Machine, quiet
from foveate_research.training.run import in_channels_last

CHECKPOINT_EVERY_S = 60.0
PACKAGES = ("foveate", "torch", "lightning", "numpy")
Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How every network of a study is trained. hidden: features of AlexNet's dense layers."""

    epochs: int
    batch: int = 128
    hidden: int = HIDDEN


def train_experiment(
    experiment: Experiment,
    pack: Pack,
    folder: Path,
    *,
    seed: int,
    settings: Settings,
    machine: Machine | None = None,
    begin: Path | None = None,
    progress_bar: bool = False,
) -> Record:
    """Train one network, go on from FOLDER/last.ckpt, or read what is done; returns its record.

    begin: the state of the trained network that surgery starts from (network.pt).

    Raises:
        OptionError: the folder holds another training.
    """
    machine = machine or Machine()
    stated = {
        "experiment": experiment.name,
        "seed": seed,
        **asdict(settings),
        "pack": pack.described(),
        **_recipe(experiment),
    }
    _claim(folder, stated)
    record = finished(folder)
    if record is not None:
        return record
    quiet()
    if machine.threads is not None:
        torch.set_num_threads(machine.threads)
    lightning.seed_everything(seed, workers=True, verbose=False)
    train, val = (open_part(pack, part, maps=experiment.maps) for part in ("train", "val"))
    if experiment.teacher:
        taught = teacher_attention(pack, "train", train.pictures, count=len(train))
        train = replace(train, teacher=taught)
    module = _module(experiment, pack, settings, begin=begin, seed=seed, val_count=len(val))
    data = PackedBatches(
        train, val, batch=settings.batch, seed=seed, workers=machine.reading_processes()
    )
    facts = {**stated, "weights": sum(p.numel() for p in module.network.parameters())}
    trainer = _trainer(machine, settings, Keeping(folder, facts), progress_bar=progress_bar)
    last = folder / "last.ckpt"
    try:
        trainer.fit(module, data, ckpt_path=last if last.is_file() else None, weights_only=True)
    except SystemExit as end:  # so Lightning ends where it is interrupted; earlier ones go on
        raise KeyboardInterrupt from end
    if len(module.history) < settings.epochs:
        raise KeyboardInterrupt
    facts |= {
        **_results(module.hits.cpu().int(), val.labels.tolist(), len(pack.classes)),
        "history": module.history,
        "seconds": round(sum(entry["seconds"] for entry in module.history), 1),
        "made_by": head(PACKAGES),
        "device": _device_name(trainer),
        "done": True,
    }
    if trainer.is_global_zero:
        _save_state(module.network, folder / "network.pt")
        _write(folder / "record.json", facts)
        last.unlink(missing_ok=True)
    trainer.strategy.barrier()
    return facts


def _recipe(experiment: Experiment) -> Record:
    """What was not always as it is now: trainings done otherwise are not taken for these."""
    found: Record = {}
    if experiment.is_taught:
        found["attention_weight"] = BETA
    if experiment.maps == "constant":
        found["branch_shift"] = 1.0
    return found


def _module(
    experiment: Experiment,
    pack: Pack,
    settings: Settings,
    *,
    begin: Path | None,
    seed: int,
    val_count: int,
) -> Classifying:
    """The network with its first weights, and how it is trained."""
    network = build_network(
        experiment, side=pack.side, classes=len(pack.classes), hidden=settings.hidden
    )
    if begin is not None:
        trained = torch.load(begin, map_location="cpu", weights_only=True)
        new: NewWeights = "uniform" if experiment.start == "tuned" else "zero"
        transplant(network, trained, new=new, seed=seed)
    in_channels_last(network)
    return Classifying(
        network,
        val_count=val_count,
        mean=pack.mean if experiment.mean else (0.0, 0.0, 0.0, 0.0),
        taught=attention_layers(network) if experiment.is_taught else (),
    )


def _trainer(
    machine: Machine, settings: Settings, keeping: Keeping, *, progress_bar: bool
) -> lightning.Trainer:
    bars = [TQDMProgressBar(refresh_rate=5)] if progress_bar else []
    return lightning.Trainer(
        **machine.trainer_flags(),
        max_epochs=settings.epochs,
        callbacks=[keeping, *bars],
        logger=False,
        benchmark=torch.cuda.is_available(),
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        enable_progress_bar=progress_bar,
        enable_model_summary=False,
    )


def _save_state(network: torch.nn.Module, path: Path) -> None:
    draft = path.with_suffix(".tmp")
    torch.save({name: value.cpu() for name, value in network.state_dict().items()}, draft)
    draft.replace(path)


def finished(folder: Path) -> Record | None:
    """The record of a training that was done; None of one that was not."""
    record = read_record(folder)
    return record if record and record.get("done") else None


def read_record(folder: Path) -> Record | None:
    """What is known of a training by now."""
    path = folder / "record.json"
    if not path.is_file():
        return None
    return read_json(path)


def read_json(path: Path) -> Record:
    """What a training wrote. Raises DatasetError where it is damaged."""
    try:
        found: Record = json.loads(dataset_text(path, "record"))
    except (DatasetError, ValueError, RecursionError) as error:
        raise DatasetError(
            f"{printable(path)} cannot be read: remove its folder to train that again"
        ) from error
    return found


class Keeping(Checkpoint):
    """Writes the history after each epoch, and a checkpoint at most once a minute.

    Only between epochs: what follows then depends on seed and epoch alone, so that a training that
    was cut ends as one that was not.
    """

    def __init__(self, folder: Path, facts: Record) -> None:
        self.folder, self.facts = folder, facts
        self._saved = time.monotonic()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.is_global_zero:
            _write(self.folder / "record.json", {**self.facts, "history": pl_module.history})
        due = trainer.strategy.broadcast(time.monotonic() - self._saved > CHECKPOINT_EVERY_S)
        if due:
            trainer.save_checkpoint(self.folder / "last.ckpt")
            self._saved = time.monotonic()


def _claim(folder: Path, stated: Record) -> None:
    """Make the folder this training's; OptionError where it is another's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "settings.json"
    if not path.is_file():
        _write(path, stated)
        return
    found = read_json(path)
    if found != json.loads(json.dumps(stated)):
        keys = [key for key in stated if found.get(key) != json.loads(json.dumps(stated[key]))]
        raise OptionError(
            f"{printable(folder)} was trained otherwise ({', '.join(keys)}): choose another -o"
        )


def _results(hits: torch.Tensor, labels: list[int], classes: int) -> Record:
    """Top-1, top-5, per class, and picture by picture as a string of 0 and 1."""
    of_class = torch.tensor(labels)
    per_class = []
    for label in range(classes):
        mine = hits[of_class == label, 0].float()
        per_class.append(round(float(mine.mean()), 5) if len(mine) else None)
    return {
        "top1": round(float(hits[:, 0].float().mean()), 6),
        "top5": round(float(hits[:, 1].float().mean()), 6),
        "per_class": per_class,
        "val_labels": labels,
        "hits": "".join(map(str, hits[:, 0].tolist())),
    }


def _write(path: Path, record: Record) -> None:
    write_atomically(path, (json.dumps(record) + "\n").encode(), overwrite=True)


def _device_name(trainer: Any) -> str:
    """What it was trained on."""
    if trainer.accelerator.__class__.__name__.startswith("CUDA"):
        return f"{trainer.num_devices} x {torch.cuda.get_device_name()}"
    return f"processor, {torch.get_num_threads()} threads"
