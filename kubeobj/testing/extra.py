"""What draws needs Hypothesis; whoever imports this first is told how to get it."""

from importlib.util import find_spec

if find_spec("hypothesis") is None:
    raise ImportError("this needs Hypothesis: pip install 'kubeobj[testing]'")
