"""The JPEG format in Python: options, targets and their searches, the mosaic, metadata, the twin.

`encode.encode` is the way in; it joins `tuning` (constants), `scripts` (scans), `rates` (what a
symbol costs), `encoder` (trellis passes) and the searches of `bytes_target` and `quality_target`.
"""
