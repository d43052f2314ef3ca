"""Every pod is somebody: the service account that it says, or ``default``, with its token.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/serviceaccount`` (v1.36).
"""

import copy

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import forbidden
from kubeobj.documents import Wire

DEFAULT = "default"
"""The service account of a pod that names none."""

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
"""Where containers find the token."""

TOKEN_SECONDS = 3607
"""How long a mounted token is good for."""

_MIRROR = "kubernetes.io/config.mirror"
_VOLUME = "kube-api-access-"


def _admit(request: AdmissionRequest) -> None:
    pod = request.object
    spec = pod["spec"]
    if _MIRROR in pod["metadata"].get("annotations", ()):
        _check_mirror(request, spec)
        return
    name = spec.get("serviceAccountName") or DEFAULT
    account = request.context.objects.find("serviceaccounts", request.namespace, name)
    if account is None:
        where = f"{request.namespace}/{name}"
        why = f'error looking up service account {where}: serviceaccount "{name}" not found'
        raise forbidden("", "pods", request.name, why)
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    if _wants_token(spec, account):
        _mount_token(request, spec)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = copy.deepcopy(account["imagePullSecrets"])


def _wants_token(spec: Wire, account: Wire) -> bool:
    name = "automountServiceAccountToken"
    return bool(spec.get(name, account.get(name, True)))


def _mount_token(request: AdmissionRequest, spec: Wire) -> None:
    """Give each container the token, unless something is mounted in its place."""
    volumes = spec.get("volumes", [])
    name = next((one["name"] for one in volumes if one["name"].startswith(_VOLUME)), "")
    is_there = bool(name)
    name = name or f"{_VOLUME}{request.context.ids.suffix()}"
    is_needed = False
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        mounts = container.setdefault("volumeMounts", [])
        if all(mount["mountPath"] != TOKEN_PATH for mount in mounts):
            mounts.append({"name": name, "readOnly": True, "mountPath": TOKEN_PATH})
            is_needed = True
    if is_needed and not is_there:
        spec["volumes"] = [*volumes, {"name": name, "projected": _token_source()}]


def _token_source() -> Wire:
    namespace = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
            {
                "configMap": {
                    "name": "kube-root-ca.crt",
                    "items": [{"key": "ca.crt", "path": "ca.crt"}],
                }
            },
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": namespace}]}},
        ],
        "defaultMode": 0o644,
    }


def _check_mirror(request: AdmissionRequest, spec: Wire) -> None:
    """Refuse what a pod may not have that a node has made of a file."""
    if spec.get("serviceAccountName"):
        why = "a mirror pod may not reference service accounts"
        raise forbidden("", "pods", request.name, why)
    for volume in spec.get("volumes", ()):
        for source in volume.get("projected", {}).get("sources") or ():
            if "serviceAccountToken" in source:
                why = "a mirror pod may not use ServiceAccountToken volume projections"
                raise forbidden("", "pods", request.name, why)
        if "secret" in volume:
            why = "a mirror pod may not reference secrets"
            raise forbidden("", "pods", request.name, why)


SERVICE_ACCOUNT = Admission(
    name="ServiceAccount",
    mutate=_admit,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives pods their service account, and its token."""
