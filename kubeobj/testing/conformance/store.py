"""What every `Store` must pass.

::

    class TestMyStore(StoreConformance):
        def make_store(self, *, history_limit: int) -> Store:
            return MyStore(history_limit=history_limit)
"""

from kubeobj.testing.conformance.storelists import StoreLists
from kubeobj.testing.conformance.storewatches import StoreWatches
from kubeobj.testing.conformance.storewrites import StoreWrites


class StoreConformance(StoreWrites, StoreLists, StoreWatches):
    """The promises of a `Store`, one test each; inherit it, and define `make_store`."""
