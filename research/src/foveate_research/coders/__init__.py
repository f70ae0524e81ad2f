"""Coders compared: rivals, rate-distortion curves, tables at equal bytes."""
