"""Rules of CustomResourceDefinitions that no recording shows."""

from typing import Any

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import Found, context, create_errors, created, found, read, update_errors

RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"


def version(name: str = "v1", *, storage: bool = True, **fields: JsonValue) -> Wire:
    """Return a version."""
    schema: Wire = {"openAPIV3Schema": {"type": "object"}}
    return {"name": name, "served": True, "storage": storage, "schema": schema, **fields}


def definition(*versions: Wire, **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a definition."""
    usual = {"group": "a.b", "scope": "Cluster", "names": {"plural": "ws", "kind": "W"}}
    given = {**usual, "versions": list(versions or [version()]), **spec}
    return {"metadata": {"name": "ws.a.b"}, "spec": given}


COLUMN: Wire = {"name": "A", "type": "string", "jsonPath": ".spec.a"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (definition(), {}),
        (
            definition(names={"plural": "ws", "kind": "A_"}),
            {
                ("names.kind", "INVALID"): 1,
                ("names.singular", "INVALID"): 1,
                ("names.listKind", "INVALID"): 1,
            },
        ),
        (
            definition(names={"plural": "ws", "kind": "W", "listKind": "W", "categories": ["A"]}),
            {("names.listKind", "INVALID"): 1, ("names.categories[0]", "INVALID"): 1},
        ),
        (definition(version(storage=False)), {("versions", "INVALID"): 1, ("!", "INVALID"): 1}),
        (
            definition(version(deprecationWarning="a\nb")),
            {("versions[0].deprecationWarning", "INVALID"): 2},
        ),
        (definition(version(deprecated=True, deprecationWarning="a")), {}),
        (
            definition(version(additionalPrinterColumns=[{}, {**COLUMN, "format": "x"}])),
            {
                ("additionalPrinterColumns[0].JSONPath", "REQUIRED"): 1,
                ("additionalPrinterColumns[0].name", "REQUIRED"): 1,
                ("additionalPrinterColumns[0].type", "REQUIRED"): 1,
                ("additionalPrinterColumns[1].format", "INVALID"): 1,
            },
        ),
        (
            definition(
                version(),
                version("v2", storage=False, additionalPrinterColumns=[{**COLUMN, "name": ""}]),
            ),
            {("versions[1].additionalPrinterColumns[0].name", "REQUIRED"): 1},
        ),
        (
            definition(
                version(
                    subresources={
                        "scale": {
                            "specReplicasPath": ".x",
                            "statusReplicasPath": ".status.a",
                            "labelSelectorPath": "",
                        }
                    }
                )
            ),
            {
                ("subresources.scale.specReplicasPath", "INVALID"): 1,
                ("subresources.scale.labelSelectorPath", "REQUIRED"): 1,
            },
        ),
        (
            definition(
                conversion={
                    "strategy": "None",
                    "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {}},
                }
            ),
            {
                ("conversion.webhookClientConfig", "FORBIDDEN"): 1,
                ("conversion.conversionReviewVersions", "FORBIDDEN"): 1,
            },
        ),
        (
            definition(
                conversion={
                    "strategy": "Webhook",
                    "webhook": {
                        "conversionReviewVersions": ["x", "x", "X"],
                        "clientConfig": {"service": {"name": "s", "namespace": "n"}},
                    },
                }
            ),
            {
                ("conversion.conversionReviewVersions[1]", "INVALID"): 1,
                ("conversion.conversionReviewVersions[2]", "INVALID"): 1,
                ("conversion.conversionReviewVersions", "INVALID"): 1,
            },
        ),
        (definition(conversion={"strategy": ""}), {("conversion.strategy", "REQUIRED"): 1}),
    ],
)
def test_definitions(document: Wire, expected: Found) -> None:
    """Names, versions and what each of them says."""
    assert create_errors(RESOURCE, document) == {
        ("status.storedVersions" if name == "!" else f"spec.{name}", kind): count
        for (name, kind), count in expected.items()
    }


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (None, "REQUIRED"),
        ("x", "INVALID"),
        ("unapproved, for a test", None),
        ("https://github.com/kubernetes/kubernetes/pull/1", None),
    ],
)
def test_groups_of_the_community(annotation: str | None, expected: str | None) -> None:
    """They say who has approved them."""
    document = definition(group="x.k8s.io")
    document["metadata"]["name"] = "ws.x.k8s.io"
    name = "api-approved.kubernetes.io"
    if annotation is not None:
        document["metadata"]["annotations"] = {name: annotation}
    wanted = {(f"metadata.annotations[{name}]", expected): 1} if expected else {}
    assert create_errors(RESOURCE, document) == wanted


def test_what_never_changes() -> None:
    """The group and the plural; and once it is served, scope and kind."""
    old = created(RESOURCE, definition())
    other = definition(group="c.d", scope="Namespaced", names={"plural": "xs", "kind": "X"})
    paths = {path for path, _ in update_errors(RESOURCE, other, definition())}
    assert paths == {"spec.group", "spec.names.plural"}
    old["status"]["conditions"] = [{"type": "Established", "status": "True"}]
    obj = {**read(RESOURCE, other), "status": old["status"]}
    errors = found(kind_of(RESOURCE).validate_update(obj, old))
    assert {path for path, _ in errors} == paths | {"spec.scope", "spec.names.kind"}


def test_versions_that_were_stored_stay() -> None:
    """A version can go when nothing is stored in it any more."""
    old = created(RESOURCE, definition())
    two = definition(version(storage=False), version("v2"))
    assert not found(kind_of(RESOURCE).validate_update(_in_place_of(old, two), old))
    without = _in_place_of(old, definition(version("v2")))
    assert without["status"]["storedVersions"] == ["v1", "v2"]
    assert found(kind_of(RESOURCE).validate_update(without, old)) == {
        ("status.storedVersions[0]", "INVALID"): 1
    }
    obj = {**old, "status": {**old["status"], "storedVersions": ["v1", "v0"]}}
    assert found(kind_of(RESOURCE).parts["status"].validate(obj, old)) == {
        ("status.storedVersions[1]", "INVALID"): 1
    }


def _in_place_of(old: Wire, document: Wire) -> Wire:
    """Return what would be stored in place of *old*, whose status stays."""
    obj = {**read(RESOURCE, document), "status": old["status"]}
    kind_of(RESOURCE).prepare_update(obj, old, context())
    return obj
