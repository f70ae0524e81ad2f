"""The encoder for eyes: a trellis that follows what models of the eye see in the decoded picture.

This is the tune `vision`, not the tune `eyes`, which looks at nothing decoded.

`model.py` asks the models, `passes.py` runs the trellis with a weight for each coefficient, and
`loop.py` goes round between them; `bytes_target.py` and `quality_target.py` meet a target.
"""
