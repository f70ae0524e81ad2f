"""How each network's outputs are read as a map, one file a family; no torch."""
