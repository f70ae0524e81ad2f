"""An original, its copies and a map -> one HTML page that shows how they differ and where."""

from foveate.comparison_page.page import ComparisonPage

__all__ = ["ComparisonPage"]
