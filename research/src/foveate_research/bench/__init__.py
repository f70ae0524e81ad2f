"""How fast Foveate, its networks, its metrics and packed samples are."""
