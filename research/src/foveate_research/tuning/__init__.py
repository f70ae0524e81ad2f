"""Searches and fits of Foveate's constants, on pictures not held for measuring."""
