"""How files are laid out: what stands where in them, apart from the pixels."""
