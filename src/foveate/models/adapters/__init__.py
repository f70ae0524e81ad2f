"""Saliency networks of other people, run as an adapter file says."""
