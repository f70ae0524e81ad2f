"""Maps against fixations, density maps and masks."""
