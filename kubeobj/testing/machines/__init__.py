"""A Hypothesis state machine that looks for what breaks an operator.

    class WebsiteMachine(OperatorMachine):
        installs = (website,)
        objects = st.builds(website_document, replicas=st.integers(0, 3))
        plan = Plan(kinds=[WEBSITES])

    TestWebsite = WebsiteMachine.TestCase

It creates, changes and deletes objects, spoils and deletes the operator's children, lets time pass
and lets anything go wrong; then all faults stop, and everything must come right. A failure is
shrunk to the shortest script, which is printed as a test to be pasted and run.
"""

import kubeobj.testing.extra  # noqa: F401 - says what to install
from kubeobj.testing.machines.machine import OperatorMachine
from kubeobj.testing.machines.outcome import OperatorFailed
from kubeobj.testing.machines.trial import Subject, Trial

__all__ = ["OperatorFailed", "OperatorMachine", "Subject", "Trial"]
