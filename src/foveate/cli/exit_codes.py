"""The codes with which `foveate` ends when something went wrong; 0 says that all was done."""

EXIT_FAILED = 1
"""Some files failed."""
EXIT_USAGE = 2
"""The command was called in a wrong way, and nothing was done."""
