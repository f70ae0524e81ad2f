"""How the outputs of each family of networks become a map: one file a family."""
