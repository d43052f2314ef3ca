"""What is on either side of the proxy in `bench_proxy`: a server in a process of its own.

python -m benchmarks.proxy_peers flood|answer ADDRESS PORT
"""

import selectors
import socket
import sys
import time
from contextlib import suppress

FLOOD_BYTES = 16_000_000
"""How much each connection gets of a flood."""

ASKED_BYTES = 256
ANSWERED_BYTES = 1024


def flood(address: str, port: int) -> None:
    """Send everyone who connects as much as they take."""
    data = memoryview(bytes(1 << 18))
    with socket.create_server((address, port), backlog=1024) as server:
        server.settimeout(0)
        waiting = selectors.DefaultSelector()
        waiting.register(server, selectors.EVENT_READ, None)
        left: dict[socket.socket, int] = {}
        while True:
            for key, _ in waiting.select():
                if key.data is None:
                    client, _ = server.accept()
                    client.settimeout(0)
                    waiting.register(client, selectors.EVENT_WRITE, client)
                    left[client] = FLOOD_BYTES
                    continue
                client = key.data
                try:
                    left[client] -= client.send(data[: left[client]])
                except BlockingIOError:
                    continue
                except OSError:
                    left[client] = 0  # it has gone
                if not left[client]:
                    waiting.unregister(client)
                    client.close()
                    del left[client]


def answer(address: str, port: int) -> None:
    """Answer every question with as many bytes."""
    reply = bytes(ANSWERED_BYTES)
    with socket.create_server((address, port), backlog=1024) as server:
        server.settimeout(0)
        waiting = selectors.DefaultSelector()
        waiting.register(server, selectors.EVENT_READ, None)
        while True:
            for key, _ in waiting.select():
                if key.data is None:
                    client, _ = server.accept()
                    waiting.register(client, selectors.EVENT_READ, client)
                    continue
                client = key.data
                with suppress(OSError):
                    if client.recv(ASKED_BYTES):
                        client.sendall(reply)
                        continue
                waiting.unregister(client)
                client.close()


def flooded(address: str, port: int, connections: int) -> float:
    """Take floods through so many connections; return how many bytes a second that were."""
    waiting = selectors.DefaultSelector()
    buffer = bytearray(1 << 18)
    begun, total = time.perf_counter(), 0
    for _ in range(connections):
        one = socket.create_connection((address, port))
        one.settimeout(0)
        waiting.register(one, selectors.EVENT_READ, one)
    left = connections
    while left:
        for key, _ in waiting.select():
            got = key.data.recv_into(buffer)
            total += got
            if not got:
                waiting.unregister(key.data)
                key.data.close()
                left -= 1
    assert total == connections * FLOOD_BYTES
    return total / (time.perf_counter() - begun)


def answered(address: str, port: int, connections: int, seconds: float) -> float:
    """Ask through so many connections, each again as soon as it is answered; per second."""
    waiting = selectors.DefaultSelector()
    question = bytes(ASKED_BYTES)
    missing: dict[socket.socket, int] = {}
    for _ in range(connections):
        one = socket.create_connection((address, port))
        waiting.register(one, selectors.EVENT_READ, one)
        missing[one] = ANSWERED_BYTES
        one.sendall(question)
    begun, total = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for key, _ in waiting.select():
            one = key.data
            missing[one] -= len(one.recv(ANSWERED_BYTES))
            if not missing[one]:
                missing[one] = ANSWERED_BYTES
                total += 1
                one.sendall(question)
    for one in missing:
        one.close()
    return total / seconds


def waited(one: socket.socket) -> float:
    """Ask once; return how many seconds the answer took."""
    begun = time.perf_counter()
    one.sendall(bytes(ASKED_BYTES))
    left = ANSWERED_BYTES
    while left:
        left -= len(one.recv(left))
    return time.perf_counter() - begun


if __name__ == "__main__":
    {"flood": flood, "answer": answer}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
