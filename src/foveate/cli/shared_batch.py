"""`foveate batch` does all pictures of a folder or store, and shares the work with other runs."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from foveate.cli.json_lines import print_json
from foveate.cli.limit_options import LimitList, Untrusted, limits_of
from foveate.cli.option_names import in_options
from foveate.cli.option_values import checked_map, parsed, size_bytes
from foveate.cli.output_files import refuse_unwritable
from foveate.cli.picture_options import (
    AsJson,
    Background,
    ChromaSubsampling,
    Efforts,
    KeptMetadata,
    MatchQuality,
    Quality,
    Strip,
    TuneFor,
    metadata_of,
)
from foveate.cli.readable_numbers import readable_bytes, readable_saving
from foveate.errors import OptionError, OutputError, printable
from foveate.settings import DEFAULTS, Settings

EPILOG = """
[bold]Examples[/]

foveate batch photos/ smaller/

foveate batch s3://photos s3://smaller --effort fast --manifest done.jsonl

Several runs of the same call, on one machine or on many, share the work. A call that was stopped is
given again: what is done is not done twice. a.png becomes a.png.jpg. Foveate's own results, as
a.foveate.jpg, are left out. docs/batches.md tells more.
"""


def batch(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A folder, s3://, gs:// or az:// of pictures.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="DST", help="The folder or store of the results.")
    ],
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes side by side. Default: one a processor."),
    ] = None,
    quality: Quality = None,
    match_quality: MatchQuality = None,
    size: Annotated[
        str | None,
        typer.Option(metavar="BYTES", help="Take at most this many bytes, metadata included."),
    ] = None,
    map: Annotated[
        str,
        typer.Option(metavar="NAME", help="Where people look: auto, none, or a model's name."),
    ] = DEFAULTS.map,
    tune: TuneFor = DEFAULTS.tune,
    effort: Efforts = DEFAULTS.effort,
    file_format: Annotated[
        Literal["jpeg", "avif", "jxl", "webp"],
        typer.Option("--format", "--to", help="The format of the files."),
    ] = "jpeg",
    subsampling: ChromaSubsampling = DEFAULTS.subsampling,
    metadata: KeptMetadata = None,
    strip: Strip = False,
    background: Background = DEFAULTS.background,
    untrusted: Untrusted = False,
    limit: LimitList = None,
    retries: Annotated[
        int,
        typer.Option(
            min=0, max=100, metavar="N", help="How often a failed request to a store is repeated."
        ),
    ] = 5,
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Append a JSON object for each picture of this run; or, if FILE ends in .parquet,"
            " write a table of the job's pictures at the end.",
        ),
    ] = None,
    price_per_hour: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="P", help="What this machine costs an hour: tells a million's price."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that no batch wrote.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do all pictures of a folder or store: resumable, and shared by any number of runs."""
    from foveate.batch.places import job_of
    from foveate.batch.run import run
    from foveate.batch.table import check_parquet, write_table
    from foveate.batch.unit import Batch
    from foveate.suffixes import PICTURE_SUFFIXES
    from foveate.threads import usable_threads

    settings = Settings(
        quality=quality,
        match_quality=match_quality,
        size_bytes=None if size is None else parsed(size_bytes, size, "--size"),
        map=map,
        tune=tune,
        effort=effort,
        format=file_format,
        subsampling=subsampling,
        metadata=metadata_of(metadata, strip=strip),
        background=background,
        threads=1,
    ).checked()
    checked_map(map, "--map", files=False)
    _check_places(source, target)
    shared = Batch(
        source=source,
        target=target,
        settings=settings,
        limits=limits_of(untrusted, limit),
        run=secrets.token_hex(6),
        job=job_of(settings),
        overwrite=overwrite,
        retries=retries,
        dead_after=60.0,
    )
    if is_table := manifest is not None and manifest.suffix.lower() == ".parquet":
        check_parquet()
        refuse_unwritable(manifest)
    if manifest is not None:
        _check_file(manifest)
    records = _Records(None if is_table else manifest, as_json=as_json)
    try:
        outcome = run(
            shared,
            processes=jobs or usable_threads(None),
            suffixes=frozenset(PICTURE_SUFFIXES),
            tell=records.tell,
            tell_waiting=_tell_waiting,
        )
    except KeyboardInterrupt:
        print(
            f"foveate: interrupted: {records.done} done, nothing half-written; give the same call"
            " again to go on",
            file=sys.stderr,
        )
        raise
    names = ("done", "failed", "before", "failed_before", "bytes_in", "bytes_out")
    summary = {name: getattr(outcome, name) for name in names} | {
        "seconds": round(outcome.seconds, 3),
        "rate": round(outcome.rate, 3),
    }
    if manifest is not None and is_table:
        write_table(manifest, shared)
    if price_per_hour is not None and outcome.rate:
        summary["price_of_a_million"] = round(price_per_hour * 1e6 / outcome.rate / 3600, 2)
    if as_json:
        print_json({"summary": summary})
    else:
        _show(summary)
    raise typer.Exit(1 if outcome.failed or outcome.failed_before else 0)


