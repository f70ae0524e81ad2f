"""`foveate`, and `python -m foveate`: quiet on Ctrl-C while the rest is still being loaded."""

import sys


def main() -> None:
    """Loads and runs the command line."""
    try:
        from foveate.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
