"""What is done by asking: to bind, to evict, to make tokens, to review."""

import json
from base64 import urlsafe_b64encode

import pytest

from kubeobj.api.actions.tokens import ISSUER
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import (
    ApiError,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    TooManyRequests,
    Unauthorized,
)
from kubeobj.api.kind import ADMIN, User
from kubeobj.api.options import WriteOptions
from kubeobj.api.rest.authentication import ANONYMOUS, TokenAuthenticator
from kubeobj.api.rest.message import HttpRequest
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from tests.api.manifests import POD

PLAIN = WriteOptions()
DRY = WriteOptions(dry_run=True)
BOB = User("bob", ("devs", "system:authenticated"), "7", {"team": ("red",)})
BUDGETS = "poddisruptionbudgets.policy"
ZONE, REGION = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
TOKEN_REVIEWS = "tokenreviews.authentication.k8s.io"  # noqa: S105 - no secret
SELF_REVIEWS = "selfsubjectreviews.authentication.k8s.io"
ACCESS = "subjectaccessreviews.authorization.k8s.io"
OWN_ACCESS = "selfsubjectaccessreviews.authorization.k8s.io"
LOCAL_ACCESS = "localsubjectaccessreviews.authorization.k8s.io"
OWN_RULES = "selfsubjectrulesreviews.authorization.k8s.io"
HOUR = 3600


def _act(
    server: ApiServer,
    resource: str,
    body: Wire,
    *,
    name: str = "",
    options: WriteOptions = PLAIN,
) -> Wire:
    """Ask for something in the default namespace, and return the answer."""
    outcome = server.act(resource, body, namespace="default", name=name, options=options)
    answer: Wire = json.loads(outcome.data)
    return answer


def _pod(server: ApiServer, name: str = "web-0", **spec: object) -> Wire:
    """Make a pod."""
    metadata = {**POD["metadata"], "name": name}
    body: Wire = {**POD, "metadata": metadata, "spec": {**POD["spec"], **spec}}
    server.create("pods", body, namespace="default")
    return _found(server, "pods", name)


def _found(server: ApiServer, resource: str, name: str) -> Wire:
    found = server.core.find(resource, "default", name)
    assert found is not None
    return found


def _condition(obj: Wire, kind: str) -> Wire:
    found: Wire
    (found,) = [one for one in obj["status"]["conditions"] if one["type"] == kind]
    return found


# ---------------------------------------------------------------- binding


def _bind(
    server: ApiServer, node: str = "n1", *, options: WriteOptions = PLAIN, **fields: object
) -> Wire:
    body: Wire = {"target": {"kind": "Node", "name": node}, **fields}
    body["metadata"] = {"name": "web-0", **body.get("metadata", {})}
    return _act(server, "pods/binding", body, name="web-0", options=options)


def test_a_pod_is_bound_to_a_node(server: ApiServer) -> None:
    """It gets the node, and where that is, whatever it has said of that itself."""
    labels = {ZONE: "z1", REGION: "r1", "kubernetes.io/arch": "arm64"}
    server.create("nodes", {"metadata": {"name": "n1", "labels": labels}})
    pod = _pod(server)
    pod["metadata"]["labels"][REGION] = "mine"
    pod["metadata"]["annotations"] = {"a": "old", "b": "kept"}
    server.update("pods", "web-0", pod, namespace="default")
    assert _bind(server, metadata={"annotations": {"a": "new"}})["status"] == "Success"
    bound = _found(server, "pods", "web-0")
    assert bound["spec"]["nodeName"] == "n1"
    assert bound["metadata"]["labels"] == {"app": "web", ZONE: "z1", REGION: "r1"}
    assert bound["metadata"]["annotations"] == {"a": "new", "b": "kept"}
    assert _condition(bound, "PodScheduled")["status"] == "True"
    assert bound["metadata"]["uid"] == pod["metadata"]["uid"]


def test_a_binding_by_itself_names_its_pod(server: ApiServer) -> None:
    """As ``bindings`` has no name on the URL; and the node need not be there."""
    _pod(server)
    body = {"metadata": {"name": "web-0"}, "target": {"name": "nowhere"}}
    _act(server, "bindings", body)
    assert _found(server, "pods", "web-0")["spec"]["nodeName"] == "nowhere"
    with pytest.raises(BadRequest, match="must name its pod"):
        _act(server, "bindings", {"target": {"name": "nowhere"}})


