"""The papers' saliency systems, trained and measured, and the evidence behind Foveate."""

__version__ = "0.1.0"
