"""Field selectors: any text is a selector or a syntax error."""

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import SelectorError
    from kubeobj.fields.selector import FieldSelector


def check(text: str) -> None:
    """Parse, and if it is a selector match with it."""
    with refused(SelectorError):
        selector = FieldSelector.parse(text)
        assert FieldSelector.parse(str(selector)) == selector
        selector.matches({"metadata.name": "x"})
        selector.matches({"metadata": {"name": "x", "labels": {}}, "spec": [1]})


TARGET = Target(
    check,
    alphabet="ab.=!,\\ \t\n\0<>()é\ud800",
    seeds=recorded("field_selectors")[::4],
    repeated=[
        ("", "a=b,", ""),
        ("", ",", ""),
        ("a=", "\\", ""),
        ("a=", "\\,", ""),
        ("a=", "\\=", ""),
        ("", "=", ""),
        ("", "!", ""),
        ("", "a!=", ""),
        ("", "(", ""),
        ("", "a.", "=b"),
        ("", "é", ""),
        ("", "a>", ""),
        ("", "a=\\,,", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
