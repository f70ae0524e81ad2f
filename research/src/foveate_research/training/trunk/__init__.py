"""The trunk of the label networks, taught by a network that ImageNet's labels trained."""
