"""Plain JPEG, by which targets are counted, and what all coders take from it."""
