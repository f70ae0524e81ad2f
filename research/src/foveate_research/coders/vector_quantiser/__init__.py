"""A vector quantiser whose codebooks and choices count errors by the map, as research."""
