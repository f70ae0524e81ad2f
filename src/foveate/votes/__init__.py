"""People compare encodings pair by pair: the page that asks them, and what their votes come to."""
