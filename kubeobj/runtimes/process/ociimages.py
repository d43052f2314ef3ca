"""Images of the OCI and of ``docker save``, unpacked to root file systems.

Source: the OCI image specification (v1.1), image-layout.md, config.md and layer.md.
"""

import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.errors import ImageFault

_ABOUT: Final = "image.json"
_ROOT: Final = "rootfs"
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"


@final
@dataclass(frozen=True, slots=True)
class UnpackedImage:
    """An image that is here.

    Args:
        id: Its id: the digest of its configuration.
        root: Its root file system.
        source: What it was unpacked from.
        changed: When that was last changed, in nanoseconds.
        tags: The names that it says itself.
        size_bytes: How much room its layers take, unpacked.
        directory: Where it starts.
        environment: Its environment.
        entrypoint: Its command.
        arguments: Its arguments.
        user: As whom it runs.
        stop_signal: What asks it to end.
    """

    id: str
    root: Path
    source: str
    changed: int
    tags: tuple[str, ...] = ()
    size_bytes: int = 0
    directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    user: str = ""
    stop_signal: str = ""


def images_in(directory: Path, source: Path | None = None) -> Iterator[UnpackedImage]:
    """Yield the images that are unpacked in a directory, or those from a source as it is now."""
    for path in sorted(directory.glob(f"*/{_ABOUT}")):
        try:
            about: Wire = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        for key in ("tags", "entrypoint", "arguments"):
            about[key] = tuple(about[key])
        one = UnpackedImage(**{**about, "root": path.parent / _ROOT})
        if source is None or (one.source == str(source) and one.changed == _changed(source)):
            yield one


def remove(directory: Path, image_id: str) -> None:
    """Remove an unpacked image."""
    path = directory / _plain_id(image_id)
    if _plain_id(image_id) and (path / _ABOUT).is_file():
        (path / _ABOUT).unlink()
        _remove_tree(path)


def unpack(source: Path, directory: Path) -> UnpackedImage:
    """Unpack an image.

    Args:
        source: An OCI image layout: a directory, or an archive of one; or what ``docker save``
            has written.
        directory: Where it goes, in a directory of its own.

    Raises:
        ImageFault: If it is none, is damaged, or there is no room.
    """
    changed = _changed(source)
    with ExitStack() as stack:
        try:
            files = _Files(source, stack)
            config, layers, tags, digest = _described(files)
            fresh = directory / f"{digest}.new"
            _remove_tree(fresh)
            (fresh / _ROOT).mkdir(parents=True)
            size = sum(_apply(files.open(layer), fresh / _ROOT) for layer in layers)
            about = asdict(_about(config, source, changed, tags))
            about.update(id=f"sha256:{digest}", size_bytes=size, root="")
            (fresh / _ABOUT).write_text(json.dumps(about))
            final_path = directory / digest
            _remove_tree(final_path)
            fresh.rename(final_path)
        except (OSError, tarfile.TarError, ValueError, LookupError, TypeError, EOFError) as error:
            raise ImageFault(f"{source} cannot be unpacked as an image: {error}") from error
    return next(one for one in images_in(directory) if one.id == f"sha256:{digest}")


# ---------------------------------------------------------------- what is in it


@final
class _Files:
    """The files of an image, in a directory or in an archive."""

    def __init__(self, source: Path, stack: ExitStack) -> None:
        self._source = source
        self._stack = stack
        self._archive: tarfile.TarFile | None = None
        if not source.is_dir():
            self._archive = stack.enter_context(
                tarfile.open(source)  # noqa: SIM115 - the stack closes it
            )

    def has(self, name: str) -> bool:
        if self._archive is None:
            return (self._source / name).is_file()
        return name in self._archive.getnames()

    def open(self, name: str) -> IO[bytes]:
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise ValueError(f"{name!r} leads out of it")
        if self._archive is None:
            return self._stack.enter_context((self._source / name).open("rb"))
        found = self._archive.extractfile(name)
        if found is None:
            raise ValueError(f"{name!r} is no file")
        return found

    def read(self, name: str) -> Wire:
        document: Wire = json.load(self.open(name))
        return document


def _described(files: _Files) -> tuple[Wire, list[str], tuple[str, ...], str]:
    """Return the configuration of an image, its layers, its names, and its digest."""
    if files.has("index.json"):
        return _of_layout(files)
    if not files.has("manifest.json"):
        raise ValueError("there is neither an index.json nor a manifest.json in it")
    manifest = json.load(files.open("manifest.json"))[0]
    digest = PurePosixPath(manifest["Config"]).name.removesuffix(".json")
    tags = tuple(manifest.get("RepoTags") or ())
    return files.read(manifest["Config"]), manifest["Layers"], tags, _checked(digest)


