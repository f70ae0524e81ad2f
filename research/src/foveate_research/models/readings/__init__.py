"""How the outputs of each family of the papers' networks become a map."""
