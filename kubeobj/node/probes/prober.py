"""Asks containers: in them, by HTTP, TCP or gRPC.

Source: ``k8s.io/kubernetes/pkg/kubelet/prober/prober.go`` and ``pkg/probe`` (v1.36).
"""

import socket
from contextlib import suppress
from typing import Final, Protocol, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.handlers import NoSuchPort, port_of, question_of
from kubeobj.node.podmemory import go_duration
from kubeobj.node.probes.board import Check, Outcome, Verdict
from kubeobj.node.probes.httpget import BODY_BYTES, USER_AGENT, HttpFault, dial_fault, get
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault

TRIES: Final = 3
"""How often a question is asked that could not be asked."""


class Prober(Protocol):
    """Asks one question; it blocks."""

    def probe(self, check: Check) -> Outcome:
        """Ask, and return what came of it; it raises nothing."""
        ...


@final
class NodeProber:
    """Asks as the kubelet does.

    Args:
        runtime: Runs commands in containers.
        clock: Tells how long something takes.
    """

    def __init__(self, runtime: ContainerRuntime, clock: Clock) -> None:
        self._runtime = runtime
        self._clock = clock

    def probe(self, check: Check) -> Outcome:
        """Ask, and return what came of it."""
        outcome = Outcome(Verdict.ERROR)
        for _ in range(TRIES):
            outcome = self._ask(check)
            if outcome.verdict is not Verdict.ERROR:
                break
        return outcome

    def _ask(self, check: Check) -> Outcome:
        probe, container = check.probe, check.container
        timeout = float(probe.get("timeoutSeconds", 1))
        try:
            if "exec" in probe:
                return self._exec(check.run_id, probe["exec"], timeout)
            if "httpGet" in probe:
                return self._http(probe["httpGet"], container, check.address, timeout)
            if "tcpSocket" in probe:
                return _tcp(probe["tcpSocket"], container, check.address, timeout)
            from kubeobj.node.probes.grpchealth import ask

            host = f"[{check.address}]" if ":" in check.address else check.address
            handler = probe["grpc"]
            return ask(f"{host}:{handler['port']}", handler.get("service") or "", timeout)
        except (NoSuchPort, RuntimeFault) as error:
            return Outcome(Verdict.ERROR, str(error))
        except Exception as error:
            # A probe that nobody answers would never be asked again.
            return Outcome(Verdict.ERROR, f"{type(error).__name__}: {error}")

    def _exec(self, run_id: str, handler: Wire, timeout: float) -> Outcome:
        command = tuple(handler.get("command") or ())
        result = self._runtime.exec_sync(run_id, command, timeout)
        if result.timed_out:
            shown = " ".join(command)
            why = f'command timed out: "{shown}" timed out after {go_duration(timeout)}'
            return Outcome(Verdict.FAILURE, why)
        if result.exit_code == 0:
            return Outcome(Verdict.SUCCESS)
        output = (result.stdout + result.stderr)[:BODY_BYTES].decode("utf-8", "replace")
        return Outcome(Verdict.FAILURE, output)

    def _http(self, handler: Wire, container: Wire, address: str, timeout: float) -> Outcome:
        question = question_of(handler, container, address, USER_AGENT)
        try:
            answer = get(question, timeout, self._clock)
        except HttpFault as error:
            return Outcome(Verdict.FAILURE, str(error))
        if 200 <= answer.status < 300:
            return Outcome(Verdict.SUCCESS)
        if 300 <= answer.status < 400:
            body = answer.body.decode("utf-8", "replace")
            return Outcome(Verdict.WARNING, f"Probe terminated redirects, Response body: {body}")
        return Outcome(Verdict.FAILURE, f"HTTP probe failed with statuscode: {answer.status}")


def _tcp(handler: Wire, container: Wire, address: str, timeout: float) -> Outcome:
    host, port = handler.get("host") or address, port_of(handler["port"], container)
    try:
        connection = socket.create_connection((host, port), timeout)
    except OSError as error:
        netloc = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return Outcome(Verdict.FAILURE, dial_fault(netloc, error))
    with suppress(OSError):
        connection.close()
    return Outcome(Verdict.SUCCESS)