def _of_layout(files: _Files) -> tuple[Wire, list[str], tuple[str, ...], str]:
    manifests = files.read("index.json")["manifests"]
    tags: tuple[str, ...] = ()
    while True:
        chosen = _chosen(manifests)
        annotations = chosen.get("annotations") or {}
        name = annotations.get("io.containerd.image.name")
        name = name or annotations.get("org.opencontainers.image.ref.name")
        tags = (*tags, name) if name else tags
        manifest = files.read(_blob(chosen["digest"]))
        if "manifests" not in manifest:
            break
        manifests = manifest["manifests"]
    config = manifest["config"]["digest"]
    layers = [_blob(layer["digest"]) for layer in manifest["layers"]]
    return files.read(_blob(config)), layers, tags, _checked(config.partition(":")[2])


def _chosen(manifests: list[Wire]) -> Wire:
    """Return the manifest for this machine; the first if none says for what it is."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    for one in manifests:
        platform = one.get("platform") or {}
        if platform.get("architecture") == machine and platform.get("os", "linux") == "linux":
            return one
    return manifests[0]


def _blob(digest: str) -> str:
    kind, _, value = digest.partition(":")
    return f"blobs/{_checked(kind)}/{_checked(value)}"


def _checked(part: str) -> str:
    if not part.isalnum():
        raise ValueError(f"{part!r} is no part of a digest")
    return part


def _about(config: Wire, source: Path, changed: int, tags: tuple[str, ...]) -> UnpackedImage:
    runs = config.get("config") or {}
    pairs = (entry.partition("=") for entry in runs.get("Env") or ())
    return UnpackedImage(
        id="",
        root=Path(),
        source=str(source),
        changed=changed,
        tags=tags,
        directory=runs.get("WorkingDir") or "",
        environment={name: value for name, _, value in pairs},
        entrypoint=tuple(runs.get("Entrypoint") or ()),
        arguments=tuple(runs.get("Cmd") or ()),
        user=runs.get("User") or "",
        stop_signal=runs.get("StopSignal") or "",
    )


# ---------------------------------------------------------------- layers


def _apply(layer: IO[bytes], root: Path) -> int:
    """Put a layer over what is there, and return how much there is in it."""
    size = 0
    with tarfile.open(fileobj=layer) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            if name.name == _OPAQUE:
                _empty(_inside(root, name.parent))
            elif name.name.startswith(_WHITEOUT):
                gone = _inside(root, name.parent) / name.name.removeprefix(_WHITEOUT)
                _remove_tree(gone)
            elif not (member.isdev() or member.isfifo()):
                _make_way(root, name, member)
                archive.extract(member, root, filter=_kept)
                size += member.size
    return size


def _kept(member: tarfile.TarInfo, root: str) -> tarfile.TarInfo:
    """Refuse what would leave the root; else keep it with its rights and, for root, its owner."""
    tarfile.tar_filter(member, root)
    mode = member.mode | (stat.S_IRUSR | (stat.S_IXUSR | stat.S_IWUSR if member.isdir() else 0))
    kept = member.replace(name=member.name.lstrip("/"), mode=mode)
    if os.geteuid() != 0:
        own = os.geteuid(), os.getegid()
        kept.uid, kept.gid, kept.uname, kept.gname = *own, "", ""
    return kept


def _inside(root: Path, path: PurePosixPath) -> Path:
    """Return a directory of a root; what a link would lead out of it is refused."""
    found = (root / str(path).lstrip("/")).resolve()
    if not found.is_relative_to(root.resolve()):
        raise ValueError(f"{path} leads out of it")
    return found


def _make_way(root: Path, name: PurePosixPath, member: tarfile.TarInfo) -> None:
    """Remove what a layer replaces with something of another kind."""
    there = _inside(root, name.parent) / name.name
    if there.is_symlink() or (there.exists() and not (there.is_dir() and member.isdir())):
        _remove_tree(there)


def _empty(directory: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        for one in directory.iterdir():
            _remove_tree(one)


def _remove_tree(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _changed(source: Path) -> int:
    path = source / "index.json" if source.is_dir() else source
    return path.stat().st_mtime_ns if path.exists() else 0


def _plain_id(image_id: str) -> str:
    kind, _, digest = image_id.partition(":")
    return digest if kind == "sha256" and digest.isalnum() else ""
