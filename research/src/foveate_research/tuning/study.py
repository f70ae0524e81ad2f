"""What the searches for an encoder's constants share: their pictures, and CMA-ES over ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foveate.errors import DatasetError, printable
from foveate_research.maps.measuring import Tick

if TYPE_CHECKING:
    import optuna

Constants = dict[str, Any]
VERSIONED = ("foveate", "numpy", "pillow", "optuna", "cmaes", "pyvips")
"""The packages whose versions a search records."""


@dataclass(frozen=True)
class Search:
    """How far and how finely constants are searched.

    every: only every n-th picture. spread: the first step, as a share of the ranges.
    """

    trials: int = 150
    every: int = 3
    spread: float = 0.06
    workers: int = 2


def tuning_pictures(data: Path, search: Search, least: int) -> list[Path]:
    """The pictures of `tuning` and `photos` that a search uses.

    data: the folder of the sets. Raises DatasetError where it has fewer than `least`.
    """
    paths = [
        *sorted((data / "tuning" / "images").glob("*.webp"))[:: search.every],
        *sorted((data / "photos").glob("*.webp"))[:: search.every],
    ]
    if len(paths) < least:
        raise DatasetError(
            f"{printable(data)}: tuning/images and photos hold {len(paths)} pictures (one "
            f"in {search.every}): the search needs {least} at least"
        )
    return paths


class Study:
    """A search by CMA-ES from the constants of today, which are the first trial."""

    def __init__(
        self,
        today: object,
        ranges: Mapping[str, tuple[float, float]],
        logarithmic: tuple[str, ...],
        gains_of: Callable[[Constants], tuple[float, Any]],
        search: Search,
    ) -> None:
        """today: has an attribute for each constant. gains_of: the score and what it is made of."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._ranges, self._logarithmic, self._gains_of = ranges, logarithmic, gains_of
        start = {constant: getattr(today, constant) for constant in ranges}
        sampler = optuna.samplers.CmaEsSampler(x0=start, sigma0=search.spread, seed=1)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._study.enqueue_trial(start)

    def run(self, trials: int, tick: Tick) -> None:
        """Try so many constants; `tick` is told each score."""
        self._study.optimize(
            self._objective,
            n_trials=trials,
            callbacks=[lambda _, trial: tick(f"{trial.value:.3f}")],
        )

    def try_these(self, constants: Constants, tick: Tick) -> None:
        """One trial more, of these constants."""
        self._study.enqueue_trial(constants)
        self.run(1, tick)

    def _objective(self, trial: optuna.Trial) -> float:
        constants = {
            constant: trial.suggest_float(constant, *limits, log=constant in self._logarithmic)
            for constant, limits in self._ranges.items()
        }
        score, gains = self._gains_of(constants)
        trial.set_user_attr("gains", gains)
        return score

    @property
    def trials(self) -> list[optuna.trial.FrozenTrial]:
        """All of them in order; each has `params`, `value` and the user attribute `gains`."""
        return list(self._study.trials)

    def best(self, count: int) -> list[optuna.trial.FrozenTrial]:
        """The trials of the highest scores, the highest first."""
        return sorted(self.trials, key=lambda trial: -float(trial.value or 0.0))[:count]
