"""The page that `foveate serve` shows: HTML, styles and modules, all of them from here."""
