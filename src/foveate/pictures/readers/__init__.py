"""Files that Pillow does not read, or not rightly, and files that are flawed."""