def test_a_binding_ends_a_nomination_and_the_wait_for_a_node(server: ApiServer) -> None:
    """What is said of the pod besides keeps its place; where else it is labelled is kept."""
    pod = _pod(server)
    waits = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    conditions = [waits, {"type": "Ready", "status": "False"}]
    pod["status"] = {**pod["status"], "nominatedNodeName": "n2", "conditions": conditions}
    server.update("pods", "web-0", pod, namespace="default", part="status")
    _bind(server, metadata={"labels": {"app": "bound", "b": "c"}})
    bound = _found(server, "pods", "web-0")
    assert bound["metadata"]["labels"] == {"app": "bound", "b": "c"}
    assert "nominatedNodeName" not in bound["status"]
    shown = [(one["type"], one["status"]) for one in bound["status"]["conditions"]]
    assert shown == [("PodScheduled", "True"), ("Ready", "False")]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"metadata": {"name": "other"}}, BadRequest, id="other-name"),
        pytest.param({"metadata": {"name": ""}}, BadRequest, id="no-name"),
        pytest.param({"metadata": {"namespace": "shop"}}, BadRequest, id="elsewhere"),
        pytest.param({"target": {"kind": "Pod", "name": "n1"}}, ApiError, id="target-kind"),
        pytest.param({"target": {"kind": "Node"}}, ApiError, id="target-name"),
        pytest.param({"target": None}, ApiError, id="no-target"),
        pytest.param({"target": "n1"}, BadRequest, id="mistyped"),
        pytest.param({"metadata": {"uid": "another"}}, Conflict, id="uid"),
        pytest.param({"metadata": {"resourceVersion": "1"}}, Conflict, id="version"),
    ],
)
def test_a_binding_that_is_wrong_binds_nothing(
    server: ApiServer, fields: Wire, error: type[ApiError]
) -> None:
    """The pod stays as it is; a wrong target is a failure of the server, as in Kubernetes."""
    before = _pod(server)
    with pytest.raises(error) as caught:
        _bind(server, **fields)
    assert type(caught.value) is error
    assert _found(server, "pods", "web-0") == before


def test_a_binding_may_say_which_pod_it_has_seen(server: ApiServer) -> None:
    """By uid and by version."""
    metadata = _pod(server)["metadata"]
    seen = {key: metadata[key] for key in ("uid", "resourceVersion")}
    _bind(server, metadata=seen)
    assert _found(server, "pods", "web-0")["spec"]["nodeName"] == "n1"


def test_a_pod_that_is_not_to_be_bound_is_a_conflict(server: ApiServer) -> None:
    """Bound already, being deleted, or gated; and none is not found."""
    with pytest.raises(NotFound):
        _bind(server)
    _pod(server, schedulingGates=[{"name": "example.com/wait"}])
    with pytest.raises(Conflict, match="has scheduling gates"):
        _bind(server)
    server.delete("pods", "web-0", namespace="default")
    _pod(server)
    _bind(server)
    for node in ("n1", "n2"):
        with pytest.raises(Conflict, match='already assigned to node "n1"'):
            _bind(server, node)
    server.delete("pods", "web-0", namespace="default")
    with pytest.raises(Conflict, match="is being deleted"):
        _bind(server, "n2")
    assert _found(server, "pods", "web-0")["spec"]["nodeName"] == "n1"


def test_a_dry_run_of_a_binding_changes_nothing(server: ApiServer) -> None:
    """But is judged as any."""
    before = _pod(server)
    revision = server.store.revision
    assert _bind(server, options=DRY)["status"] == "Success"
    assert server.store.revision == revision
    assert _found(server, "pods", "web-0") == before
    _bind(server)
    with pytest.raises(Conflict):
        _bind(server, options=DRY)


# ---------------------------------------------------------------- eviction


def _evict(server: ApiServer, options: WriteOptions = PLAIN, **fields: object) -> Wire:
    body: Wire = {"metadata": {"name": "web-0"}, **fields}
    return _act(server, "pods/eviction", body, name="web-0", options=options)


def _running(server: ApiServer, *, ready: bool = True) -> Wire:
    """Make a pod that runs on a node, so that it takes its time to end."""
    pod = _pod(server, nodeName="n1")
    conditions = [{"type": "Ready", "status": str(ready)}]
    pod["status"] = {**pod["status"], "phase": "Running", "conditions": conditions}
    server.update("pods", "web-0", pod, namespace="default", part="status")
    return _found(server, "pods", "web-0")


