"""Without Hypothesis, the test bed says what to install."""

import subprocess
import sys

import pytest

# In a child process, as if the package were not there.
IMPORT_WITHOUT_HYPOTHESIS = """
import importlib.util
import sys

find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "hypothesis" else find_spec(name)
try:
    __import__(sys.argv[1])
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize("module", ["kubeobj.testing.machines", "kubeobj.testing.strategies"])
def test_import_error_names_the_extra(module: str) -> None:
    """The error is an ImportError that names the extra."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT_HYPOTHESIS, module],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "kubeobj[testing]" in run.stdout
    assert not run.stderr
