"""What a request asks to be encoded: a picture or a crop of it, with the map that steers it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from foveate._crop import Shape, crops_by_map
from foveate.pictures import Picture
from foveate.saliency import MapSource, SaliencyMap, map_from_array, map_of
from foveate.settings import Box, Settings
from foveate.web.asked import Asked
from foveate.web.painting import painted_map


@dataclass(eq=False)
class Subject:
    """A picture as `foveate.compress` is to have it.

    key: of what was asked, without settings of the coder. map: steers the bytes. guessed: whether a
    model made the map, and would make it again. protect: boxes in pixels of this picture. window:
    the crop (x, y, width, height) in pixels of the whole picture. reduced: smaller copies, by their
    longest side.
    """

    key: str
    picture: Picture
    map: SaliencyMap
    guessed: bool
    protect: tuple[Box, ...]
    window: Box | None = None
    notes: tuple[str, ...] = ()
    reduced: dict[int, Picture] = field(default_factory=dict)

    def steering(self, settings: Settings) -> MapSource:
        """The map for `foveate.compress`, so that the bytes are those of the command line.

        Where that would make another map than the one that is held, it makes its own: it takes a
        quicker model for the effort fast, and looks at sRGB where metadata go.
        """
        in_srgb = settings.metadata == "none" and self.picture.icc is not None
        if self.guessed and (settings.effort == "fast" or in_srgb):
            return "auto"
        return dataclasses.replace(self.map)  # its values at full size are not kept


def whole_subject(picture: Picture, saliency: SaliencyMap, asked: Asked) -> Subject:
    """The whole picture with its map, painted or as the model made it."""
    guessed = not asked.strokes
    if not guessed:
        saliency = map_from_array(painted_map(saliency, asked.strokes), picture)
    boxes = asked.settings.boxes_within(picture.width, picture.height, picture.name)
    return Subject(asked.subject_key, picture, saliency, guessed, boxes)


def cropped_subject(
    picture: Picture, saliency: SaliencyMap, window_map: SaliencyMap, asked: Asked
) -> Subject:
    """The crop that was asked for, placed and steered as by `foveate crop`.

    window_map: places the crop, unless a map was painted. Raises OptionError.
    """
    assert asked.aspect is not None
    whole = whole_subject(picture, saliency, asked)
    placing = window_map if whole.guessed else whole.map
    shape = Shape.of_aspect(asked.aspect)
    crop = crops_by_map(picture, placing, [shape], protect=whole.protect)[0]
    # People see a crop alone, so a model looks at it alone.
    steering = map_of("auto", crop.picture) if whole.guessed else crop.map
    return Subject(
        whole.key, crop.picture, steering, whole.guessed, crop.protect, crop.box, crop.notes
    )
