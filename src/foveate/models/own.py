"""The models that Foveate itself brings: its own network, and the baselines without weights."""

from foveate.models import baselines
from foveate.models.readings import foveate_s

ENTRIES = (*foveate_s.ENTRIES, *baselines.ENTRIES)
