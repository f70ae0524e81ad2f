"""Searches for the settings of the trellis that meet a number of bytes or a quality."""
