"""The proxy's process: reads rules from a socket that it was given, and does what they say.

It ends when the other end is closed, so it never outlives whom it works for. What it answers: that
it has begun, that rules are in force, and which places cannot be had.
"""

import gc
import json
import logging
import signal
import socket
import sys
from typing import Final, final

from kubeobj.network.proxy.eventloop import EventLoop
from kubeobj.network.proxy.places import Places
from kubeobj.network.proxy.sockets import allow_many_files, name_of, text_of
from kubeobj.network.rules import Frontend, Message, line_of, rule_of

READ_BYTES: Final = 1 << 20
"""How much it is told at once."""


@final
class Proxy:
    """Does what it is told through a socket.

    Args:
        control: The socket; it blocks.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._loop = EventLoop()
        self._places = Places(self._tell, self._loop)
        self._buffer = bytearray()

    def run(self) -> None:
        """Work until nobody tells it anything any more."""
        self._say({"begun": True})
        self._loop.add_reader(self._control.fileno(), self._read)
        self._loop.run()
        self._places.close()
        self._loop.close()

    def _read(self) -> None:
        try:
            data = self._control.recv(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            self._loop.stop()
            return
        self._buffer += data
        if b"\n" not in data:
            return  # the rest is looked through once, when it is there
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, message: Message) -> None:
        rules = [rule_of(one) for one in message["put"]]
        if message["all"]:
            self._places.replace(rules)
        else:
            self._places.change(rules, message["drop"])
        self._say({"applied": message["number"]})

    def _tell(self, frontend: Frontend, error: OSError | None) -> None:
        if error is None:
            self._say({"opened": frontend})
        else:
            self._say({"failed": frontend, "word": name_of(error), "text": text_of(error)})

    def _say(self, message: Message) -> None:
        try:
            self._control.sendall(line_of(message))
        except OSError:
            self._loop.stop()


def start() -> None:
    """Run the process: its only argument is the number of its end of the socket."""
    # Who is interrupted in a terminal is the agent, and it says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()
    allow_many_files()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        Proxy(control).run()


if __name__ == "__main__":
    start()
