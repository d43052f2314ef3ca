"""The chain: who is asked, in which order, and what their mistakes cost."""

from collections.abc import Callable

import pytest

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Chain, Operation
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Conflict, Forbidden, InternalError, Invalid
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from tests.api.admission.making import change, found, make, pod_body

CONFIG_MAPS = frozenset({"configmaps"})
MAP: Wire = {"metadata": {"name": "m"}, "data": {"sky": "blue"}}


def _server(*admissions: Admission) -> ApiServer:
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1), admissions=admissions)
    server.create("namespaces", {"metadata": {"name": "shop"}})
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="shop")
    return server


def _mutating(step: Callable[[AdmissionRequest], None], **fields: object) -> Admission:
    return Admission(name="mine", mutate=step, resources=CONFIG_MAPS, **fields)  # type: ignore[arg-type]


def _validating(step: Callable[[AdmissionRequest], None], **fields: object) -> Admission:
    return Admission(name="mine", validate=step, resources=CONFIG_MAPS, **fields)  # type: ignore[arg-type]


def _nothing(_request: AdmissionRequest) -> None:
    pass


@pytest.mark.parametrize(
    ("resource", "part", "operation", "is_asked"),
    [
        pytest.param("pods", "", Operation.CREATE, True, id="its-resource"),
        pytest.param("pods", "status", Operation.UPDATE, True, id="its-part"),
        pytest.param("pods", "resize", Operation.UPDATE, False, id="another-part"),
        pytest.param("pods", "", Operation.DELETE, False, id="another-operation"),
        pytest.param("services", "", Operation.CREATE, False, id="another-resource"),
    ],
)
def test_who_is_asked_is_whom_it_concerns(
    resource: str, part: str, operation: Operation, is_asked: bool
) -> None:
    """A write asks nobody who has said to be about something else."""
    one = Admission(name="one", validate=_nothing, resources=frozenset({"pods", "pods/status"}))
    assert Chain([one]).plan(resource, part, operation).validating == ((one,) if is_asked else ())


def test_who_books_is_asked_last() -> None:
    """What a quota has booked is not refused by anybody after it."""
    booking = Admission(name="booking", validate=_nothing, is_last=True)
    others = [Admission(name=name, validate=_nothing) for name in ("a", "b")]
    assert [one.name for one in Chain([booking, *others]).admissions] == ["a", "b", "booking"]


def test_a_quota_is_not_charged_for_what_a_user_refuses() -> None:
    """Who refuses is asked before the quota, though it comes after all that is built in."""

    def refuse(request: AdmissionRequest) -> None:
        raise request.refusal("no")

    server = _server(_validating(refuse))
    quota = make(
        server,
        "resourcequotas",
        {"metadata": {"name": "q"}, "spec": {"hard": {"configmaps": "1"}}},
        namespace="shop",
    )
    quota["status"] = {"hard": {"configmaps": "1"}, "used": {"configmaps": "0"}}
    change(server, "resourcequotas", quota, part="status")
    with pytest.raises(Forbidden):
        make(server, "configmaps", MAP, namespace="shop")
    assert found(server, "resourcequotas", "q")["status"]["used"] == {"configmaps": "0"}


@pytest.mark.parametrize("kind", [_mutating, _validating], ids=["mutating", "validating"])
def test_a_crash_names_whoever_crashed_and_leaves_the_store(
    kind: Callable[..., Admission],
) -> None:
    """A mistake in a user's function refuses the write, as a mistake of the server."""

    def crash(request: AdmissionRequest) -> None:
        request.object["data"]["sky"] = "red"
        raise ZeroDivisionError("of mine")

    server = _server(kind(crash))
    before = server.store.revision
    with pytest.raises(InternalError, match=r'"mine".*ZeroDivisionError: of mine'):
        make(server, "configmaps", MAP, namespace="shop")
    assert server.store.revision == before


def test_any_error_of_the_api_is_the_answer() -> None:
    """Who refuses chooses how."""

    def refuse(_request: AdmissionRequest) -> None:
        raise Conflict("later")

    with pytest.raises(Conflict, match="later"):
        make(_server(_validating(refuse)), "configmaps", MAP, namespace="shop")


def test_who_only_looks_changes_nothing() -> None:
    """What a validating function does to what it is shown is done to a copy."""

    def meddle(request: AdmissionRequest) -> None:
        for obj in (request.obj, request.old):
            if obj is not None:
                obj["data"] = {"sky": "red"}

    every = frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE})
    server = _server(_validating(meddle, operations=every))
    made = make(server, "configmaps", MAP, namespace="shop")
    assert made["data"] == {"sky": "blue"}
    made["metadata"]["finalizers"] = ["example.com/stay"]
    change(server, "configmaps", made)
    server.delete("configmaps", "m", namespace="shop")
    assert found(server, "configmaps", "m")["data"] == {"sky": "blue"}


def test_who_changes_an_object_does_not_change_the_old_one() -> None:
    """An update is judged by what was stored, whatever a mutating function does to it."""

    def meddle(request: AdmissionRequest) -> None:
        if request.old is not None:
            request.old["immutable"] = False

    server = _server(_mutating(meddle))
    made = make(server, "configmaps", {**MAP, "immutable": True}, namespace="shop")
    made["data"] = {"sky": "red"}
    with pytest.raises(Invalid, match="immutable"):
        change(server, "configmaps", made)


