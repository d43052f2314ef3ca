"""Images are fetched from registries, by whoever may."""

import secrets

import pytest

from kubeobj.runtimes.configs import ImageAuth
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.errors import ImageFault
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.engines import CLOSED_IMAGE, OPEN_IMAGE, PASSWORD, URLS, USERNAME

WRONG = ImageAuth("puller", "a wrong word")
RIGHT = ImageAuth(USERNAME, PASSWORD)


def test_an_image_is_fetched(engine_box: RuntimeBox) -> None:
    """It has its names and its digest then."""
    image = engine_box.runtime.pull_image(OPEN_IMAGE)
    assert image.id.startswith("sha256:")
    assert OPEN_IMAGE in image.tags
    repository = OPEN_IMAGE.rpartition(":")[0]
    assert any(one.startswith(f"{repository}@sha256:") for one in image.digests)
    assert image.size_bytes > 1_000_000
    assert image in [engine_box.runtime.image(name) for name in (OPEN_IMAGE, image.id)]


def test_a_container_says_by_which_digest_its_image_can_be_had(engine_box: RuntimeBox) -> None:
    engine_box.runtime.pull_image(OPEN_IMAGE)
    ended = engine_box.run(engine_box.config(exits=0))
    assert ended.image == OPEN_IMAGE
    image = engine_box.runtime.image(ended.image_id)
    assert image is not None
    assert ended.image_id in image.digests


def test_an_image_is_fetched_by_its_digest(engine_box: RuntimeBox) -> None:
    image = engine_box.runtime.pull_image(OPEN_IMAGE)
    digest = next(one for one in image.digests if one.startswith("localhost:5055/"))
    assert engine_box.runtime.pull_image(digest).id == image.id
    tagged = OPEN_IMAGE + digest[digest.index("@") :]
    assert engine_box.runtime.pull_image(tagged).id == image.id


def test_who_has_no_secret_is_refused(engine_box: RuntimeBox) -> None:
    """It says what the pod needs."""
    with refused(ImageFault) as errors:
        engine_box.runtime.pull_image(CLOSED_IMAGE)
    assert errors[0].reason == "ErrImagePull"
    assert CLOSED_IMAGE in errors[0].message
    assert errors[0].message.endswith("give the pod a secret for this registry (imagePullSecrets)")


def test_a_wrong_secret_is_refused_and_never_shown(engine_box: RuntimeBox) -> None:
    with refused(ImageFault) as errors:
        engine_box.runtime.pull_image(CLOSED_IMAGE, (WRONG,))
    assert WRONG.password not in f"{errors[0]!r} {errors[0].message} {errors[0].__cause__}"
    assert WRONG.password not in repr(WRONG)


def test_secrets_are_tried_in_order(engine_box: RuntimeBox) -> None:
    """Until one is right."""
    image = engine_box.runtime.pull_image(CLOSED_IMAGE, (WRONG, RIGHT))
    assert CLOSED_IMAGE in image.tags


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("localhost:5055/kubeobj/busybox:no", "ErrImagePull", "whether its name and tag are right"),
        ("localhost:5055/kubeobj/none:1", "ErrImagePull", "whether its name and tag are right"),
        ("localhost:5999/one:1", "RegistryUnavailable", "whether the registry can be reached"),
        ("missing.invalid/one:1", "RegistryUnavailable", "whether the registry can be reached"),
        ("Upper/One", "InvalidImageName", ""),
    ],
    ids=["no tag", "no image", "no registry", "no host", "no name"],
)
def test_it_says_why_an_image_cannot_be_had(
    engine_box: RuntimeBox, name: str, reason: str, hint: str
) -> None:
    with refused(ImageFault) as errors:
        engine_box.runtime.pull_image(name)
    assert errors[0].reason == reason
    assert name in errors[0].message
    assert hint in errors[0].message


def test_an_image_is_removed_with_all_of_its_names(engine_box: RuntimeBox, kind: str) -> None:
    """Another image stays."""
    engine = Engine(URLS[kind])
    name = f"kubeobj.test/{secrets.token_hex(8)}"
    sandbox = engine_box.sandbox()
    for tag in ("1", "2"):
        changed = engine_box.start(sandbox, engine_box.script(f"echo {name}{tag} > /file", tag))
        engine_box.ended(changed)
        engine.post("/commit", {"container": changed, "repo": name, "tag": tag}, {})
        engine_box.runtime.remove_container(changed)
    engine.post(f"/images/{name}:1/tag", {"repo": name, "tag": "3"})
    engine.close()
    first, second = (engine_box.runtime.image(f"{name}:{tag}") for tag in ("1", "2"))
    assert first is not None
    assert second is not None
    assert {*first.tags} == {f"{name}:1", f"{name}:3"}
    for _ in range(2):
        engine_box.runtime.remove_image(first.id)
    assert engine_box.runtime.image(f"{name}:1") is None
    assert engine_box.runtime.image(f"{name}:3") is None
    assert engine_box.runtime.image(f"{name}:2") == second
    engine_box.runtime.remove_image(second.id)


def test_an_image_that_is_used_stays(engine_box: RuntimeBox) -> None:
    engine_box.running()
    image = engine_box.runtime.image(OPEN_IMAGE)
    assert image is not None
    with refused(ImageFault):
        engine_box.runtime.remove_image(image.id)
