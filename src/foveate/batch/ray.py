"""Batches on a Ray cluster: a callable for one's own pipelines, and jobs as of `foveate batch`."""

from __future__ import annotations

import dataclasses
import json
import pickle
import secrets
import time
from collections.abc import Callable
from typing import Any

from foveate._compress import compress
from foveate.batch.blocks import Block, blocks
from foveate.batch.claims import DEAD_AFTER, Claims, Other
from foveate.batch.marks import Marks
from foveate.batch.places import job_of, listed, opened
from foveate.batch.run import Outcome, beating
from foveate.batch.unit import Batch, Unit, failure_message
from foveate.errors import FoveateError, MissingExtraError
from foveate.pictures import DEFAULT_LIMITS, Limits
from foveate.settings import DEFAULTS, Settings
from foveate.suffixes import PICTURE_SUFFIXES

_MOST_PARTS = 1000
_FAILED_BEFORE = "failed before"


class Compress:
    """For `Dataset.map`: a row's picture becomes a smaller one. Each actor loads its network once.

    A row has `bytes`, a picture's file, and may have a `path`. What comes back has the row's other
    columns, and `data`, the result or None; `status`, "done" or "failed"; `report`, JSON text or
    None; and `error`, a line or None. A picture that cannot be read does not end the pipeline.

    settings: what is asked; one thread unless it says otherwise. limits: what a picture may cost.
    """

    def __init__(self, settings: Settings = DEFAULTS, limits: Limits = DEFAULT_LIMITS) -> None:
        self._settings, self._limits = _on_one_thread(settings), limits

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with what became of its picture."""
        kept = {name: value for name, value in row.items() if name != "bytes"}
        name = str(row.get("path", "picture"))
        try:
            made = compress(row["bytes"], settings=self._settings, limits=self._limits, name=name)
        except FoveateError as error:
            said = failure_message(name, error)
            return kept | {"data": None, "status": "failed", "report": None, "error": said}
        report = json.dumps(made.report.to_dict())
        return kept | {"data": made.data, "status": "done", "report": report, "error": None}


def compress_folder(
    source: str,
    target: str,
    *,
    actors: int,
    settings: Settings = DEFAULTS,
    limits: Limits = DEFAULT_LIMITS,
    overwrite: bool = False,
    retries: int = 5,
    tell: Callable[[dict[str, Any]], None] | None = None,
) -> Outcome:
    """Does what `foveate batch SRC DST` does, by actors of a Ray cluster.

    What is done is not done again, also where `foveate batch` did it, and runs of both kinds share
    a job. Pictures that other runs have claimed are counted as left: call again for them. Where an
    actor dies, Ray starts another one, which does the actor's block again.

    Args:
        source, target: folders that all machines see, or stores as s3://bucket/photos.
        actors: how many there are; each takes a processor.
        settings: what is asked; one thread unless it says otherwise.
        limits: what a picture may cost.
        overwrite: whether files that no batch wrote are replaced.
        retries: how often a request to a store is repeated.
        tell: is given the record of each picture, as in the manifest.

    Raises:
        MissingExtraError: Ray is not installed.
        OptionError, StoreError: a place or a setting is wrong, or a store fails.
    """
    try:
        import ray.data
    except ImportError as error:
        raise MissingExtraError("foveate.batch.ray", "foveate[ray]") from error
    began = time.monotonic()
    checked = _on_one_thread(settings).checked()
    batch = Batch(
        source=source,
        target=target,
        settings=checked,
        limits=limits,
        run=secrets.token_hex(6),
        job=job_of(checked),
        overwrite=overwrite,
        retries=retries,
        dead_after=DEAD_AFTER,
    )
    outcome = Outcome()
    store = opened(target, make=True, retries=retries)
    with beating(Claims(store, batch.run)):
        marks = Marks(store)
        marks.read_all()
        waiting = []
        pictures = listed(opened(source, retries=retries), PICTURE_SUFFIXES)
        for block in blocks(pictures, checked, batch.job):
            if all(map(marks.is_done, block.tasks)):
                for task in block.tasks:
                    outcome.count_before(task, marks)
            else:
                waiting.append({"block": pickle.dumps(block)})
        if waiting:
            parts = min(len(waiting), _MOST_PARTS)
            done = ray.data.from_items(waiting, override_num_blocks=parts).flat_map(
                _Blocks,
                fn_constructor_kwargs={"batch": batch},
                compute=ray.data.ActorPoolStrategy(size=actors),
                num_cpus=1,
            )
            for row in done.iter_rows():
                _count(outcome, json.loads(row["record"]), tell)
    outcome.seconds = time.monotonic() - began
    return outcome


class _Blocks:
    """An actor: it claims a block, does its pictures, and marks it."""

    def __init__(self, batch: Batch) -> None:
        store = opened(batch.target, make=True, retries=batch.retries)
        self._claims = Claims(store, batch.run, batch.dead_after)
        self._marks = Marks(store)
        self._unit = Unit(batch)

    def __call__(self, row: dict[str, Any]) -> list[dict[str, str]]:
        """A row for each picture: its record, or only a status where it is not this run's to do."""
        block: Block = pickle.loads(row["block"])
        claim = self._claims.take(block, self._marks)
        if isinstance(claim, Other):
            return [{"record": json.dumps({"status": claim.value})}] * len(block.tasks)
        left = [task for task in block.tasks if not self._marks.is_done(task)]
        answers = [(task, self._unit.do(task)) for task in left]
        known = [(task, of.kind, of.record) for task, of in answers if of.kind is not None]
        self._marks.write(claim, known)
        records = [of.record for _, of in answers]
        for task in block.tasks:
            if task not in left:
                failed = self._marks.has_failed(task)
                records.append({"status": _FAILED_BEFORE if failed else Other.DONE.value})
        return [{"record": json.dumps(record)} for record in records]


def _count(
    outcome: Outcome, record: dict[str, Any], tell: Callable[[dict[str, Any]], None] | None
) -> None:
    if "source" in record:
        outcome.count(record)
        if tell is not None:
            tell(record)
    elif record["status"] == Other.DONE.value:
        outcome.before += 1
    elif record["status"] == _FAILED_BEFORE:
        outcome.failed_before += 1
    else:
        outcome.left += 1


def _on_one_thread(settings: Settings) -> Settings:
    return dataclasses.replace(settings, threads=settings.threads or 1)
