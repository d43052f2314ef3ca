"""Asking others for names that are not of this cluster.

Who asks the same while it is being asked already waits for the same answer. So a ring of servers
that ask each other comes to rest, and many that start at once ask once.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, TypeAlias, final

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode

TRY_SECONDS: Final = 3.0
"""How long each of the others is given."""

AT_ONCE: Final = 512
"""How many different questions may be open; more are refused."""

_Question: TypeAlias = tuple[dns.name.Name, int, int, bool]


@final
class Asking:
    """Asks other servers.

    Args:
        servers: Whom to ask, the first one first; each an address, at port 53, or both.
    """

    def __init__(self, servers: Sequence[tuple[str, int]]) -> None:
        self._servers = tuple(servers)
        self._open: dict[_Question, asyncio.Task[dns.message.Message | None]] = {}

    async def ask(self, query: dns.message.Message) -> dns.message.Message:
        """Return what others answer; a failure if nobody does."""
        question = query.question[0]
        wants_proof = bool(query.ednsflags & dns.flags.DO)
        key = question.name, int(question.rdtype), int(question.rdclass), wants_proof
        task = self._open.get(key)
        if task is None:
            if len(self._open) >= AT_ONCE:
                return failure(query)
            task = asyncio.get_running_loop().create_task(self._ask_all(query))
            self._open[key] = task
            task.add_done_callback(lambda _: self._open.pop(key, None))
        found = await asyncio.shield(task)
        return failure(query) if found is None else _as_answer(found, query)

    async def _ask_all(self, query: dns.message.Message) -> dns.message.Message | None:
        backend = dns.asyncbackend.get_backend("asyncio")
        question = query.question[0]
        asked = dns.message.make_query(
            question.name, question.rdtype, question.rdclass, want_dnssec=bool(query.ednsflags)
        )
        failed: dns.message.Message | None = None
        for address, port in self._servers:
            try:
                found, _ = await dns.asyncquery.udp_with_fallback(
                    asked, address, timeout=TRY_SECONDS, port=port, backend=backend
                )
            except (OSError, EOFError, dns.exception.DNSException):
                continue
            if found.rcode() not in {dns.rcode.SERVFAIL, dns.rcode.REFUSED}:
                return found
            failed = found
        return failed


def failure(query: dns.message.Message) -> dns.message.Message:
    """Return that there is no answer to be had."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(dns.rcode.SERVFAIL)
    return response


def _as_answer(found: dns.message.Message, query: dns.message.Message) -> dns.message.Message:
    """Return what others have answered as an answer to a query of our own."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(found.rcode())
    response.answer = list(found.answer)
    response.authority = list(found.authority)
    response.additional = list(found.additional)
    return response
