"""Video: a map for each shot, followed through time, tells x264 or x265 where to spend its bits."""

from foveate.video.compressing import compress_video
from foveate.video.limits import VideoLimits
from foveate.video.report import VideoReport
from foveate.video.settings import VideoSettings

__all__ = ["VideoLimits", "VideoReport", "VideoSettings", "compress_video"]
