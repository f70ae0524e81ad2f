"""The manifest of a job as a table: a Parquet file of what all of its runs have done."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from foveate.batch.marks import Marks
from foveate.batch.places import opened
from foveate.batch.unit import Batch
from foveate.errors import MissingExtraError
from foveate.pictures.writing import fill_atomically

_ROWS_AT_ONCE = 10_000


def check_parquet() -> None:
    """Raises MissingExtraError where no table can be written."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("--manifest FILE.parquet", "foveate[parquet]") from error


def write_table(path: Path, batch: Batch) -> int:
    """Writes what the store of results tells of a job's pictures, a row each; how many there are.

    A file that is there is replaced, when the table is whole. Raises OutputError, StoreError.
    """
    import pyarrow
    import pyarrow.parquet

    text, number = pyarrow.string(), pyarrow.int64()
    columns = {"source": text, "size": number, "etag": text, "settings": text, "run": text}
    columns |= {"output": text, "status": text, "bytes": number, "report": text, "error": text}
    columns |= {"seconds": pyarrow.float64()}
    schema = pyarrow.schema(list(columns.items()))
    marks = Marks(opened(batch.target, retries=batch.retries))
    marks.read_all()
    records = marks.records(batch.job)
    count = 0

    def fill(draft: Path) -> None:
        nonlocal count
        with pyarrow.parquet.ParquetWriter(draft, schema) as writer:
            while rows := [_row(each) for each in itertools.islice(records, _ROWS_AT_ONCE)]:
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
                count += len(rows)

    fill_atomically(path, fill, overwrite=True)
    return count


def _row(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose report is JSON text: its fields are not the same for all formats."""
    report = record.get("report")
    return record | {"report": None if report is None else json.dumps(report)}
