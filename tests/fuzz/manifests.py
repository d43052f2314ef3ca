"""Manifests: any text is objects or a manifest's error, and any objects can be linted."""

from pathlib import Path

from tests.fuzz.harness import Target, instrumented, main, refused

with instrumented(__name__):
    from kubeobj.errors import FieldPath, ManifestError
    from kubeobj.lint.linter import lint
    from kubeobj.manifests.reader import read_manifests

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def check(text: str) -> None:
    """Read it, as text and as bytes, ask where everything is, and lint it."""
    with refused(ManifestError):
        manifests = read_manifests(text)
        for manifest in manifests:
            for name in manifest.document:
                manifest.position(FieldPath.of(name, 0))
        for finding in lint(manifests):
            str(finding).encode()
    with refused(ManifestError):
        read_manifests(text.encode("utf-8", "surrogatepass"))


TARGET = Target(
    check,
    alphabet="ab01:-{}[],&*!|>#?%@`'\"\\ \n\t\0~<é\ufeff\ud800",
    seeds=[
        *(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.rglob("*.yaml"))),
        "{kind: Pod, metadata: {name: a, labels: {a: b}}}",
        '{"kind": "List", "items": [{"kind": "Pod"}, {"kind": "Service"}]}',
        "kind: Pod\nmetadata: &m\n  name: a\nspec:\n  <<: *m\n---\n---\nkind: PodList\nitems: []\n",
        "kind: Service\nspec: {selector: {app: 1}}\n",
        "a: !!binary aGk=\nb: !x 1\nc: |\n  x\nd: >-\n  y\ne: 0x1F\nf: 1_000\n? [g]\n: 1\n",
    ],
    repeated=[
        ("", "(", ""),
        ("", "[", ""),
        ("a: ", "[", ""),
        ("", "{", ""),
        ("", '{"a":', ""),
        ("", '[{"a":', ""),
        ("a: ", "[{a: ", ""),
        ("", "- ", "a"),
        ("", "? ", "a"),
        ("", "a: 1\n", ""),
        ("a:\n", "- b\n", ""),
        ("", "---\n", ""),
        ("", "kind: Pod\n---\n", ""),
        ("", "{}", ""),
        ("", '{"kind": "Pod"} ', ""),
        ("a: ", "a", ""),
        ("a: ", "0", "1"),
        ("a: ", "9", ""),
        ("a: 1e", "9", ""),
        ("a: '", "x\n ", "'"),
        ('a: "', "\\u0041", '"'),
        ("a: |\n", " x\n", ""),
        ("", "#\n", ""),
        ("", " ", ""),
        ("", "\n", ""),
        ("", "\t", "a: b"),
        ("", "%YAML 1.1\n", ""),
        ("a: &a 1\nb: [", "*a,", "]"),
        ("a: &a {b: 1}\nc:\n", "  <<: *a\n", ""),
        ("", "&a ", "b"),
        ("", "!!str ", "b"),
        ("", "\udc80", ""),
        ("", "{{ ", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
