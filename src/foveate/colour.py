"""Luma and colour differences of RGB, as JFIF has them (ITU-T T.871, clause 7; BT.601)."""

from __future__ import annotations

LUMA_OF_RGB = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in luma."""
CB_OF_RGB = (-0.299 / 1.772, -0.587 / 1.772, 0.5)
CR_OF_RGB = (0.5, -0.587 / 1.402, -0.114 / 1.402)
"""Shares of red, green and blue in the colour differences, which lie around 0."""
