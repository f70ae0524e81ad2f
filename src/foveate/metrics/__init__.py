"""Measures of how good a copy of a picture is."""
