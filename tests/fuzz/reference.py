"""References to objects: any text is one, or a reference's error."""

from tests.fuzz.harness import Target, instrumented, main, refused

with instrumented(__name__):
    from kubeobj.errors import ObjectReferenceError
    from kubeobj.meta.gvk import GroupKind, GroupVersion, GroupVersionKind, GroupVersionResource
    from kubeobj.meta.reference import ObjectReference


def check(text: str) -> None:
    """Read it as each of the types, and write it again."""
    with refused(ObjectReferenceError):
        reference = ObjectReference.parse(text)
        assert ObjectReference.parse(reference.path) == reference
    for read in (
        GroupVersion.parse,
        GroupKind.parse,
        GroupVersionKind.parse_argument,
        GroupVersionResource.parse_argument,
    ):
        with refused(ObjectReferenceError):
            str(read(text))


TARGET = Target(
    check,
    alphabet="abv1/.%20F-:? \0é\ud800",
    seeds=[
        "/api/v1/nodes/a",
        "/api/v1/namespaces/x",
        "/api/v1/namespaces/x/status",
        "/api/v1/namespaces/x/pods/web/log",
        "/apis/apps/v1/namespaces/x/deployments",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
        "/apis/apps/v1/deployments",
        "Deployment.v1.apps",
        "apps/v1",
    ],
    repeated=[
        ("/api/v1/pods", "/", ""),
        ("/api/v1", "/a", ""),
        ("", "/", ""),
        ("/api/v1/pods/", "%41", ""),
        ("/api/v1/pods/", "%", ""),
        ("/api/v1/pods/", "%C3", ""),
        ("/api/v1/pods/", "a", ""),
        ("/apis/", "a.", "b/v1/pods"),
        ("/api/v1", "/namespaces", ""),
        ("", "a.", ""),
        ("", "é", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