def _budget(
    server: ApiServer, allowed: int, *, name: str = "b", policy: str = "", **status: object
) -> None:
    """Make a budget that a controller has seen."""
    spec: Wire = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    if policy:
        spec["unhealthyPodEvictionPolicy"] = policy
    server.create(BUDGETS, {"metadata": {"name": name}, "spec": spec}, namespace="default")
    budget = _found(server, BUDGETS, name)
    counts = {"currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    seen = {"observedGeneration": 1, "disruptionsAllowed": allowed}
    budget["status"] = {**counts, **seen, **status}
    server.update(BUDGETS, name, budget, namespace="default", part="status")


def test_an_evicted_pod_ends_and_says_why(server: ApiServer) -> None:
    """It has its time of grace; nobody needs a budget."""
    _running(server)
    assert _evict(server)["status"] == "Success"
    pod = _found(server, "pods", "web-0")
    assert pod["metadata"]["deletionGracePeriodSeconds"] == 30
    condition = _condition(pod, "DisruptionTarget")
    assert (condition["status"], condition["reason"]) == ("True", "EvictionByEvictionAPI")
    _evict(server, deleteOptions={"gracePeriodSeconds": 0})
    with pytest.raises(NotFound):
        _evict(server)


def test_an_eviction_is_counted(server: ApiServer) -> None:
    """By the budget, which then has no more room, and says so."""
    _running(server)
    _budget(server, 1)
    _evict(server)
    status = _found(server, BUDGETS, "b")["status"]
    assert status["disruptionsAllowed"] == 0
    assert list(status["disruptedPods"]) == ["web-0"]
    assert _condition({"status": status}, "DisruptionAllowed")["reason"] == "InsufficientPods"
    assert "deletionTimestamp" in _found(server, "pods", "web-0")["metadata"]
    # What ends already disrupts nothing.
    _evict(server)
    assert _found(server, BUDGETS, "b")["status"] == status


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"metadata": {"name": "other"}}, BadRequest, id="other-name"),
        pytest.param({"metadata": {}}, BadRequest, id="no-name"),
        pytest.param({"metadata": {"name": "web-0", "namespace": "x"}}, BadRequest, id="elsewhere"),
        pytest.param({"apiVersion": "policy/v2"}, BadRequest, id="other-version"),
        pytest.param({"deleteOptions": 3}, BadRequest, id="mistyped"),
        pytest.param({"deleteOptions": {"gracePeriodSeconds": "3"}}, BadRequest, id="text"),
    ],
)
def test_an_eviction_that_is_wrong_changes_nothing(
    server: ApiServer, fields: Wire, error: type[ApiError]
) -> None:
    """Neither the pod nor the budget."""
    _running(server)
    _budget(server, 1)
    revision = server.store.revision
    with pytest.raises(error):
        _evict(server, **fields)
    assert server.store.revision == revision


@pytest.mark.parametrize("seen", [{"uid": "x"}, {"resourceVersion": "1"}])
def test_an_eviction_of_another_pod_than_meant_is_a_conflict(
    server: ApiServer, seen: dict[str, str]
) -> None:
    """As in Kubernetes, the budget has spent a disruption by then, if it had one."""
    before = _running(server)
    _budget(server, 1)
    for error, left in ((Conflict, 0), (TooManyRequests, 0)):
        with pytest.raises(error):
            _evict(server, deleteOptions={"preconditions": seen})
        assert _found(server, BUDGETS, "b")["status"]["disruptionsAllowed"] == left
    assert _found(server, "pods", "web-0") == before


def test_an_eviction_may_be_of_the_older_version(server: ApiServer, clock: VirtualClock) -> None:
    """Which is no more served, but still understood."""
    _running(server)
    _evict(server, apiVersion="policy/v1beta1", kind="Eviction")
    first = _condition(_found(server, "pods", "web-0"), "DisruptionTarget")
    clock.advance(1)
    _evict(server)
    assert _condition(_found(server, "pods", "web-0"), "DisruptionTarget") == first


def test_an_eviction_may_say_which_pod_it_has_seen(server: ApiServer) -> None:
    """By uid and by version, though the pod is noted to be evicted before it ends."""
    metadata = _running(server)["metadata"]
    seen = {key: metadata[key] for key in ("uid", "resourceVersion")}
    _evict(server, deleteOptions={"preconditions": seen})
    assert "deletionTimestamp" in _found(server, "pods", "web-0")["metadata"]


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        pytest.param(DRY, {}, id="of-the-request"),
        pytest.param(WriteOptions(), {"deleteOptions": {"dryRun": ["All"]}}, id="of-the-deletion"),
    ],
)
def test_a_dry_run_of_an_eviction_changes_nothing(
    server: ApiServer, options: WriteOptions, fields: Wire
) -> None:
    """It takes nothing from the budget, wherever it is asked for."""
    _running(server)
    _budget(server, 1)
    revision = server.store.revision
    assert _evict(server, options, **fields)["status"] == "Success"
    assert server.store.revision == revision
    server.delete(BUDGETS, "b", namespace="default")
    _budget(server, 0)
    with pytest.raises(TooManyRequests):
        _evict(server, options, **fields)


