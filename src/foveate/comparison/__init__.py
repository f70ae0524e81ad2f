"""Copies of a picture beside their original: measured, as rows of a table, and as an HTML page."""

from foveate.comparison.measured import Comparison, comparable, compare

__all__ = ["Comparison", "comparable", "compare"]
