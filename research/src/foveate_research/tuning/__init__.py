"""Searches for the constants of the encoder and of the maps."""
