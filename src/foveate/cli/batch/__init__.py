"""Many pictures in one call: what is done already, the work on each, processes, and the summary.

`task` does one picture, `placing` puts its result where it belongs, `manifest` remembers what was
done, `workers` and `worker` are the two ends of processes that work side by side, `run` joins them,
and `summary` prints what became of all.
"""
