"""Images of an engine: which there are, and how they are fetched from registries.

Source: Docker Engine API 1.41, ``ImageCreate``; ``k8s.io/kubernetes/pkg/kubelet/images`` (v1.36).
"""

import base64
import json
import shutil
from pathlib import Path
from typing import Final, final
from urllib.parse import quote

from kubeobj.documents import Wire
from kubeobj.runtimes.configs import ImageAuth
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.pauseimage import PAUSE_IMAGE, pause_archive
from kubeobj.runtimes.errors import ImageFault
from kubeobj.runtimes.imagenames import checked_image_name
from kubeobj.runtimes.states import FilesystemUsage, Image

FALLBACK_PAUSE_IMAGE: Final = "registry.k8s.io/pause:3.10"
"""What holds a pod together on processors that we have no program for."""

PULL_SECONDS: Final = 3600
"""How long it may take to fetch an image, in seconds."""

_UNAUTHORISED: Final = ("unauthorized", "denied", "authentication required", "basic auth")
_ABSENT: Final = ("manifest unknown", "not found", "name unknown", "does not exist")
_UNREACHABLE: Final = (
    "no such host",
    "connection refused",
    "timeout",
    "deadline exceeded",
    "server misbehaving",
    "network is unreachable",
    "no route to host",
    "tls",
    "certificate",
    "server gave http response",
    "eof",
    "toomanyrequests",
    "service unavailable",
    "bad gateway",
)


