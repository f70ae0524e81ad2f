"""The codes with which `foveate` ends when something went wrong; 0 says that all was done."""

EXIT_FAILED = 1
"""Some files failed."""
EXIT_USAGE = 2
"""The command was called in a wrong way, and nothing was done."""
EXIT_INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 plus the number of SIGINT."""
