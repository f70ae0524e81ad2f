"""foveate-s: mixed batches of fixations, densities and masks, losses, its Lightning module."""
