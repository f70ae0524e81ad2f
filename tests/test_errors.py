"""Errors as other processes get them, and as front ends word them."""

from __future__ import annotations

import pickle

import pytest

from foveate.errors import (
    FoveateError,
    MissingExtraError,
    MissingReaderError,
    OptionError,
    TruncatedError,
    in_words,
)


@pytest.mark.parametrize(
    "error",
    [
        TruncatedError("a.jpg: is truncated"),
        MissingExtraError("foveate serve", "foveate[web]"),
        MissingReaderError("a.heic: is a HEIC picture", "heif"),
        OptionError("`quality` is 0"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_reaches_another_process_as_it_was(error: FoveateError) -> None:
    other = pickle.loads(pickle.dumps(error))
    assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_a_front_end_puts_its_own_words_for_parameters() -> None:
    over = FoveateError("a.jpg: is 9 x 9: resize it first, or raise `Limits.pixels`")
    assert in_words(over, limit="raise {}", no_metadata="-").endswith("first, or raise pixels")
    assert in_words(over, limit="", no_metadata="-") == "a.jpg: is 9 x 9: resize it first"
    few = FoveateError("10 bytes are too few; 99 with `metadata='none'`")
    assert in_words(few, limit="", no_metadata="none") == "10 bytes are too few; 99 with none"
    cut = TruncatedError("a.jpg: is truncated")
    assert in_words(cut, limit="", no_metadata="-") == "a.jpg: is truncated; take another copy"
