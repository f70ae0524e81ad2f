"""`foveate batch` against a store that fails, while its processes are killed, on this machine."""
