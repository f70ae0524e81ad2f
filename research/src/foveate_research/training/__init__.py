"""Training of the networks in models/: data mixing, losses, Lightning module, export, cards."""