@pytest.mark.parametrize(
    ("ready", "policy", "healthy", "expected"),
    [
        pytest.param(True, "AlwaysAllow", 1, False, id="healthy"),
        pytest.param(False, "AlwaysAllow", 0, True, id="always"),
        pytest.param(False, "IfHealthyBudget", 1, True, id="others-are-healthy"),
        pytest.param(False, "IfHealthyBudget", 0, False, id="others-are-not"),
        pytest.param(False, "", 1, True, id="default-others-are-healthy"),
        pytest.param(False, "", 0, False, id="default-others-are-not"),
    ],
)
def test_a_pod_that_is_not_ready_may_go_uncounted(
    server: ApiServer, *, ready: bool, policy: str, healthy: int, expected: bool
) -> None:
    """Always, or while enough others are healthy."""
    _running(server, ready=ready)
    _budget(server, 0, policy=policy, currentHealthy=healthy)
    if expected:
        _evict(server)
        assert "disruptedPods" not in _found(server, BUDGETS, "b")["status"]
        return
    with pytest.raises(TooManyRequests, match=f"needs 1 healthy pods and has {healthy}") as caught:
        _evict(server)
    assert caught.value.retry_after_seconds is None
    assert caught.value.details is not None
    assert caught.value.details["causes"][0]["reason"] == "DisruptionBudget"
    assert "deletionTimestamp" not in _found(server, "pods", "web-0")["metadata"]


def test_a_pod_that_does_not_run_is_evicted_whatever_the_budget(server: ApiServer) -> None:
    """As it serves nobody."""
    _pod(server)
    _budget(server, 0)
    _evict(server)
    with pytest.raises(NotFound):
        server.get("pods", "web-0", namespace="default")


def test_a_budget_that_nobody_has_seen_has_no_room_yet(server: ApiServer) -> None:
    """It is to be asked again, and when is said."""
    _running(server)
    _budget(server, 3, observedGeneration=0)
    with pytest.raises(TooManyRequests, match="still being processed") as caught:
        _evict(server)
    assert caught.value.retry_after_seconds == 10


