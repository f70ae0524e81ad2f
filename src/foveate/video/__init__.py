"""Video: a map for each shot, followed through time, tells x264 or x265 where to spend its bits.

Nothing is imported here, so that the command line reads `settings` without the rest.
"""
