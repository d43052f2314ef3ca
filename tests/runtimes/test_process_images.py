"""What names of images stand for on a machine without an engine."""

import gzip
import hashlib
import io
import json
import shutil
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kubeobj.runtimes.configs import Mount
from kubeobj.runtimes.errors import CreateFault, ImageFault
from kubeobj.runtimes.process.hostimages import HOST, HostImages, ImageKind, MappedImage
from kubeobj.runtimes.process.ociimages import images_in, unpack
from kubeobj.runtimes.process.processruntime import ProcessOptions
from kubeobj.testing.conformance.runtimecase import refused
from tests.runtimes.processes import processes

Files = Mapping[str, str | None]
"""What is in a layer: contents of files by path; None for a directory; ``->x`` for a link."""


def _layer(files: Files) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.mode = 0o755
            if content is None:
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
            elif content.startswith("->"):
                member.type, member.linkname = tarfile.SYMTYPE, content[2:]
                archive.addfile(member)
            else:
                member.size = len(content.encode())
                archive.addfile(member, io.BytesIO(content.encode()))
    return data.getvalue()


def _put(directory: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    path = directory / "blobs" / "sha256" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return f"sha256:{digest}"


def _layout(directory: Path, *layers: bytes, **config: object) -> Path:
    """Write an image of the OCI."""
    digests = [_put(directory, gzip.compress(layer, mtime=0)) for layer in layers]
    described = _put(directory, json.dumps({"config": config}).encode())
    manifest = {"config": {"digest": described}, "layers": [{"digest": one} for one in digests]}
    index = {"manifests": [{"digest": _put(directory, json.dumps(manifest).encode())}]}
    (directory / "index.json").write_text(json.dumps(index))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return directory


def _saved(path: Path, *layers: bytes, **config: object) -> Path:
    """Write what ``docker save`` writes."""
    text = json.dumps({"config": config}).encode()
    digest = hashlib.sha256(text).hexdigest()
    names = [f"{number}/layer.tar" for number, _ in enumerate(layers)]
    about = [{"Config": f"{digest}.json", "Layers": names, "RepoTags": ["shop/web:1"]}]
    with tarfile.open(path, "w") as archive:
        pairs = [*zip(names, layers, strict=True), (f"{digest}.json", text)]
        for name, data in (*pairs, ("manifest.json", json.dumps(about).encode())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_what_is_not_mapped_is_the_machine_itself(tmp_path: Path) -> None:
    """Unless that is not wanted; then nobody can have it, and it says what to do."""
    assert HostImages(tmp_path, ()).pull("shop/web").id == HOST
    strict = HostImages(tmp_path, (), allow_unmapped=False)
    assert strict.image("shop/web") is None
    with refused(ImageFault) as errors:
        strict.pull("shop/web")
    assert "map its name" in errors[0].message


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("shop/web", "shop/web", True),
        ("shop/web:latest", "shop/web", True),
        ("shop/web:*", "shop/web:1.2", True),
        ("shop/*", "shop/web:1.2", True),
        ("shop/web", "shop/web:1.2", False),
        ("web", "shop/web", False),
    ],
)
def test_names_are_mapped_by_patterns(pattern: str, name: str, fits: bool) -> None:
    """With their tag or without."""
    assert MappedImage(pattern, Path("/srv")).stands_for(name) is fits


