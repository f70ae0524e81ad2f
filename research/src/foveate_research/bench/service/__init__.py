"""The image service under load, on this machine alone."""
