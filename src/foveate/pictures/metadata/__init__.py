"""EXIF, XMP and colour profiles: what a file carries, what follows its pixels, what is kept."""
