"""A cluster for coroutines: however many wait, it answers, and it ends."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from kubeobj.api.errors import NotFound
from kubeobj.cluster.asynccluster import AsyncCluster
from tests.cluster.live.test_cluster import pod, state, until

__all__ = ["state"]

MANY = 70


async def begun(cluster: AsyncCluster) -> None:
    """Begin it, with a pod that prints one line and no more."""
    await cluster.start()
    await cluster.apply(pod("quiet", "echo one; exec sleep 1000"))
    await cluster.wait("pods", "quiet", "Ready", within=120)


async def followed(lines: AsyncIterator[str], heard: list[str]) -> str:
    """Follow a log to its end."""
    async for line in lines:
        heard.append(line)  # noqa: PERF401 - as they come
    return "ended"


async def all_heard(heard: list[str]) -> None:
    """Wait until everyone has had the one line that there is."""
    for _ in range(2400):
        if len(heard) == MANY:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"only {len(heard)} of {MANY} have heard it")


def readers() -> int:
    """How many threads read logs."""
    return sum(one.name.startswith("kubeobj-log") for one in threading.enumerate())


def test_many_follow_logs_and_it_answers() -> None:
    """And it ends, though nobody has closed them: they come to their end."""

    async def main() -> list[str]:
        cluster = AsyncCluster(runtime="process")
        await begun(cluster)
        heard: list[str] = []
        tasks = [
            asyncio.create_task(followed(cluster.logs("quiet", follow=True), heard))
            for _ in range(MANY)
        ]
        await all_heard(heard)
        async with asyncio.timeout(120):
            assert (await cluster.exec("quiet", ["echo", "hi"])).stdout == "hi\n"
            await cluster.stop(leave_pods=False)
            return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == ["ended"] * MANY
    until(lambda: readers() == 0, "no thread reads a log any more")


def test_whoever_is_cancelled_frees_its_thread() -> None:
    """At once, not with the next line, which never comes."""

    async def main() -> None:
        cluster = AsyncCluster(runtime="process")
        await begun(cluster)
        heard: list[str] = []
        tasks = [
            asyncio.create_task(followed(cluster.logs("quiet", follow=True), heard))
            for _ in range(MANY)
        ]
        await all_heard(heard)
        assert readers() == MANY
        for task in tasks:
            task.cancel()
        assert {type(one) for one in await asyncio.gather(*tasks, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        async with aclosing(cluster.logs("quiet", follow=True)) as lines:
            assert await anext(lines) == "one"
        opening = asyncio.create_task(followed(cluster.logs("quiet", follow=True), heard))
        await asyncio.sleep(0)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening
        await asyncio.to_thread(until, lambda: readers() == 0, "all threads are free")
        await cluster.stop()

    asyncio.run(main())


def test_pods_that_go_on_are_followed_no_more(state: Path) -> None:
    """The cluster that would tell of them has ended."""

    async def main() -> list[str]:
        cluster = AsyncCluster(state, "process")
        await begun(cluster)
        lines = cluster.logs("quiet", follow=True)
        heard = [await anext(lines)]
        task = asyncio.create_task(followed(lines, heard))
        async with asyncio.timeout(120):
            await cluster.stop(leave_pods=True)
            return [await task, *heard]

    assert asyncio.run(main()) == ["ended", "one"]


def test_it_can_be_ended_twice_and_begun_again() -> None:
    """What is asked in between says that it does not run."""

    async def main() -> None:
        cluster = AsyncCluster(runtime="process")
        with pytest.raises(RuntimeError, match="does not run"):
            await cluster.status()
        async with cluster:
            with pytest.raises(NotFound):
                await anext(cluster.logs("nobody"))
        await cluster.stop()
        with pytest.raises(RuntimeError, match="does not run"):
            await anext(cluster.logs("nobody"))
        await cluster.start()
        assert (await cluster.status())["runtime"]["name"] == "process"
        await cluster.stop()

    asyncio.run(main())
