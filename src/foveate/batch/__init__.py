"""`foveate batch`: pictures of a folder or a store, done by runs that share the work and resume."""
