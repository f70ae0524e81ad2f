"""The papers' networks: how their outputs become maps, their weights and their records."""

from foveate_research.models.readings import cam, menet, msroi, salnet

ENTRIES = (*msroi.ENTRIES, *cam.ENTRIES, *menet.ENTRIES, *salnet.ENTRIES)

COMMANDS = {"import": "foveate_research.cli.import_weights:app"}
"""What this package adds to `foveate models`."""
