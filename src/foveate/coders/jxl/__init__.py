"""JPEG XL: the weighted JPEG in fewer bytes, from which the JPEG comes back bit for bit."""
