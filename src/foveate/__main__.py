"""`python -m foveate`: the same as the `foveate` command."""

from foveate.cli.main import main

main()
