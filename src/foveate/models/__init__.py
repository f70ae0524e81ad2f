"""Networks that predict where people look, and the one list of them (registry.py)."""
