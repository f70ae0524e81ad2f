"""JPEG 2000 whose bytes go where people look: code-blocks of OpenJPEG's, cut by a map."""
