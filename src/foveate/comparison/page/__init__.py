"""One HTML page that shows how copies of a picture differ from their original, and where."""

from foveate.comparison.page.page import ComparisonPage

__all__ = ["ComparisonPage"]
