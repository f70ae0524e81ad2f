"""`foveate votes` tells what people preferred on the page of `foveate compare --vote`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foveate.errors import printable

if TYPE_CHECKING:
    from foveate.votes.results import Ballots
    from foveate.votes.scoring import Outcome

EPILOG = """
[bold]Examples[/]

foveate votes votes-*.json

foveate votes ann.json bob.json --json

A score is the natural logarithm of a Bradley–Terry strength, and the mean of all scores is 0. \
Where two scores differ by 1.1, people prefer the higher one three times in four. A vote for no \
difference counts half to each.
"""


def votes(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT.json", help="Result files that voters downloaded."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each copy, and nothing else.")
    ] = False,
) -> None:
    """Tell which encodings people preferred, with 95 % intervals."""
    from foveate.cli.json_lines import print_json
    from foveate.votes.results import read_results
    from foveate.votes.scoring import scored

    ballots = read_results(results)
    outcome = scored(ballots.votes)
    for warning in _warnings(ballots, outcome):
        print(f"foveate: {warning}", file=sys.stderr)
    if as_json:
        for each in outcome.scores:
            print_json(each.to_dict() | {"voters": outcome.voters, "pictures": outcome.pictures})
    else:
        _show(ballots, outcome)


def _show(ballots: Ballots, outcome: Outcome) -> None:
    from foveate.cli.terminal import console, name_cell, print_table, table

    out = console()
    rows = table("preferred first", "votes", "won, %", "score", "95 % interval")
    for each in outcome.scores:
        rows.add_row(
            name_cell(printable(each.name)),
            str(each.votes),
            f"{100 * each.won / each.votes:.0f}",
            f"{each.score:+.2f}",
            f"{each.low:+.2f} to {each.high:+.2f}" if each.low < each.high else "–",
        )
    print_table(out, rows)
    told = (
        _counted(len(ballots.votes), "vote"),
        f"{_counted(outcome.voters, 'voter')} on {_counted(outcome.pictures, 'picture')}",
    )
    out.print(
        f"{told[0]} of {told[1]}, {outcome.ties} for no difference; the intervals are a "
        f"bootstrap over {outcome.resampled}",
        style="dim",
        soft_wrap=True,
    )


def _warnings(ballots: Ballots, outcome: Outcome) -> list[str]:
    found = []
    if ballots.repeated:
        found.append(
            "left out, since another file of the same voter has as many votes or more: "
            f"{', '.join(ballots.repeated)}"
        )
    if outcome.tied:
        who = ", ".join(map(printable, outcome.one_sided)) or "a part of the copies"
        found.append(
            f"{who} won or lost every vote against the others, so that no finite score fits; the "
            "scores count one tie more between every two copies"
        )
    unequal = sum(vote.unequal for vote in ballots.votes)
    if unequal:
        found.append(
            f"{unequal} of {len(ballots.votes)} votes are on files that differ in bytes by more "
            "than 2 %; they say nothing about equal bytes"
        )
    return found


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
