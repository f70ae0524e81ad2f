"""Maps measured against masks, fixations and classes."""
