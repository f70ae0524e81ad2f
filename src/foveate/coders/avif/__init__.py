"""AVIF by libaom, which is told block by block how many bits the saliency map is worth."""
