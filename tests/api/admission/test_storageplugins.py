"""Claims, volumes and Ingresses: their default classes, what keeps them, and how claims grow."""

import pytest

from kubeobj.api.admission.defaultclasses import INGRESS_CLASSES, STORAGE_CLASSES
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from tests.api.admission.making import change, found, make

CLAIMS = "persistentvolumeclaims"
IS_DEFAULT = {"storageclass.kubernetes.io/is-default-class": "true"}


def _class(server: ApiServer, name: str, *, default: bool = True, **fields: object) -> None:
    metadata = {"name": name, "annotations": IS_DEFAULT if default else {}}
    make(server, STORAGE_CLASSES, {"metadata": metadata, "provisioner": "a.b/c", **fields})


def _claim(server: ApiServer, name: str = "v", **spec: object) -> Wire:
    whole = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        **spec,
    }
    return make(server, CLAIMS, {"metadata": {"name": name}, "spec": whole}, namespace="shop")


def test_a_claim_gets_the_youngest_default_class(server: ApiServer, clock: VirtualClock) -> None:
    """Of two that are as old, the one that comes first by name; and none where it says none."""
    assert "storageClassName" not in _claim(server, "before")["spec"]
    for name in ("b", "a"):
        _class(server, name)
    assert _claim(server, "two")["spec"]["storageClassName"] == "a"
    clock.advance(1)
    _class(server, "z")
    _class(server, "y", default=False)
    assert _claim(server, "young")["spec"]["storageClassName"] == "z"
    assert _claim(server, "none", storageClassName="")["spec"]["storageClassName"] == ""
    assert _claim(server, "own", storageClassName="b")["spec"]["storageClassName"] == "b"


def test_an_ingress_gets_the_default_class(server: ApiServer) -> None:
    """Unless an annotation of old names one."""
    metadata = {
        "name": "n",
        "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"},
    }
    make(server, INGRESS_CLASSES, {"metadata": metadata, "spec": {"controller": "a.b/c"}})
    backend = {"service": {"name": "s", "port": {"number": 80}}}

    def ingress(name: str, **annotations: str) -> Wire:
        body = {
            "metadata": {"name": name, "annotations": annotations},
            "spec": {"defaultBackend": backend},
        }
        made = make(server, "ingresses.networking.k8s.io", body, namespace="shop")
        spec: Wire = made["spec"]
        return spec

    assert ingress("a")["ingressClassName"] == "n"
    assert "ingressClassName" not in ingress("b", **{"kubernetes.io/ingress.class": "old"})


def test_claims_and_volumes_are_kept_while_they_are_used(server: ApiServer) -> None:
    """Each gets its finalizer once, beside those that it has."""
    assert _claim(server)["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    own = ["example.com/x", "kubernetes.io/pv-protection"]
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": "/d"},
    }
    body = {"metadata": {"name": "pv", "finalizers": own}, "spec": spec}
    assert make(server, "persistentvolumes", body)["metadata"]["finalizers"] == own


@pytest.mark.parametrize(
    ("expansion", "may_grow"),
    [
        pytest.param({"allowVolumeExpansion": True}, True, id="allowed"),
        pytest.param({"allowVolumeExpansion": False}, False, id="refused"),
        pytest.param({}, False, id="unsaid"),
        pytest.param(None, False, id="no-class"),
    ],
)
def test_a_claim_grows_if_its_class_lets_it(
    server: ApiServer, expansion: Wire | None, may_grow: bool
) -> None:
    """Once it is bound."""
    if expansion is not None:
        _class(server, "fast", default=False, **expansion)
    claim = _claim(server, storageClassName="fast", volumeName="pv")
    claim["status"]["phase"] = "Bound"
    change(server, CLAIMS, claim, part="status")
    claim = found(server, CLAIMS, "v")
    claim["spec"]["resources"]["requests"]["storage"] = "2Gi"
    if may_grow:
        change(server, CLAIMS, claim)
        return
    with pytest.raises(Forbidden, match="must support resize"):
        change(server, CLAIMS, claim)
