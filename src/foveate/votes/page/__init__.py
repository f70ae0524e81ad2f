"""One HTML page that shows pairs of encodings and keeps what a person says of them."""

from foveate.votes.page.page import UNEQUAL, VotePage

__all__ = ["UNEQUAL", "VotePage"]
