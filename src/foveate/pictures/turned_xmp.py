"""XMP of a picture that was turned upright: dimensions and marked regions turn with it."""

from __future__ import annotations

from collections.abc import Callable
from xml.dom import minidom

from foveate.pictures.xmp import changed_xmp, set_value, values

_AREA = "http://ns.adobe.com/xmp/sType/Area#"
_DIMENSIONS = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
_TIFF, _EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
_MICROSOFT = "http://ns.microsoft.com/photo/1.2/t/Region#"
_IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_WIDTHS = ((_TIFF, "ImageWidth"), (_EXIF, "PixelXDimension"))
_HEIGHTS = ((_TIFF, "ImageLength"), (_EXIF, "PixelYDimension"))

Turn = Callable[[float, float], tuple[float, float]]

# Where a point (x, y) of the stored picture, in shares of its sides, lies in the upright one
# (Exif 2.32, 4.6.4.A).
TURNS: dict[int, Turn] = {
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}


def turned_xmp(packet: bytes, orientation: int, *, width: int, height: int) -> bytes:
    """The packet of a picture that was stored by this orientation and is now `width` x `height`.

    Turned are the regions of the Metadata Working Group (mwg-rs), Microsoft's and IPTC's, and the
    dimensions that they and the packet tell. Orientation 1 changes nothing.
    """
    if orientation not in TURNS:
        return packet
    turn, transposed = TURNS[orientation], orientation >= 5
    stored = (height, width) if transposed else (width, height)

    def change(root: minidom.Element) -> bool:
        changed = False
        for element in [root, *root.getElementsByTagName("*")]:
            changed |= _turn_area(element, turn, transposed)
            changed |= _turn_rectangle(element, turn)
            changed |= _turn_boundary(element, turn, transposed, stored)
            changed |= _set_dimensions(element, width, height, transposed)
        return changed

    return changed_xmp(packet, change)


def _numbers(found: dict[str, str], names: tuple[str, ...]) -> list[float] | None:
    try:
        return [float(found[name]) for name in names]
    except (KeyError, ValueError):
        return None


def _turn_area(element: minidom.Element, turn: Turn, transposed: bool) -> bool:
    """stArea: the middle of a region, and its width and height, in shares of the sides."""
    found = values(element, _AREA)
    middle = _numbers(found, ("x", "y"))
    if middle is None or found.get("unit", "normalized") != "normalized":
        return False
    for name, value in zip(("x", "y"), turn(*middle), strict=True):
        set_value(element, _AREA, name, _written(value))
    if transposed and "w" in found and "h" in found:
        set_value(element, _AREA, "w", found["h"])
        set_value(element, _AREA, "h", found["w"])
    return True


def _turn_rectangle(element: minidom.Element, turn: Turn) -> bool:
    """MPReg:Rectangle, "x, y, width, height" from the upper left corner, in shares."""
    text = values(element, _MICROSOFT).get("Rectangle", "")
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        return False
    box = _turned_box(x, y, width, height, turn)
    set_value(element, _MICROSOFT, "Rectangle", ", ".join(_written(v) for v in box))
    return True


def _turn_boundary(
    element: minidom.Element, turn: Turn, transposed: bool, stored: tuple[int, int]
) -> bool:
    """Iptc4xmpExt:RegionBoundary: rectangles, circles and corners, in shares or pixels."""
    found = values(element, _IPTC_EXT)
    point = _numbers(found, ("rbX", "rbY"))
    if point is None:
        return False
    across, down = (1, 1) if found.get("rbUnit") != "pixel" else stored
    new_across, new_down = (down, across) if transposed else (across, down)
    size = _numbers(found, ("rbW", "rbH"))
    if size is None:
        x, y = turn(point[0] / across, point[1] / down)
        parts = {"rbX": x * new_across, "rbY": y * new_down}
    else:
        x, y, w, h = _turned_box(
            point[0] / across, point[1] / down, size[0] / across, size[1] / down, turn
        )
        parts = {"rbX": x * new_across, "rbY": y * new_down}
        parts |= {"rbW": w * new_across, "rbH": h * new_down}
    for name, value in parts.items():
        set_value(element, _IPTC_EXT, name, _written(value))
    return True


def _turned_box(
    x: float, y: float, width: float, height: float, turn: Turn
) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = turn(x, y), turn(x + width, y + height)
    return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)


def _set_dimensions(element: minidom.Element, width: int, height: int, transposed: bool) -> bool:
    changed = False
    for names, value in ((_WIDTHS, width), (_HEIGHTS, height)):
        for uri, name in names:
            if name in values(element, uri):
                set_value(element, uri, name, str(value))
                changed = True
    found = values(element, _DIMENSIONS)
    if transposed and "w" in found and "h" in found:
        set_value(element, _DIMENSIONS, "w", found["h"])
        set_value(element, _DIMENSIONS, "h", found["w"])
        changed = True
    return changed


def _written(value: float) -> str:
    """At most six decimals: a hundredth of a pixel of the largest picture."""
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"
