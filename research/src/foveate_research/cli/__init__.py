"""The commands that `foveate-research` adds to `foveate`."""