def test_a_budget_with_too_many_disrupted_pods_refuses(server: ApiServer) -> None:
    """Until its controller has caught up."""
    _running(server)
    when = "2026-01-01T00:00:00Z"
    _budget(server, 3, disruptedPods={f"p{number}": when for number in range(2001)})
    with pytest.raises(Forbidden, match="too many disrupted pods") as caught:
        _evict(server)
    assert caught.value.details is not None
    assert caught.value.details["kind"] == "poddisruptionbudget"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(None, "allows no evictions now$", id="nothing"),
        pytest.param({"reason": "SyncFailed"}, "not be worked out: oh", id="sync-failed"),
        pytest.param({"reason": "Other"}, r"now \(Other: oh\)", id="other"),
    ],
)
def test_a_budget_says_why_it_has_no_room(
    server: ApiServer, condition: dict[str, str] | None, expected: str
) -> None:
    """What its controller has said, if more pods are healthy than it needs."""
    _running(server)
    given = {
        "type": "DisruptionAllowed",
        "status": "False",
        "message": "oh",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    conditions = [{**given, **condition}] if condition else []
    _budget(server, 0, currentHealthy=2, conditions=conditions)
    with pytest.raises(TooManyRequests, match=expected):
        _evict(server)


def test_two_budgets_of_one_pod_are_not_served(server: ApiServer) -> None:
    """Not even if both have room."""
    _running(server)
    for name in ("b", "c"):
        _budget(server, 3, name=name)
    with pytest.raises(ApiError, match="more than one") as caught:
        _evict(server)
    assert (type(caught.value), caught.value.code) == (ApiError, 500)
    assert "deletionTimestamp" not in _found(server, "pods", "web-0")["metadata"]


# ---------------------------------------------------------------- tokens


def _token(server: ApiServer, **spec: object) -> str:
    """Ask for a token of the default account."""
    answer = _act(server, "serviceaccounts/token", {"spec": spec}, name="default")
    token: str = answer["status"]["token"]
    return token


def _review(server: ApiServer, token: str, *audiences: str) -> Wire:
    spec = {"token": token, "audiences": list(audiences)}
    status: Wire = _act(server, TOKEN_REVIEWS, {"spec": spec})["status"]
    return status


def _authenticated(server: ApiServer, token: str) -> User:
    authenticate = TokenAuthenticator({"static": ADMIN}, server)
    return authenticate(HttpRequest("GET", "/api", {"Authorization": f"Bearer {token}"}))


def _is_valid(server: ApiServer, token: str) -> bool:
    """Return whether a token is, on which both ways to ask agree."""
    reviewed = _review(server, token)
    try:
        user = _authenticated(server, token)
    except Unauthorized:
        assert "error" in reviewed
        assert reviewed["user"] == {}
        return False
    assert reviewed["authenticated"]
    assert reviewed["user"]["username"] == user.name
    return True


def test_a_token_is_its_accounts(server: ApiServer) -> None:
    """It says who, in which groups, and by which token."""
    token = _token(server)
    uid = _found(server, "serviceaccounts", "default")["metadata"]["uid"]
    user = _authenticated(server, token)
    assert (user.name, user.uid) == ("system:serviceaccount:default:default", uid)
    groups = ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated")
    assert user.groups == groups
    assert list(user.extra) == ["authentication.kubernetes.io/credential-id"]
    reviewed = _review(server, token)
    assert reviewed["user"]["groups"] == list(groups)
    assert reviewed["audiences"] == [ISSUER]
    assert _token(server) != token


def test_tokens_of_accounts_are_taken_only_where_a_server_is_given(server: ApiServer) -> None:
    """Those of users are taken in any case, and who brings none is anonymous."""
    headers = {"Authorization": f"Bearer {_token(server)}"}
    alone = TokenAuthenticator({"static": BOB})
    with pytest.raises(Unauthorized):
        alone(HttpRequest("GET", "/api", headers))
    for authenticate in (alone, TokenAuthenticator({"static": BOB}, server)):
        assert authenticate(HttpRequest("GET", "/api")) is ANONYMOUS
        known = HttpRequest("GET", "/api", {"Authorization": "bearer static"})
        assert authenticate(known) is BOB
        for scheme in ("Bearer", "Basic static", "Bearer nobodys"):
            with pytest.raises(Unauthorized):
                authenticate(HttpRequest("GET", "/api", {"Authorization": scheme}))


def test_a_token_lasts_as_long_as_it_says(server: ApiServer, clock: VirtualClock) -> None:
    """An hour, or as long as is asked for."""
    short, usual = _token(server, expirationSeconds=600), _token(server)
    clock.advance(599)
    assert _is_valid(server, short)
    clock.advance(1)
    assert not _is_valid(server, short)
    clock.advance(HOUR - 601)
    assert _is_valid(server, usual)
    clock.advance(1)
    assert not _is_valid(server, usual)


def test_a_token_ends_with_its_account(server: ApiServer) -> None:
    """And is not valid again for another of the same name."""
    token = _token(server)
    server.delete("serviceaccounts", "default", namespace="default")
    assert not _is_valid(server, token)
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")
    assert not _is_valid(server, token)


def test_a_token_ends_with_what_it_is_bound_to(server: ApiServer) -> None:
    """And says which pod that is."""
    uid = _pod(server)["metadata"]["uid"]
    token = _token(server, boundObjectRef={"kind": "Pod", "apiVersion": "v1", "name": "web-0"})
    extra = _authenticated(server, token).extra
    assert extra["authentication.kubernetes.io/pod-name"] == ("web-0",)
    assert extra["authentication.kubernetes.io/pod-uid"] == (uid,)
    server.delete("pods", "web-0", namespace="default")
    assert not _is_valid(server, token)
    _pod(server)
    assert not _is_valid(server, token)


def test_no_token_is_valid_that_the_server_has_not_made(server: ApiServer) -> None:
    """Neither other claims, nor another signature, nor the same in other text, nor garbage."""
    token = _token(server)
    assert _is_valid(server, token)
    header, claims, signature = token.split(".")
    unsigned = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = urlsafe_b64encode(b'{"sub":"system:admin"}').decode().rstrip("=")
    other = "B" if signature.endswith("A") else "A"
    for bad in (
        f"{header}.{forged}.{signature}",
        f"{unsigned}.{claims}.{signature}",
        f"{unsigned}.{claims}.",
        f"{header}.{claims}.{signature[:-1]}{other}",
        f"{header}.{claims}.{other}{signature}",
        f"{token}!!!!",
        f"{token}=",
        f"{header}.{claims}",
        "garbage",
        "..",
        ".",
        "a.é.ü",
        ISSUER,
    ):
        assert not _is_valid(server, bad)
    last = signature[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [one for one in alphabet if _is_valid(server, f"{token[:-1]}{one}")] == [last]


def test_a_token_is_for_whom_it_is_meant(server: ApiServer) -> None:
    """Another audience does not take it, nor does the server itself."""
    token = _token(server, audiences=["vault", "bank"])
    assert not _is_valid(server, token)
    assert _review(server, token, "vault", "mint")["audiences"] == ["vault"]
    assert "error" in _review(server, token, "mint")
    assert "error" in _review(server, _token(server), "vault")


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        pytest.param({"expirationSeconds": 599}, Invalid, id="too-short"),
        pytest.param({"expirationSeconds": 2**32 + 1}, Invalid, id="too-long"),
        pytest.param({"expirationSeconds": "600"}, BadRequest, id="text"),
        pytest.param({"audiences": "vault"}, BadRequest, id="no-list"),
        pytest.param({"boundObjectRef": {"kind": "Job", "name": "a"}}, BadRequest, id="kind"),
        pytest.param(
            {"boundObjectRef": {"kind": "Pod", "apiVersion": "apps/v1", "name": "web-0"}},
            BadRequest,
            id="group",
        ),
        pytest.param({"boundObjectRef": {"kind": "Pod", "name": "no"}}, NotFound, id="not-there"),
        pytest.param(
            {"boundObjectRef": {"kind": "Pod", "name": "web-0", "uid": "x"}}, Conflict, id="uid"
        ),
        pytest.param(
            {"boundObjectRef": {"kind": "Pod", "name": "ci-0"}}, BadRequest, id="other-account"
        ),
    ],
)
def test_a_token_that_is_wrong_is_not_made(
    server: ApiServer, spec: Wire, error: type[ApiError]
) -> None:
    """In how long it lasts, or in what it is to be bound to."""
    server.create("serviceaccounts", {"metadata": {"name": "ci"}}, namespace="default")
    _pod(server)
    _pod(server, "ci-0", serviceAccountName="ci")
    with pytest.raises(error):
        _token(server, **spec)


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        pytest.param({"name": "other"}, Invalid, id="name"),
        pytest.param({"namespace": "shop"}, BadRequest, id="namespace"),
        pytest.param({"uid": "x"}, Conflict, id="uid"),
    ],
)
def test_a_token_is_of_the_account_that_is_asked(
    server: ApiServer, metadata: Wire, error: type[ApiError]
) -> None:
    """Whoever names another has made a mistake."""
    with pytest.raises(error):
        _act(server, "serviceaccounts/token", {"metadata": metadata}, name="default")


