"""Which pod goes to which node: a queue, a picture of the cluster in numbers, and plugins.

Start with `scheduler`, which is driven by events and steps; `cycle` is the way of one pod. The
picture is `snapshot`: columns over the nodes (`nodes`, `labelcolumns`) and counts of pods by what
selects them (`podcounts`). What plugins are is in `framework`; those that every scheduler has are
in `plugins`. What is worked out for one pod is kept for those like it (`templates`, `evaluation`).
"""
