"""All the trainings that are asked for, one after the other, in OUT/NAME/seed-N."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from foveate.errors import OptionError, printable
from foveate_research.thesis.names import Experiment, parse_experiment
from foveate_research.thesis.pack import Pack
from foveate_research.thesis.run import (
    Record,
    Settings,
    finished,
    read_json,
    train_experiment,
)
from foveate_research.training.machine import Machine

TUNED_SHARE = 1 / 3
"""A network that goes on from a trained one is trained 30 epochs where that one had 90."""


def run_study(
    experiments: Sequence[Experiment],
    pack: Pack,
    out: Path,
    *,
    seeds: Sequence[int],
    settings: Settings,
    machine: Machine | None = None,
    progress_bar: bool = False,
    tell: Callable[[str, int], None] = lambda name, seed: None,
) -> None:
    """Train every experiment with every seed, first seed first; what is done is left alone.

    A training that begins as another trains that one first. tell: called before each training.

    Raises:
        OptionError: OUT holds trainings of another pack, or of other epochs, batch or hidden:
            what they reached cannot be compared.
    """
    _refuse_others(out, pack, settings)
    for seed in seeds:
        for experiment in experiments:
            before = experiment.begins_as
            begin = None if before is None else _folder(out, before, seed) / "network.pt"
            for each in [experiment] if before is None else [before, experiment]:
                tell(each.name, seed)
                train_experiment(
                    each,
                    pack,
                    _folder(out, each, seed),
                    seed=seed,
                    settings=_settings_of(each, settings),
                    machine=machine,
                    begin=begin if each is experiment else None,
                    progress_bar=progress_bar,
                )


def done_trainings(out: Path) -> list[Record]:
    """The records of all finished trainings in OUT, sorted by name and seed."""
    found = [finished(path.parent) for path in out.glob("*/seed-*/record.json")]
    records = [record for record in found if record is not None]
    return sorted(records, key=lambda record: (record["experiment"], record["seed"]))


def _refuse_others(out: Path, pack: Pack, settings: Settings) -> None:
    """OptionError where a training in OUT, done or begun, cannot stand beside these."""
    for path in sorted(out.glob("*/seed-*/settings.json")):
        found = read_json(path)
        mine = asdict(_settings_of(parse_experiment(found["experiment"]), settings))
        other = [
            f"{key} {found.get(key)}, not {value}"
            for key, value in mine.items()
            if found.get(key) != value
        ]
        if found["pack"]["sha256"] != pack.sha256:
            other.append(f"a pack of {found['pack']['set']} that is another")
        if other:
            where = printable(path.parent)
            raise OptionError(
                f"{where} was trained otherwise ({'; '.join(other)}): choose another -o"
            )


def _folder(out: Path, experiment: Experiment, seed: int) -> Path:
    return out / experiment.name / f"seed-{seed}"


def _settings_of(experiment: Experiment, settings: Settings) -> Settings:
    """The settings, with a third of the epochs where a network goes on from a trained one."""
    if experiment.start == "scratch":
        return settings
    return replace(settings, epochs=max(1, round(settings.epochs * TUNED_SHARE)))
