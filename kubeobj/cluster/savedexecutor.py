"""An executor whose jobs begin once what led to them is durable."""

from typing import final

from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.node.executor import Executor, Job


@final
class SavedExecutor:
    """Begins jobs as soon as what the loop has written before is durable; an `Executor`.

    So nothing is done in the world for a reason that could still be lost.

    Args:
        executor: Does the jobs.
        api: What is written to.
    """

    def __init__(self, executor: Executor, api: SharedApi) -> None:
        self._executor = executor
        self._api = api

    def submit(self, job: Job) -> None:
        """Begin a job, now or a little later."""
        self._api.when_saved(lambda: self._executor.submit(job))

    def sleep(self, seconds: float) -> None:
        """Wait, within a job."""
        self._executor.sleep(seconds)

    def close(self) -> None:
        """Begin no more jobs."""
        self._executor.close()
