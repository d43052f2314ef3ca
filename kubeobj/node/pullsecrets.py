"""Who asks a registry for an image: the credentials in a pod's pull secrets.

Source: ``k8s.io/kubernetes/pkg/credentialprovider`` keyring.go and config.go (v1.36).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

import orjson

from kubeobj.documents import Wire
from kubeobj.node.faults import SourceFault
from kubeobj.node.podsources import PodSources
from kubeobj.runtimes.configs import ImageAuth

DEFAULT_REGISTRY: Final = "index.docker.io"
"""Under which name credentials are kept for images that name no registry."""

_CONFIG_KEYS: Final = {
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/dockercfg": ".dockercfg",
}

_Entry: TypeAlias = tuple[str, ImageAuth]


def image_auth(
    pod: Wire, image: str, sources: PodSources
) -> tuple[tuple[ImageAuth, ...], tuple[str, ...]]:
    """Return who may ask for an image, in the order to try, and the secrets that are missing."""
    secrets, missing = [], []
    for reference in pod["spec"].get("imagePullSecrets") or ():
        name = reference.get("name")
        if not name:
            continue
        try:
            secrets.append(sources.secret(pod["metadata"]["namespace"], name))
        except SourceFault:
            missing.append(name)
    return credentials_for(image, secrets), tuple(missing)


def credentials_for(image: str, secrets: list[Wire]) -> tuple[ImageAuth, ...]:
    """Return the credentials in secrets that are for the registry of an image.

    Those for a longer path come first: ``quay.io/team`` before ``quay.io``. A secret that cannot be
    read has none.

    Args:
        image: The image, as a container names it.
        secrets: The secrets, of the types for registries.
    """
    repository = full_repository(image)
    kept: dict[str, list[ImageAuth]] = {}
    for secret in secrets:
        for key, auth in _entries(secret):
            kept.setdefault(key, []).append(auth)
    found: list[ImageAuth] = []
    for key in sorted(kept, reverse=True):
        if _matches(key, repository):
            found += kept[key]
    if not found and _is_of_default_registry(repository):
        found = kept.get(DEFAULT_REGISTRY, [])
    return tuple(dict.fromkeys(found))


def full_repository(image: str) -> str:
    """Return the name of an image with its registry, and without tag and digest.

    >>> full_repository("nginx:1.27"), full_repository("localhost:5000/web@sha256:ab")
    ('docker.io/library/nginx', 'localhost:5000/web')
    """
    name = image.partition("@")[0]
    head, slash, rest = name.rpartition("/")
    name = f"{head}{slash}{rest.partition(':')[0]}"
    first, slash, others = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    if "." not in first and ":" not in first and first != "localhost":
        return f"docker.io/{name}"
    if first == "index.docker.io":
        name = f"docker.io/{others}"
        first = "docker.io"
    return f"{first}/library/{others}" if first == "docker.io" and "/" not in others else name


# ---------------------------------------------------------------- reading


def _entries(secret: Wire) -> Iterator[_Entry]:
    """Yield the credentials in a secret, each with the registry and path that it is for."""
    kind = secret.get("type", "")
    field = _CONFIG_KEYS.get(kind)
    text = (secret.get("data") or {}).get(field) if field else None
    if not text:
        return
    try:
        config = orjson.loads(base64.b64decode(text))
    except (ValueError, binascii.Error):
        return
    if isinstance(config, dict) and field == ".dockerconfigjson":
        config = config.get("auths")
    if not isinstance(config, dict):
        return
    for location, entry in config.items():
        auth = _auth_of(location, entry) if isinstance(entry, dict) else None
        parts = _parts_of(location)
        if auth is None or parts is None:
            continue
        # A version of the protocol is no part of the path.
        path = parts.path[3:] if parts.path.startswith(("/v1/", "/v2/")) else parts.path
        yield f"{parts.netloc}{'' if path == '/' else path}", auth


def _auth_of(location: str, entry: Mapping[str, Any]) -> ImageAuth | None:  # type: ignore[explicit-any]
    texts = {name: value for name, value in entry.items() if isinstance(value, str)}
    username, password = texts.get("username", ""), texts.get("password", "")
    if texts.get("auth"):
        try:
            field = texts["auth"].strip()
            decoded = base64.b64decode(field + "=" * (-len(field) % 4)).decode()
        except (ValueError, binascii.Error):
            return None
        username, colon, password = decoded.partition(":")
        if not colon:
            return None
    token = texts.get("identitytoken", "")
    if not username and not password and not token:
        return None
    return ImageAuth(username, password, location, token)


def _parts_of(location: str) -> SplitResult | None:
    text = location if location.startswith(("http://", "https://")) else f"https://{location}"
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises if it is none
    except ValueError:
        return None
    return parts if parts.netloc else None


# ---------------------------------------------------------------- matching


def _is_of_default_registry(repository: str) -> bool:
    return repository.startswith("docker.io/")


def _matches(key: str, repository: str) -> bool:
    """Return whether credentials for *key* are for a repository.

    ``*`` stands for any text within one part of a host name, between dots; a path is to be a
    beginning of that of the repository.
    """
    host, _, path = key.partition("/")
    its_host, _, its_path = repository.partition("/")
    return _same_host(host, its_host) and its_path.startswith(path)


def _same_host(pattern: str, host: str) -> bool:
    pattern, _, port = pattern.partition(":")
    host, _, its_port = host.partition(":")
    labels, its_labels = pattern.split("."), host.split(".")
    if port != its_port or len(labels) != len(its_labels):
        return False
    return all(fnmatchcase(its, label) for label, its in zip(labels, its_labels, strict=True))
