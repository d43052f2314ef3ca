"""Every pod is somebody: the service account that it says, or ``default``, with its token.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/serviceaccount`` (v1.36).
"""

import copy

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.podspec.annotations import MIRROR
from kubeobj.api.podspec.references import has_projected_token, secret_names, secrets_in_env
from kubeobj.api.podspec.visiting import containers_of
from kubeobj.documents import Wire

DEFAULT = "default"
"""The service account of a pod that names none."""

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
"""Where containers find the token."""

TOKEN_SECONDS = 3607
"""How long a mounted token is good for."""

LIMITS_SECRETS = "kubernetes.io/enforce-mountable-secrets"
"""The annotation of an account whose pods read no secrets but those that it lists."""

_VOLUME = "kube-api-access-"
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})


def _admit(request: AdmissionRequest) -> None:
    pod = request.object
    spec = pod["spec"]
    if MIRROR in pod["metadata"].get("annotations", ()):
        _check_mirror(request, spec)
        return
    name = spec.get("serviceAccountName") or DEFAULT
    account = _account(request, name)
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    if _wants_token(spec, account):
        _mount_token(request, spec)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = copy.deepcopy(account["imagePullSecrets"])
    if _limits_secrets(account):
        _check_secrets(request, spec, account)


def _account(request: AdmissionRequest, name: str) -> Wire:
    """Return the service account called *name*.

    Raises:
        Forbidden: If there is none.
    """
    account = request.context.objects.look("serviceaccounts", request.namespace, name)
    if account is None:
        where = f"{request.namespace}/{name}"
        raise request.refusal(
            f'error looking up service account {where}: serviceaccount "{name}" not found'
        )
    return account


# ---------------------------------------------------------------- the token


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
    for container in (*spec.get("initContainers", ()), *(spec["containers"] or ())):
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


# ---------------------------------------------------------------- refusing


def _check_mirror(request: AdmissionRequest, spec: Wire) -> None:
    """Refuse what a pod may not have that a node has made of a file."""
    if spec.get("serviceAccountName"):
        raise request.refusal("a mirror pod may not reference service accounts")
    if any(True for _ in secret_names(spec)):
        raise request.refusal("a mirror pod may not reference secrets")
    if has_projected_token(spec):
        raise request.refusal("a mirror pod may not use ServiceAccountToken volume projections")


def _limits_secrets(account: Wire) -> bool:
    return account["metadata"].get("annotations", {}).get(LIMITS_SECRETS) in _TRUE


def _check_secrets(request: AdmissionRequest, spec: Wire, account: Wire) -> None:
    """Refuse secrets that the account does not list."""
    listed = _names(account, "secrets")
    for volume in spec.get("volumes", ()):
        name = (volume.get("secret") or {}).get("secretName", "")
        if "secret" in volume and name not in listed:
            raise _unlisted(request, f'volume with secret.secretName="{name}"', account)
    _check_env(request, spec, account)
    pulled = _names(account, "imagePullSecrets")
    for position, reference in enumerate(spec.get("imagePullSecrets", ())):
        name = reference.get("name", "")
        if name not in pulled:
            raise _unlisted(request, f'imagePullSecrets[{position}].name="{name}"', account)


def _check_env(request: AdmissionRequest, spec: Wire, account: Wire) -> None:
    listed = _names(account, "secrets")
    for container in containers_of(spec):
        for name in secrets_in_env(container):
            if name not in listed:
                what = f'container {container["name"]} with the secret "{name}"'
                raise _unlisted(request, what, account)


def _names(account: Wire, field: str) -> set[str]:
    return {one.get("name", "") for one in account.get(field) or ()}


def _unlisted(request: AdmissionRequest, what: str, account: Wire) -> Exception:
    name = account["metadata"]["name"]
    return request.refusal(
        f"{what} is not allowed because service account {name} does not reference it"
    )


def _validate_ephemeral(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    name = spec.get("serviceAccountName")
    if not name:
        raise request.refusal(f"no service account specified for pod {request.name}")
    account = _account(request, name)
    if _limits_secrets(account):
        _check_env(request, spec, account)


SERVICE_ACCOUNT = Admission(
    name="ServiceAccount",
    mutate=_admit,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives pods their service account, and its token."""

EPHEMERAL_SECRETS = Admission(
    name="ServiceAccount",
    validate=_validate_ephemeral,
    resources=frozenset({"pods/ephemeralcontainers"}),
    operations=frozenset({Operation.UPDATE}),
    is_builtin=True,
)
"""Refuses containers that are added with secrets that the account does not list."""
