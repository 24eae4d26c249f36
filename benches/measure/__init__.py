"""The parts of `compare.py`, with Python's own library only.

`process` measures a command, `site` keeps a generated site in Git; `cold`, `again`, `scale` and `live` are the
benchmarks, and `tables` prints what they found.
"""
