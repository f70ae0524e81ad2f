"""Reads the result files that people download from the page of votes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foveate.errors import VotesError, printable
from foveate.pictures.file_bytes import text_of
from foveate.votes.page import UNEQUAL

CHOICES = ("left", "right", "same")


@dataclass(frozen=True)
class Vote:
    """What one person said of one pair."""

    voter: str
    picture: str
    left: str
    right: str
    choice: str
    """Which looked better: left, right, or same."""
    unequal: bool
    """Whether one file took more than UNEQUAL more bytes than the other."""


@dataclass(frozen=True)
class Ballots:
    """The votes of all result files."""

    votes: tuple[Vote, ...]
    repeated: tuple[str, ...]
    """The files that were left out, since another has as many votes of that voter or more."""


def read_results(paths: Iterable[Path]) -> Ballots:
    """The votes in these files. Of several files that a voter made on one page the longest counts.

    Raises:
        VotesError: a file cannot be read or is no such file, or there is no vote in any.
    """
    longest: dict[tuple[str, str], tuple[Path, list[Vote]]] = {}
    repeated = []
    for path in paths:
        key, votes = _read(path)
        if key in longest:
            shorter = path if len(votes) <= len(longest[key][1]) else longest[key][0]
            repeated.append(printable(shorter))
            if shorter is path:
                continue
        longest[key] = path, votes
    votes = [vote for _, each in longest.values() for vote in each]
    if not votes:
        told = ", ".join(printable(path) for path, _ in longest.values()) or "no file"
        raise VotesError(f"{told}: holds no votes; vote on the page and download the file again")
    return Ballots(tuple(votes), tuple(repeated))


def _read(path: Path) -> tuple[tuple[str, str], list[Vote]]:
    """The page and the voter of a file, and its votes."""
    name = printable(path)
    text = text_of(path, kind="file that the page of votes downloads", error_kind=VotesError)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VotesError(f"{name}: is no JSON; download the file from the page again") from error
    if not isinstance(told, dict) or told.get("format") != "foveate votes":
        raise VotesError(f"{name}: holds no votes; give the file that the page downloads")
    if told.get("version") != 1:
        raise VotesError(f"{name}: is of a newer version; update Foveate to read it")
    page = told.get("page")
    made = page.get("sha256") if isinstance(page, dict) else None
    voter = told.get("voter")
    if not (isinstance(made, str) and isinstance(voter, str) and made and voter):
        raise VotesError(f"{name}: tells no page or no voter; download it from the page again")
    votes = told.get("votes")
    if not isinstance(votes, list):
        raise VotesError(f"{name}: has no list of votes; download it from the page again")
    read = [_vote(name, n, each, voter=voter) for n, each in enumerate(votes, 1)]
    _check_once(name, read)
    return (made, voter), read


def _check_once(file: str, votes: list[Vote]) -> None:
    """Raises VotesError for a second vote on a pair, which the page shows once."""
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for number, vote in enumerate(votes, 1):
        first = seen.setdefault((vote.picture, frozenset({vote.left, vote.right})), number)
        if first != number:
            raise VotesError(
                f"{file}: vote {number} is on the same pair as vote {first}; remove one of them"
            )


def _vote(file: str, number: int, told: Any, *, voter: str) -> Vote:
    where = f"{file}: vote {number}"
    if not isinstance(told, dict):
        raise VotesError(f"{where} is no object; download the file from the page again")
    for field in ("picture", "left", "right"):
        if not _is_name(told.get(field)):
            raise VotesError(f"{where} has no '{field}'; download the file from the page again")
    if told["left"] == told["right"]:
        raise VotesError(f"{where} is of a copy with itself; remove that vote")
    if told.get("choice") not in CHOICES:
        raise VotesError(f"{where}: its 'choice' must be {', '.join(CHOICES)}; mend or remove it")
    sizes = [told.get(field) for field in ("left_bytes", "right_bytes")]
    known = [size for size in sizes if isinstance(size, int) and size > 0]
    unequal = len(known) == 2 and max(known) > (1 + UNEQUAL) * min(known)
    sides = told["picture"], told["left"], told["right"], told["choice"]
    return Vote(voter, *sides, unequal=unequal)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""
