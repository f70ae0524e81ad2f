"""Measurements of speed, and of maps over several sets at once."""
