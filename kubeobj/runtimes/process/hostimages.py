"""What the names of images stand for where there is no container engine.

A name that nothing is said of is the machine itself: a container of it needs a command. Others are
mapped, by patterns, to a directory to start in, to a virtual environment of Python, or to a root
file system: one that is unpacked already, or an image of the OCI or of ``docker save``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Lock
from typing import Final, final

from kubeobj.runtimes.errors import ImageFault
from kubeobj.runtimes.imagenames import checked_image_name
from kubeobj.runtimes.process.ociimages import UnpackedImage, images_in, remove, unpack
from kubeobj.runtimes.states import Image

HOST: Final = "host"
"""The id of the image that is the machine itself."""


@final
class ImageKind(StrEnum):
    """What a name of an image stands for."""

    DIRECTORY = "directory"
    VIRTUAL_ENVIRONMENT = "venv"
    ROOT = "rootfs"
    OCI = "oci"


@final
@dataclass(frozen=True, slots=True)
class MappedImage:
    """What the images of some names are.

    Args:
        pattern: The names, as the pod says them, or with their tag: ``shop/web:*``.
        path: What they stand for; absolute.
        kind: As what it is taken; None for as what it looks like.

    >>> MappedImage("shop/*", Path("/srv/shop")).stands_for("shop/web:1")
    True
    """

    pattern: str
    path: Path
    kind: ImageKind | None = None

    def stands_for(self, name: str) -> bool:
        """Return whether an image of that name is meant."""
        whole = checked_image_name(name)
        return fnmatchcase(name, self.pattern) or fnmatchcase(whole, self.pattern)

    def seen_as(self) -> ImageKind:
        """Return as what it is taken."""
        if self.kind is not None:
            return self.kind
        if (self.path / "pyvenv.cfg").is_file():
            return ImageKind.VIRTUAL_ENVIRONMENT
        if self.path.is_file() or (self.path / "oci-layout").is_file():
            return ImageKind.OCI
        return ImageKind.DIRECTORY


@final
@dataclass(frozen=True, slots=True)
class ImageBase:
    """What a container gets from its image.

    Args:
        root: The root directory that it sees; empty for that of the machine.
        directory: Where it starts; empty for where its pod says.
        first_on_path: A directory that goes before all others on its PATH; empty for none.
        environment: Its environment, before what the pod says.
        entrypoint: Its command, unless the pod says one.
        arguments: Its arguments, unless the pod says a command or arguments.
        user: As whom it runs, as the image says it; empty for nothing.
        stop_signal: What asks it to end; empty for nothing.
    """

    root: str = ""
    directory: str = ""
    first_on_path: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    user: str = ""
    stop_signal: str = ""


@final
class HostImages:
    """The images of a machine without an engine.

    Args:
        directory: Where unpacked images are kept.
        mapped: What names stand for; the first that fits counts.
        allow_unmapped: Whether a name that nothing is said of is the machine itself.
    """

    def __init__(
        self, directory: Path, mapped: tuple[MappedImage, ...], *, allow_unmapped: bool = True
    ) -> None:
        self._directory = directory
        self._mapped = mapped
        self._allow_unmapped = allow_unmapped
        self._lock = Lock()

    def image(self, name: str) -> Image | None:
        """Return the image of a name, if it is here.

        Raises:
            ImageFault: If that is no name of an image.
        """
        checked_image_name(name)
        found = self._found(name)
        if found is None:
            return Image(HOST, pinned=True) if self._allow_unmapped else None
        if not found.path.exists():
            return None
        if found.seen_as() is ImageKind.OCI:
            # It is here once it is unpacked, and the file may have changed since.
            return next((_shown(one) for one in images_in(self._directory, found.path)), None)
        return _plain(found)

    def pull(self, name: str) -> Image:
        """Have the image of a name.

        Raises:
            ImageFault: If it cannot be had.
        """
        image = self.image(name)
        if image is not None:
            return image
        found = self._found(name)
        if found is None:
            raise ImageFault(
                f'image "{name}" stands for nothing on this machine: map its name to a directory, '
                "a virtual environment or an image file, or use a container engine"
            )
        if not found.path.exists():
            raise ImageFault(f'image "{name}" is mapped to {found.path}, which is not there')
        with self._lock:
            return _shown(unpack(found.path, self._directory))

    def images(self) -> tuple[Image, ...]:
        """Return those that are here."""
        plain = [
            _plain(one)
            for one in self._mapped
            if one.path.exists() and one.seen_as() is not ImageKind.OCI
        ]
        unpacked = [_shown(one) for one in images_in(self._directory)]
        found = {one.id: one for one in (Image(HOST, pinned=True), *plain, *unpacked)}
        return tuple(found.values())

    def remove(self, image_id: str) -> None:
        """Remove an unpacked image; what is the user's own stays."""
        with self._lock:
            remove(self._directory, image_id)

    def size_bytes(self) -> int:
        """Return how much room the unpacked images take."""
        return sum(one.size_bytes for one in images_in(self._directory))

    def base(self, name: str, image_id: str) -> ImageBase:
        """Return what a container gets from an image.

        Args:
            name: Its name.
            image_id: Its id, as `image` has returned it; empty for that of the name.

        Raises:
            ImageFault: If it is not here.
        """
        image = self.image(name)
        image_id = image_id or (image.id if image else "")
        if image_id == HOST:
            return ImageBase()
        for unpacked in images_in(self._directory):
            if unpacked.id == image_id:
                return _of_root(unpacked)
        for one in self._mapped:
            if _plain(one).id == image_id and one.path.exists():
                return _of_mapped(one)
        raise ImageFault(f'image "{name}" is not here any more', reason="ErrImageNeverPull")

    def _found(self, name: str) -> MappedImage | None:
        return next((one for one in self._mapped if one.stands_for(name)), None)


def _plain(one: MappedImage) -> Image:
    return Image(f"{one.seen_as()}:{one.path}", tags=(one.pattern,), pinned=True)


def _shown(one: UnpackedImage) -> Image:
    number = one.user.partition(":")[0]
    is_number = number.isdigit()
    return Image(
        one.id,
        one.tags,
        size_bytes=one.size_bytes,
        user=int(number) if is_number else None,
        username="" if is_number else number,
    )


def _of_mapped(one: MappedImage) -> ImageBase:
    path = str(one.path)
    match one.seen_as():
        case ImageKind.VIRTUAL_ENVIRONMENT:
            programs = "Scripts" if os.name == "nt" else "bin"
            environment = {"VIRTUAL_ENV": path}
            return ImageBase(first_on_path=f"{path}/{programs}", environment=environment)
        case ImageKind.DIRECTORY:
            return ImageBase(directory=path, first_on_path=path)
        case _:
            return ImageBase(root=path, directory="/")


def _of_root(one: UnpackedImage) -> ImageBase:
    return ImageBase(
        str(one.root),
        one.directory or "/",
        "",
        one.environment,
        one.entrypoint,
        one.arguments,
        one.user,
        one.stop_signal,
    )
