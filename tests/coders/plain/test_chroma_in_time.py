"""A time limit ends the search for coloured edges too."""

from __future__ import annotations

import numpy as np
import pytest

from foveate.coders.plain.subsampling import colours_would_bleed
from foveate.deadline import OutOfTimeError, deadline


def test_the_look_at_chroma_ends_with_the_time() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(OutOfTimeError), deadline(1e-9):
        colours_would_bleed(pixels)