def test_a_token_of_a_pod_says_on_which_node_that_is(server: ApiServer) -> None:
    """It outlives the node, as it is bound to the pod; one bound to the node does not."""
    server.create("nodes", {"metadata": {"name": "n1"}})
    _pod(server, nodeName="n1")
    of_pod = _token(server, boundObjectRef={"kind": "Pod", "name": "web-0"})
    of_node = _token(server, boundObjectRef={"kind": "Node", "name": "n1"})
    extra = _authenticated(server, of_pod).extra
    assert extra["authentication.kubernetes.io/node-name"] == ("n1",)
    assert "authentication.kubernetes.io/node-uid" in extra
    server.delete("nodes", "n1")
    assert _is_valid(server, of_pod)
    assert not _is_valid(server, of_node)
    later = _token(server, boundObjectRef={"kind": "Pod", "name": "web-0"})
    assert "authentication.kubernetes.io/node-uid" not in _authenticated(server, later).extra


def test_there_is_no_token_of_no_account(server: ApiServer) -> None:
    """It is not found."""
    with pytest.raises(NotFound, match='serviceaccounts "nobody" not found'):
        _act(server, "serviceaccounts/token", {}, name="nobody")


# ---------------------------------------------------------------- reviews

_GET_PODS = {"verb": "get", "resource": "pods", "namespace": "default"}


@pytest.mark.parametrize(
    ("resource", "spec", "error"),
    [
        pytest.param(ACCESS, {"resourceAttributes": _GET_PODS}, Invalid, id="nobody"),
        pytest.param(ACCESS, {"user": "bob"}, Invalid, id="nothing"),
        pytest.param(
            ACCESS,
            {"user": "bob", "resourceAttributes": {}, "nonResourceAttributes": {}},
            Invalid,
            id="both",
        ),
        pytest.param(ACCESS, {"user": 3}, BadRequest, id="mistyped"),
        pytest.param(OWN_ACCESS, {}, Invalid, id="own-nothing"),
        pytest.param(LOCAL_ACCESS, {"user": "bob"}, Invalid, id="local-nothing"),
        pytest.param(
            LOCAL_ACCESS,
            {"user": "bob", "nonResourceAttributes": {"path": "/"}},
            Invalid,
            id="local-path",
        ),
        pytest.param(
            LOCAL_ACCESS,
            {"user": "bob", "resourceAttributes": {**_GET_PODS, "namespace": "shop"}},
            Invalid,
            id="local-elsewhere",
        ),
        pytest.param(OWN_RULES, {}, BadRequest, id="rules-of-nowhere"),
        pytest.param(OWN_RULES, {"namespace": ["a"]}, BadRequest, id="rules-mistyped"),
        pytest.param(TOKEN_REVIEWS, {}, BadRequest, id="no-token"),
        pytest.param(TOKEN_REVIEWS, {"token": 3}, BadRequest, id="token-mistyped"),
    ],
)
def test_a_review_that_is_wrong_is_refused(
    server: ApiServer, resource: str, spec: Wire, error: type[ApiError]
) -> None:
    """It must be said who, and exactly one thing to do."""
    with pytest.raises(error):
        _act(server, resource, {"spec": spec})


