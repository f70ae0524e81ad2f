"""Foveate predicts where people look in a photo and writes a smaller JPEG that stays sharp there.

    import foveate

    result = foveate.compress("photo.png", quality=80)
    result.save("photo.foveate.jpg")

Everything is imported when it is first asked for, so that `import foveate` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foveate._compress import compress
    from foveate._crop import Crop, crop, crops
    from foveate.comparison import Comparison, compare
    from foveate.errors import (
        DatasetError,
        FoveateError,
        MapError,
        MissingExtraError,
        ModelError,
        OptionError,
        OutputError,
        PictureError,
        TargetError,
        VideoError,
    )
    from foveate.pictures import Limits, Picture, read_picture
    from foveate.plain_comparison import PlainComparison
    from foveate.report import Compressed, Report
    from foveate.saliency import SaliencyMap, overlay, saliency_map
    from foveate.settings import Settings
    from foveate.video.compressing import compress_video
    from foveate.video.limits import VideoLimits
    from foveate.video.report import VideoReport
    from foveate.video.settings import VideoSettings

__version__ = "0.1.0"

_ERRORS = "foveate.errors"
_HOMES = {
    "Comparison": "foveate.comparison",
    "compare": "foveate.comparison",
    "PlainComparison": "foveate.plain_comparison",
    "Settings": "foveate.settings",
    "Compressed": "foveate.report",
    "Report": "foveate.report",
    "compress": "foveate._compress",
    "Limits": "foveate.pictures",
    "Crop": "foveate._crop",
    "crop": "foveate._crop",
    "crops": "foveate._crop",
    "Picture": "foveate.pictures",
    "read_picture": "foveate.pictures",
    "SaliencyMap": "foveate.saliency",
    "overlay": "foveate.saliency",
    "saliency_map": "foveate.saliency",
    "DatasetError": _ERRORS,
    "FoveateError": _ERRORS,
    "MapError": _ERRORS,
    "MissingExtraError": _ERRORS,
    "ModelError": _ERRORS,
    "OptionError": _ERRORS,
    "OutputError": _ERRORS,
    "PictureError": _ERRORS,
    "TargetError": _ERRORS,
    "VideoError": _ERRORS,
    "VideoLimits": "foveate.video.limits",
    "VideoReport": "foveate.video.report",
    "VideoSettings": "foveate.video.settings",
    "compress_video": "foveate.video.compressing",
}

__all__ = [
    "Comparison",
    "Compressed",
    "Crop",
    "DatasetError",
    "FoveateError",
    "Limits",
    "MapError",
    "MissingExtraError",
    "ModelError",
    "OptionError",
    "OutputError",
    "Picture",
    "PictureError",
    "PlainComparison",
    "Report",
    "SaliencyMap",
    "Settings",
    "TargetError",
    "VideoError",
    "VideoLimits",
    "VideoReport",
    "VideoSettings",
    "compare",
    "compress",
    "compress_video",
    "crop",
    "crops",
    "overlay",
    "read_picture",
    "saliency_map",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