@final
class Images:
    """The images of an engine.

    Args:
        engine: The engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shown: dict[str, str] = {}

    # ------------------------------------------------------------ which there are

    def all(self) -> tuple[Image, ...]:
        """Return the images that there are."""
        return tuple(_image(found) for found in self._engine.get_list("/images/json"))

    def named(self, name: str) -> Image | None:
        """Return the image that a name stands for; None if it is not here.

        Raises:
            ImageFault: If that is no name of an image (``InvalidImageName``).
        """
        if name.startswith("sha256:"):
            return self._inspected(name)
        checked = checked_image_name(name)
        found = self._inspected(checked)
        if found is None and "/" not in checked and self._engine.is_podman:
            return self._inspected(f"localhost/{checked}")  # what has been built here
        return found

    def shown(self, image_id: str) -> str:
        """Return what a pod shows of an image: by which digest it can be fetched, or its id."""
        if image_id not in self._shown:
            self._inspected(image_id)
        return self._shown.get(image_id, image_id)

    def _inspected(self, name: str) -> Image | None:
        try:
            found = self._engine.get(f"/images/{quote(name, safe='/:@')}/json")
        except EngineFault as fault:
            if fault.status == 404:
                return None
            raise _image_fault(name, fault.message) from None
        image = _image(found)
        self._shown[image.id] = image.digests[0] if image.digests else image.id
        return image

    def filesystem(self) -> FilesystemUsage:
        """Return how full it is where the engine keeps images and containers."""
        root = Path(str(self._engine.get("/info").get("DockerRootDir") or "/"))
        # A machine of its own may have the engine: then that directory is not here.
        path = root if root.is_dir() else Path("/")
        disk = shutil.disk_usage(path)
        images = sum(image.size_bytes for image in self.all())
        return FilesystemUsage(path, disk.total, disk.free, images)

    # ------------------------------------------------------------ to have more or fewer

    def pull(self, name: str, auth: tuple[ImageAuth, ...]) -> Image:
        """Fetch an image; each who may be said to ask is tried in order.

        Raises:
            ImageFault: If it cannot be had.
        """
        checked = checked_image_name(name)
        problem = ""
        for one in auth or (None,):
            problem = self._pull(checked, one)
            if not problem:
                break
        if problem:
            raise _image_fault(name, problem)
        found = self._inspected(checked)
        if found is None:
            raise _image_fault(name, "the engine does not have it after it was fetched")
        return found

    def _pull(self, name: str, auth: ImageAuth | None) -> str:
        """Return why it cannot be fetched; empty if it is here."""
        repository, separator, tag = name.rpartition("@")
        if not separator:
            repository, _, tag = name.rpartition(":")
        query = {"fromImage": repository, "tag": tag}
        headers = {"X-Registry-Auth": _auth_header(auth)}
        try:
            told = self._engine.progress("/images/create", query, headers, PULL_SECONDS)
        except EngineFault as fault:
            return fault.message
        errors = [str(one["error"]) for one in told if one.get("error")]
        return errors[0] if errors else ""

    def remove(self, image_id: str) -> None:
        """Remove an image by all of its names.

        Raises:
            ImageFault: If a container uses it.
        """
        image = self._inspected(image_id)
        if image is None:
            return
        query = {"all": "1", "filters": json.dumps({"ancestor": [image.id]})}
        users = self._engine.get_list("/containers/json", query)
        if users:
            name = str(users[0]["Names"][0]).lstrip("/")
            raise ImageFault(f"failed to remove image: the container {name} uses it")
        try:
            for name in (*image.tags, *image.digests):
                self._delete(name)
            self._delete(image.id)
        except EngineFault as fault:
            raise ImageFault(f"failed to remove image: {fault.message}") from None
        self._shown.pop(image.id, None)

    def _delete(self, name: str) -> None:
        try:
            self._engine.delete(f"/images/{quote(name, safe='/:@')}")
        except EngineFault as fault:
            if fault.status != 404:
                raise

    def make_pause(self) -> str:
        """Have the image of what holds a pod together, and return its name."""
        archive = pause_archive(self._engine.architecture())
        if archive is None:
            if self.named(FALLBACK_PAUSE_IMAGE) is None:
                self.pull(FALLBACK_PAUSE_IMAGE, ())
            return FALLBACK_PAUSE_IMAGE
        try:
            self._engine.upload("/images/load", {"quiet": "1"}, archive)
        except EngineFault as fault:
            raise ImageFault(f"failed to load {PAUSE_IMAGE}: {fault.message}") from None
        return PAUSE_IMAGE


def _image(found: Wire) -> Image:
    config = found.get("Config") or {}
    user = str(config.get("User") or "").partition(":")[0]
    tags = tuple(one for one in found.get("RepoTags") or () if "<none>" not in one)
    image_id = str(found["Id"])
    return Image(
        image_id if image_id.startswith("sha256:") else f"sha256:{image_id}",
        tags,
        tuple(one for one in found.get("RepoDigests") or () if "<none>" not in one),
        int(found.get("Size") or 0),
        int(user) if user.isdecimal() else None,
        "" if user.isdecimal() else user,
        any(tag in (PAUSE_IMAGE, FALLBACK_PAUSE_IMAGE) for tag in tags),
    )


def _auth_header(auth: ImageAuth | None) -> str:
    known = {
        "username": auth.username if auth else "",
        "password": auth.password if auth else "",
        "serveraddress": auth.server if auth else "",
        "identitytoken": auth.identity_token if auth else "",
    }
    kept = {name: value for name, value in known.items() if value}
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()


def _image_fault(name: str, problem: str) -> ImageFault:
    """Say why an image cannot be had, and what to do about it.

    >>> print(_image_fault("a:1", "manifest for a:1 not found: manifest unknown").message)
    failed to pull image "a:1": manifest for a:1 not found: manifest unknown; look whether its \
name and tag are right
    """
    lowered = problem.lower()
    reason, hint = "", ""
    if "invalid reference" in lowered:
        reason = "InvalidImageName"
    elif any(words in lowered for words in _UNAUTHORISED):
        hint = "; give the pod a secret for this registry (imagePullSecrets)"
    elif any(words in lowered for words in _UNREACHABLE):
        reason = "RegistryUnavailable"
        hint = "; look whether the registry can be reached from here"
    elif any(words in lowered for words in _ABSENT):
        hint = "; look whether its name and tag are right"
    return ImageFault(f'failed to pull image "{name}": {problem}{hint}', reason=reason)