@pytest.mark.parametrize("resource", [ACCESS, LOCAL_ACCESS, OWN_ACCESS])
def test_a_review_has_no_metadata(server: ApiServer, resource: str) -> None:
    """As it is not stored; what a server would drop anyway is let pass."""
    spec: Wire = {"resourceAttributes": _GET_PODS}
    if resource != OWN_ACCESS:
        spec["user"] = "bob"
    for name, value in (("name", "a"), ("labels", {"a": "b"}), ("generateName", "a-")):
        with pytest.raises(Invalid, match="metadata: Invalid value"):
            _act(server, resource, {"metadata": {name: value}, "spec": spec})
    _act(server, resource, {"metadata": {"creationTimestamp": None, "uid": "x"}, "spec": spec})


@pytest.mark.parametrize(
    ("name", "selector", "expected"),
    [
        pytest.param("fieldSelector", {"rawSelector": "a=b"}, [], id="raw"),
        pytest.param("fieldSelector", {}, ["requirements"], id="nothing"),
        pytest.param(
            "labelSelector",
            {"rawSelector": "a", "requirements": [{"key": "a", "operator": "Exists"}]},
            ["rawSelector"],
            id="both",
        ),
        pytest.param(
            "fieldSelector",
            {"requirements": [{"operator": "In"}, {"key": "-", "operator": "Later"}]},
            ["requirements[0].key", "requirements[0].values"],
            id="field",
        ),
        pytest.param(
            "labelSelector",
            {"requirements": [{"key": "-", "operator": "Exists", "values": ["a", "-"]}]},
            ["requirements[0].key", "requirements[0].values", "requirements[0].values[1]"],
            id="label",
        ),
    ],
)
def test_selectors_of_a_review_are_judged(
    server: ApiServer, name: str, selector: Wire, expected: list[str]
) -> None:
    """Roles know nothing of them, but they must be right."""
    body = {"spec": {"user": "bob", "resourceAttributes": {**_GET_PODS, name: selector}}}
    if not expected:
        assert not _act(server, ACCESS, body)["status"]["allowed"]
        return
    with pytest.raises(Invalid) as caught:
        _act(server, ACCESS, body)
    assert caught.value.details is not None
    fields = [cause["field"] for cause in caught.value.details["causes"]]
    assert sorted(fields) == [f"spec.resourceAttributes.{name}.{one}" for one in expected]


def _allow_bob(server: ApiServer) -> None:
    group = "rbac.authorization.k8s.io"
    rule: Wire = {
        "verbs": ["get"],
        "apiGroups": [""],
        "resources": ["pods"],
        "resourceNames": ["a"],
    }
    role: Wire = {"metadata": {"name": "r"}, "rules": [rule]}
    server.create(f"roles.{group}", role, namespace="default")
    binding: Wire = {
        "metadata": {"name": "b"},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "r"},
        "subjects": [{"kind": "Group", "name": "devs"}],
    }
    server.create(f"rolebindings.{group}", binding, namespace="default")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, True, id="allowed"),
        pytest.param({"name": "b"}, False, id="name"),
        pytest.param({"verb": "list"}, False, id="verb"),
        pytest.param({"group": "apps"}, False, id="group"),
        pytest.param({"subresource": "log"}, False, id="part"),
    ],
)
def test_every_review_of_access_answers_alike(
    server: ApiServer, changes: dict[str, str], *, expected: bool
) -> None:
    """Of oneself, of others, and in one namespace; with the reason."""
    _allow_bob(server)
    what = {"resourceAttributes": {**_GET_PODS, "name": "a", **changes}}
    who = {"user": "bob", "groups": ["devs"]}
    answers = [
        _act(server, ACCESS, {"spec": {**who, **what}}),
        _act(server, LOCAL_ACCESS, {"spec": {**who, **what}}),
        _act(server, OWN_ACCESS, {"spec": what}, options=WriteOptions(user=BOB)),
    ]
    for answer in answers:
        assert answer["status"]["allowed"] is expected
        assert ("reason" in answer["status"]) is expected
        assert answer["spec"]["resourceAttributes"] == what["resourceAttributes"]
    assert not _act(server, ACCESS, {"spec": {"user": "devs", **what}})["status"]["allowed"]


