"""The thesis' AlexNet, every way in for a saliency map, and a branch for any other network."""
