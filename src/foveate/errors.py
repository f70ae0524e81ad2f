"""The errors that a user can mend. Each message names the file or option, and what would work.

A message names parameters between backquotes, as `metadata='none'`: the command line puts the
option in their place (`foveate.cli.option_names`).

FoveateError
├── PictureError        a picture that cannot be read
│   └── TruncatedError  a picture whose end is missing, and that could be read in part
├── MapError            a saliency map that cannot be used with its picture
├── OptionError         an option out of range, or two that contradict each other
│   └── TargetError     a size or quality that this picture cannot be brought to
├── OutputError         a file that cannot or must not be written
├── ModelError          an unknown model, or weights that do not match their record
├── VideoError          a video that cannot be read, or that the encoder cannot hold
├── VotesError          a result file of votes that cannot be read or scored
├── DatasetError        a folder or shard that is not laid out as its reader expects
└── MissingExtraError   a package or an extra that is not installed
    └── MissingReaderError  a picture that an extra reads; also a PictureError
"""

from __future__ import annotations

import os
import re

# Not printable to Python, yet ordinary in names: joiners of letters and emoji, other blanks.
_KEPT = "\u200c\u200d\u3000\u00a0\u202f"


class FoveateError(Exception):
    """Base of every error that a user can mend; its text is one line."""


class PictureError(FoveateError):
    """A picture that cannot be read."""


class TruncatedError(PictureError):
    """A picture whose end is missing; `tolerant` would take the part that is there.

    Args:
        cut: what the file holds: "photo.jpg: is truncated: it holds the upper 20 % of the picture".
    """

    def __init__(self, cut: str) -> None:
        super().__init__(f"{cut}; take another copy, or keep what there is with `tolerant=True`")
        self.cut = cut

    def __reduce__(self) -> tuple[type[TruncatedError], tuple[str]]:
        return TruncatedError, (self.cut,)


class MapError(FoveateError):
    """A saliency map that cannot be used with its picture."""


class OptionError(FoveateError):
    """An option out of range, or two options that contradict each other."""


class TargetError(OptionError):
    """A size or quality that this picture cannot be brought to; names the nearest that it can."""


class OutputError(FoveateError):
    """A file that cannot or must not be written."""


class ModelError(FoveateError):
    """An unknown model, or weights that do not match their record."""


class VideoError(FoveateError):
    """A video that cannot be read, or that the encoder or container cannot hold."""


class VotesError(FoveateError):
    """A result file of votes that cannot be read, or votes that cannot be scored together."""


class DatasetError(FoveateError):
    """A folder or shard that is not laid out as its reader expects."""


class MissingExtraError(FoveateError):
    """A package or an extra that is not installed; the message names what to install.

    Args:
        feature: what was asked for, as the subject of a sentence.
        requirement: what brings it, as pip takes it: "foveate-research[train]".
    """

    def __init__(self, feature: str, requirement: str) -> None:
        super().__init__(f"{feature} needs more than is installed: pip install '{requirement}'")
        self._given = feature, requirement

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), self._given


class MissingReaderError(MissingExtraError, PictureError):
    """A picture of a kind that an extra reads, which is not installed.

    Args:
        feature: the picture's name and kind: "photo.heic: is a HEIC picture".
        extra: the extra of foveate that reads it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        FoveateError.__init__(
            self, f"{feature}; to read it, pip install 'foveate[{extra}]', or convert it first"
        )
        self._given = feature, extra


def in_words(error: FoveateError, *, limit: str, no_metadata: str) -> str:
    """What went wrong, for a front end where parameters have no names and no part can be kept.

    limit: what stands for "raise `Limits.NAME`", with {} for NAME; empty where no one could.
    no_metadata: what stands for `metadata='none'`.
    """
    said = f"{error.cut}; take another copy" if isinstance(error, TruncatedError) else str(error)
    put = f", or {limit}" if limit else ""
    said = re.sub(r", or raise `Limits\.(\w+)`", lambda match: put.format(match[1]), said)
    return said.replace("`metadata='none'`", no_metadata)


def printable(name: str | os.PathLike[str]) -> str:
    """A file's name fit for one line of a terminal: control and stray bytes as escapes."""
    return "".join(
        character
        if character.isprintable() or character in _KEPT
        else character.encode("unicode_escape").decode("ascii")
        for character in os.fspath(name)
    )
