"""JPEG files as they store their pictures: coefficients read, and coded anew without loss."""