class _Records:
    """Where what became of pictures goes: the manifest, stdout, and stderr for what failed."""

    def __init__(self, manifest: Path | None, *, as_json: bool) -> None:
        self._manifest, self._as_json = manifest, as_json
        self.done = 0

    def tell(self, record: dict[str, Any]) -> None:
        """Writes a line of each kind that was asked for. Raises OutputError."""
        if record["status"] == "failed":
            record = record | {"error": in_options(record["error"])}
            print(f"foveate: {printable(record['error'])}", file=sys.stderr)
        else:
            self.done += 1
        if self._as_json:
            print_json(record)
        if self._manifest is not None:
            _append(self._manifest, json.dumps(record) + "\n")


def _check_file(manifest: Path) -> None:
    """Raises OutputError where the manifest cannot be written.

    That is before the work: its lines would be lost, as what is done is not told a second time.
    """
    is_new = not manifest.exists()
    _append(manifest, "")
    if is_new:
        manifest.unlink()


def _append(manifest: Path, text: str) -> None:
    try:
        with manifest.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        from foveate.pictures.writing import why_unwritable

        why = why_unwritable(error, "choose another file for --manifest")
        raise OutputError(f"{printable(manifest)}: cannot be written: {why}") from error


def _tell_waiting(pictures: int) -> None:
    print(
        f"foveate: waiting for {pictures} pictures that another run has begun; if it was killed,"
        " they are begun anew after a minute",
        file=sys.stderr,
    )


def _check_places(source: str, target: str) -> None:
    """Raises OptionError where results would lie among the pictures."""
    if "://" in source or "://" in target:
        inside = f"{target.rstrip('/')}/".startswith(f"{source.rstrip('/')}/")
    else:
        pictures, results = Path(source).resolve(), Path(target).resolve()
        inside = results == pictures or pictures in results.parents
    if inside:
        raise OptionError(
            f"{printable(target)}: lies in {printable(source)}, whose pictures it would join; "
            "give another place"
        )


def _show(summary: dict[str, Any]) -> None:
    done, before = summary["done"], summary["before"]
    print(
        f"{done} done, {before} done before, {summary['failed']} failed"
        f" in {summary['seconds']:.1f} s ({summary['rate']:.1f} a second)"
    )
    if done:
        saved = readable_saving(summary["bytes_in"], summary["bytes_out"])
        print(
            f"{readable_bytes(summary['bytes_in'])} became {readable_bytes(summary['bytes_out'])}"
            f" ({saved})"
        )
    if summary["failed_before"]:
        print(
            f"{summary['failed_before']} failed before, and are tried again once they change;"
            " --manifest FILE.parquet tells which"
        )
    if "price_of_a_million" in summary:
        print(f"At this rate a million pictures cost {summary['price_of_a_million']:,.2f}")
