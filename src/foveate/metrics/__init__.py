"""Numbers that say how good a copy or a map is."""
