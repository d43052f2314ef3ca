"""Fuzzing: any text gives the right type or one of our errors, in linear time, to any depth.

One module a target, each of which says what holds of any text. They run under pytest with texts
from Hypothesis, and by themselves with a coverage-guided fuzzer (the extra ``fuzz``) for as long
as one likes::

    python -m tests.fuzz.selector -max_total_time=600
"""
