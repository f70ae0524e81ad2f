"""Picture files for tests of the page, and the page's application in front of a client."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from PIL import Image

from photos import photo

TOKEN = "a-token-of-this-run"
HOME = "http://127.0.0.1:8765"


def png(height: int = 96, width: int = 128, **options: Any) -> bytes:
    """A photo as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(photo(height, width)).save(file, "PNG", **options)
    return file.getvalue()


def large_jpeg(height: int = 3000, width: int = 4000) -> bytes:
    """A picture of 12 megapixels that takes little time to make."""
    small = photo(height // 10, width // 10)
    file = io.BytesIO()
    Image.fromarray(np.repeat(np.repeat(small, 10, 0), 10, 1)).save(file, "JPEG", quality=90)
    return file.getvalue()


def facts(response: Any) -> dict[str, Any]:
    """What comes with a file."""
    found: dict[str, Any] = json.loads(response.headers["foveate-report"])
    return found
