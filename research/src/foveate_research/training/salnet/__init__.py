"""SalNet: whole pictures with blurred fixation maps, the Euclidean loss, its recipe."""
