"""How a file codes its colours, and pixels brought to the colours that results are shown in."""