def test_a_review_can_be_about_a_path(server: ApiServer) -> None:
    """Which is allowed by rules of the whole cluster."""
    for path, expected in (("/healthz", True), ("/metrics", False)):
        what = {"nonResourceAttributes": {"path": path, "verb": "get"}}
        answer = _act(server, OWN_ACCESS, {"spec": what}, options=WriteOptions(user=BOB))
        assert answer["status"]["allowed"] is expected


def test_one_may_ask_for_all_that_one_may(server: ApiServer) -> None:
    """In a namespace: of resources, and of paths."""
    _allow_bob(server)
    options = WriteOptions(user=BOB)
    status = {
        where: _act(server, OWN_RULES, {"spec": {"namespace": where}}, options=options)["status"]
        for where in ("default", "shop")
    }
    rule: Wire = {
        "verbs": ["get"],
        "apiGroups": [""],
        "resources": ["pods"],
        "resourceNames": ["a"],
    }
    assert rule in status["default"]["resourceRules"]
    assert rule not in status["shop"]["resourceRules"]
    for one in status.values():
        assert not one["incomplete"]
        assert any("/healthz" in rule["nonResourceURLs"] for rule in one["nonResourceRules"])


def test_one_may_ask_who_one_is(server: ApiServer) -> None:
    """With groups, uid and all."""
    answer = _act(server, SELF_REVIEWS, {}, options=WriteOptions(user=BOB))
    assert answer["status"]["userInfo"] == {
        "username": "bob",
        "uid": "7",
        "groups": ["devs", "system:authenticated"],
        "extra": {"team": ["red"]},
    }


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("resource", "name", "body"),
    [
        pytest.param(
            "pods/binding",
            "web-0",
            {"metadata": {"name": "web-0"}, "target": {"name": "n1"}},
            id="binding",
        ),
        pytest.param("pods/eviction", "web-0", {"metadata": {"name": "web-0"}}, id="eviction"),
        pytest.param("serviceaccounts/token", "default", {}, id="token"),
        pytest.param(OWN_ACCESS, "", {"spec": {"resourceAttributes": _GET_PODS}}, id="review"),
        pytest.param(SELF_REVIEWS, "", {}, id="self"),
    ],
)
def test_a_body_is_read_as_strictly_as_is_asked_for(
    server: ApiServer, resource: str, name: str, body: Wire
) -> None:
    """Unknown fields are refused or warned of; another kind, and what is mistyped, is refused."""
    _pod(server)
    unknown = {**body, "colour": "red"}
    revision = server.store.revision
    strict = WriteOptions(field_validation="Strict")
    with pytest.raises(BadRequest, match='unknown field "colour"'):
        _act(server, resource, unknown, name=name, options=strict)
    for wrong in ({"metadata": 3}, {"metadata": {"labels": {"a": 3}}}, {"kind": "Pod"}):
        with pytest.raises(BadRequest):
            _act(server, resource, {**body, "apiVersion": "v1", **wrong}, name=name)
    with pytest.raises(BadRequest):
        server.act(resource, b'{"metadata"', namespace="default", name=name)
    assert server.store.revision == revision
    dry = WriteOptions(dry_run=True)
    outcome = server.act(resource, unknown, namespace="default", name=name, options=dry)
    assert any("colour" in warning for warning in outcome.warnings)


def test_only_actions_are_acted(server: ApiServer) -> None:
    """What is stored is created."""
    with pytest.raises(MethodNotAllowed):
        server.act("pods", POD, namespace="default")


def test_an_eviction_with_bad_options_counts_nothing(server: ApiServer) -> None:
    """Options are judged before a budget is spent and the pod is told."""
    _running(server)
    before = _found(server, "pods", "web-0")
    with pytest.raises(Invalid):
        _evict(server, deleteOptions={"propagationPolicy": "Sideways"})
    assert _found(server, "pods", "web-0") == before


def test_a_review_about_no_resource_is_not_one_about_a_path(server: ApiServer) -> None:
    """Who may read every path may not therefore do anything to a resource without a name."""
    role: Wire = {
        "metadata": {"name": "paths"},
        "rules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    }
    server.create("clusterroles", role)
    binding: Wire = {
        "metadata": {"name": "paths"},
        "roleRef": {"kind": "ClusterRole", "name": "paths"},
        "subjects": [{"kind": "User", "name": "bob"}],
    }
    server.create("clusterrolebindings", binding)
    spec = {"user": "bob", "resourceAttributes": {"verb": "get"}}
    assert _act(server, ACCESS, {"spec": spec})["status"]["allowed"] is False
    spec = {"user": "bob", "nonResourceAttributes": {"verb": "get", "path": ""}}
    assert _act(server, ACCESS, {"spec": spec})["status"]["allowed"] is True
