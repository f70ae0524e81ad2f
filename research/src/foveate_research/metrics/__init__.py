"""Metrics of maps against masks and fixations."""