def test_a_directory_is_where_it_starts(tmp_path: Path) -> None:
    """And its programs are found there."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "serve-it").write_text('#!/bin/sh\necho "served in $(pwd)"\n')
    (tmp_path / "app" / "serve-it").chmod(0o755)
    options = ProcessOptions(images=(MappedImage("shop/*", tmp_path / "app"),))
    with processes(tmp_path / "box", options) as box:
        ended = box.run(replace(box.config(), image="shop/web:1", command=("serve-it",)))
        box.until_printed(ended.id, f"served in {tmp_path / 'app'}\n".encode())
        assert ended.image_id == f"directory:{tmp_path / 'app'}"


def test_a_virtual_environment_is_first_on_the_path(tmp_path: Path) -> None:
    """Its Python is the Python."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    options = ProcessOptions(images=(MappedImage("shop/*", tmp_path / "venv"),))
    with processes(tmp_path / "box", options) as box:
        config = box.script('command -v python; echo "$VIRTUAL_ENV"; echo end')
        ended = box.run(replace(config, image="shop/web"))
        box.until_printed(ended.id, b"end\n")
        lines = box.printed(ended.id).decode().splitlines()
    assert lines[:2] == [str(tmp_path / "venv" / "bin" / "python"), str(tmp_path / "venv")]


LOWER = _layer({"etc": None, "etc/a": "1", "etc/b": "1", "gone": None, "gone/x": "1", "d": "file"})
UPPER = _layer(
    {"etc/.wh.a": "", "etc/b": "2", "gone/.wh..wh..opq": "", "gone/y": "2", "d": None, "d/z": "2"}
)


@pytest.mark.parametrize("make", [_layout, _saved])
def test_layers_lie_over_each_other(tmp_path: Path, make: object) -> None:
    """What a layer takes away is gone, what it replaces is replaced."""
    settings = {"Env": ["A=b=c"], "Entrypoint": ["/run"], "Cmd": ["x"], "WorkingDir": "/etc"}
    image = unpack(
        make(tmp_path / "image", LOWER, UPPER, User="12", **settings),  # type: ignore[operator]
        tmp_path / "kept",
    )
    found = {
        str(one.relative_to(image.root)): one.read_text()
        for one in image.root.rglob("*")
        if one.is_file()
    }
    assert found == {"etc/b": "2", "gone/y": "2", "d/z": "2"}
    assert (image.directory, image.user, dict(image.environment)) == ("/etc", "12", {"A": "b=c"})
    assert (image.entrypoint, image.arguments) == (("/run",), ("x",))
    assert [one.id for one in images_in(tmp_path / "kept")] == [image.id]


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param({"../out": "x"}, id="above"),
        pytest.param({"a": "->/tmp", "a/out-of-it": "x"}, id="through a link"),
        pytest.param({"a": "->../../..", "a/.wh.gone": ""}, id="takes away through a link"),
    ],
)
def test_no_layer_gets_out_of_its_root(tmp_path: Path, layer: Files) -> None:
    """It is refused, and nothing of the image is kept."""
    source = _layout(tmp_path / "image", _layer(layer))
    with refused(ImageFault):
        unpack(source, tmp_path / "kept")
    assert list(images_in(tmp_path / "kept")) == []
    assert not (tmp_path / "out").exists()
    assert not Path("/tmp/out-of-it").exists()  # noqa: S108 - where it would be


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b broken"])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    """With its path."""
    (tmp_path / "image.tar").write_bytes(content)
    images = HostImages(tmp_path / "kept", (MappedImage("web", tmp_path / "image.tar"),))
    assert images.image("web") is None
    with refused(ImageFault) as errors:
        images.pull("web")
    assert "image.tar" in errors[0].message


def test_an_image_that_has_changed_is_unpacked_again(tmp_path: Path) -> None:
    """Until then, it is not here."""
    source = _layout(tmp_path / "image", LOWER)
    images = HostImages(tmp_path / "kept", (MappedImage("web", source),))
    first = images.pull("web")
    assert images.image("web") == first
    shutil.rmtree(source / "blobs")
    _layout(source, LOWER, UPPER, User="3")
    (source / "index.json").touch()
    assert images.image("web") is None
    second = images.pull("web")
    assert (second.id != first.id, second.user) == (True, 3)
    images.remove(first.id)
    assert [one.id for one in images.images()] == [HOST, second.id]


def test_a_root_file_system_is_all_that_is_seen(tmp_path: Path) -> None:
    """What is written there stays with the container, and mounts are at their places."""
    files: dict[str, str | None] = {"etc": None, "etc/marker": "of the image", "tmp": None}
    links: dict[str, str | None] = {}
    for name in ("bin", "lib", "lib64"):
        if Path(f"/{name}").exists():
            links[name] = f"->usr/{name}"
    layer = _layer({**files, **links, "usr": None})
    source = _layout(tmp_path / "image", layer, Env=["FROM=image"], WorkingDir="/etc")
    options = ProcessOptions(images=(MappedImage("web", source, ImageKind.OCI),))
    with processes(tmp_path / "box", options) as box:
        script = "cat /etc/marker; echo; echo $FROM; pwd; echo x > /etc/new; ls /; hostname"

        config = replace(
            box.script(f"{script}; exit 3"), image="web", mounts=(Mount("/usr", Path("/usr")),)
        )
        try:
            ended = box.run(config)
        except CreateFault as error:
            assert "root file system" in error.message  # noqa: PT017 - where it cannot be
            return
        assert ended.exit_code == 3
        lines = box.printed(ended.id).decode().splitlines()
        assert lines[:3] == ["of the image", "image", "/etc"]
        assert "root" not in lines
        assert "usr" in lines
        root = next(images_in(box.directory / "runtime" / "images")).root
        assert not (root / "etc" / "new").exists()
        usage = box.runtime.filesystem()
        assert usage.image_bytes > 0
