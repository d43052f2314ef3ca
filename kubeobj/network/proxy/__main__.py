"""The proxy's process: reads rules from a socket that it was given, and does what they say.

It ends when the other end is closed, so it never outlives whom it works for. What it answers: that
it has begun, that rules are in force, and which places cannot be had.
"""

import asyncio
import gc
import json
import logging
import signal
import socket
import sys
from collections.abc import Callable
from typing import final

from kubeobj.network.proxy.places import Places
from kubeobj.network.proxy.sockets import allow_many_files, name_of, text_of
from kubeobj.network.rules import Frontend, Message, line_of, rule_of

LONGEST_LINE_BYTES = 256 * 1024 * 1024
"""How long a line with all rules may be."""


@final
class Proxy:
    """Does what it is told through a pipe.

    Args:
        reader: What it is told.
        writer: What it answers.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._places = Places(self._tell, asyncio.get_running_loop())

    async def run(self) -> None:
        """Work until nobody tells it anything any more."""
        try:
            self._say({"begun": True})
            while line := await self._reader.readline():
                await self._obey(json.loads(line))
        finally:
            self._places.close()

    async def _obey(self, message: Message) -> None:
        rules = [rule_of(one) for one in message["put"]]
        if message["all"]:
            await self._places.replace(rules)
        else:
            await self._places.change(rules, message["drop"])
        self._say({"applied": message["number"]})

    def _tell(self, frontend: Frontend, error: OSError | None) -> None:
        if error is None:
            self._say({"opened": frontend})
        else:
            self._say({"failed": frontend, "word": name_of(error), "text": text_of(error)})

    def _say(self, message: Message) -> None:
        self._writer.write(line_of(message))


async def main(descriptor: int) -> None:
    """Work for whoever holds the other end of a socket.

    Args:
        descriptor: The number of this end.
    """
    control = socket.socket(fileno=descriptor)
    control.settimeout(0)
    reader, writer = await asyncio.open_unix_connection(sock=control, limit=LONGEST_LINE_BYTES)
    await Proxy(reader, writer).run()


def start() -> None:
    """Run the process: its only argument is the number of its end of the socket."""
    # Who is interrupted in a terminal is the agent, and it says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()
    allow_many_files()
    gc.freeze()
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(main(int(sys.argv[1])))


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


if __name__ == "__main__":
    start()