def _drop(request: AdmissionRequest) -> None:
    request.obj = None


def _mistype(request: AdmissionRequest) -> None:
    request.object["data"] = ["sky"]


def _put_an_object(request: AdmissionRequest) -> None:
    request.object["data"] = {"sky": object()}


@pytest.mark.parametrize("step", [_drop, _mistype, _put_an_object])
def test_what_is_no_object_of_the_kind_is_refused(
    step: Callable[[AdmissionRequest], None],
) -> None:
    """What a mutating function leaves is read again, and the function named if it cannot be."""
    with pytest.raises(InternalError, match='"mine" has made no such ConfigMap'):
        make(_server(_mutating(step)), "configmaps", MAP, namespace="shop")


def test_what_a_function_leaves_becomes_wire_form() -> None:
    """Values that the API would not store are written as it would, and nothing is shared."""
    shared: Wire = {"a": "b"}

    def label(request: AdmissionRequest) -> None:
        request.object["metadata"]["labels"] = shared
        request.object["metadata"]["generation"] = 0

    server = _server(_mutating(label))
    make(server, "configmaps", MAP, namespace="shop")
    shared["a"] = "changed"
    metadata = found(server, "configmaps", "m")["metadata"]
    assert metadata["labels"] == {"a": "b"}
    assert "generation" not in metadata


def test_an_object_of_another_version_is_read_again_in_it() -> None:
    """A mutating function sees objects as they are stored, whatever version was sent."""
    seen: list[str] = []

    def note(request: AdmissionRequest) -> None:
        seen.append(request.object["apiVersion"])

    scalers = frozenset({"horizontalpodautoscalers.autoscaling"})
    server = _server(Admission(name="mine", mutate=note, resources=scalers))
    body = {
        "metadata": {"name": "h"},
        "spec": {
            "maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "targetCPUUtilizationPercentage": 50,
        },
    }
    server.create("horizontalpodautoscalers.v1.autoscaling", body, namespace="shop")
    stored = found(server, "horizontalpodautoscalers.autoscaling", "h")
    assert seen == ["autoscaling/v2"]
    assert stored["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 50


def test_what_is_asked_by_creating_is_admitted_too() -> None:
    """Who is about evictions or bindings sees them, and may change or refuse them."""

    def refuse(request: AdmissionRequest) -> None:
        raise request.refusal(f"{request.object['kind']} of {request.name}")

    def annotate(request: AdmissionRequest) -> None:
        request.object["metadata"]["annotations"] = {"by": "me"}

    server = _server(
        Admission(name="keep", validate=refuse, resources=frozenset({"pods/eviction"})),
        Admission(name="note", mutate=annotate, resources=frozenset({"pods/binding"})),
    )
    make(server, "pods", pod_body("p"), namespace="shop")
    body: Wire = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
    with pytest.raises(Forbidden, match="Eviction of p"):
        server.act("pods/eviction", body, namespace="shop", name="p")
    target = {"kind": "Node", "name": "n"}
    server.act(
        "pods/binding",
        {"metadata": {"name": "p"}, "target": target},
        namespace="shop",
        name="p",
    )
    assert found(server, "pods", "p")["metadata"]["annotations"] == {"by": "me"}


def test_a_mutating_function_may_not_move_an_object() -> None:
    """An object stays in the namespace of the request."""

    def move(request: AdmissionRequest) -> None:
        request.object["metadata"]["namespace"] = "default"

    server = _server(_mutating(move))
    with pytest.raises(InternalError, match=r'"mine".*namespace'):
        make(server, "configmaps", MAP, namespace="shop")
    assert server.core.find("configmaps", "default", "m") is None
    assert server.core.find("configmaps", "shop", "m") is None


def test_a_mutating_function_may_name_a_new_object_and_rename_no_old_one() -> None:
    """What is new is stored under the name that it has in the end."""

    def rename(request: AdmissionRequest) -> None:
        request.object["metadata"]["name"] += "-x"

    server = _server(_mutating(rename))
    server.create("configmaps", MAP, namespace="shop")
    made = found(server, "configmaps", "m-x")
    with pytest.raises(Invalid, match=r"metadata\.name"):
        change(server, "configmaps", made)
    assert server.core.find("configmaps", "shop", "m-x-x") is None


def test_a_deletion_shows_what_is_deleted() -> None:
    """There is no object to come; who asks for it is told so."""
    seen: list[object] = []

    def look(request: AdmissionRequest) -> None:
        seen.append(request.old and request.old["data"])
        with pytest.raises(ValueError, match="a DELETE brings no object"):
            _ = request.object
        raise request.refusal("it stays")

    server = _server(_validating(look, operations=frozenset({Operation.DELETE})))
    make(server, "configmaps", MAP, namespace="shop")
    with pytest.raises(Forbidden, match='configmaps "m" is forbidden: it stays'):
        server.delete("configmaps", "m", namespace="shop")
    assert seen == [{"sky": "blue"}]
