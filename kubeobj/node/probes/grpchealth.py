"""Asking by gRPC, by its health checking protocol.

Source: ``k8s.io/kubernetes/pkg/probe/grpc`` (v1.36).
"""

from importlib import import_module
from typing import Final

from kubeobj.node.podmemory import go_duration
from kubeobj.node.probes.board import Outcome, Verdict
from kubeobj.node.probes.httpget import USER_AGENT

MISSING: Final = "gRPC probes need grpcio on this node: pip install 'kubeobj[run]'"
"""What is said where gRPC is not installed."""


def ask(address: str, service: str, timeout: float) -> Outcome:
    """Ask a server whether it serves.

    Args:
        address: Its host and port.
        service: Which of its services; empty for all of it.
        timeout: How long that may take, in seconds.
    """
    try:
        grpc = import_module("grpc")
        health_pb2 = import_module("grpc_health.v1.health_pb2")
        health_pb2_grpc = import_module("grpc_health.v1.health_pb2_grpc")
    except ImportError:
        return Outcome(Verdict.ERROR, MISSING)
    options = (("grpc.primary_user_agent", USER_AGENT), ("grpc.enable_http_proxy", 0))
    lasts = go_duration(timeout)
    with grpc.insecure_channel(address, options=options) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout)
        except grpc.FutureTimeoutError:
            return Outcome(
                Verdict.FAILURE,
                f'timeout: failed to connect service "{address}" within {lasts}: '
                "context deadline exceeded",
            )
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            request = health_pb2.HealthCheckRequest(service=service)
            status = stub.Check(request, timeout=timeout).status
        except grpc.RpcError as error:
            return Outcome(Verdict.FAILURE, _fault(error, lasts))
    if status == health_pb2.HealthCheckResponse.SERVING:
        return Outcome(Verdict.SUCCESS)
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(status)
    return Outcome(Verdict.FAILURE, f'service unhealthy (responded with "{name}")')


def _fault(error: object, lasts: str) -> str:
    code = getattr(getattr(error, "code", lambda: None)(), "name", "UNKNOWN")
    details = getattr(error, "details", lambda: "")()
    said = f"rpc error: code = {code.title().replace('_', '')} desc = {details}"
    if code == "UNIMPLEMENTED":
        protocol = "error: this server does not implement the grpc health protocol"
        return f"{protocol} (grpc.health.v1.Health): {said}"
    if code == "DEADLINE_EXCEEDED":
        return f"timeout: health rpc did not complete within {lasts}: {said}"
    return f"error: health rpc probe failed: {said}"
