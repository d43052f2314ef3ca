"""Label selectors: any text is a selector or a selector's error."""

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import SelectorError
    from kubeobj.labels.selector import Selector


def check(text: str) -> None:
    """Parse, and if it is a selector ask everything of it."""
    with refused(SelectorError):
        selector = Selector.parse(text)
        assert Selector.parse(str(selector)) == selector
        assert selector.simplify().equivalent(selector)
        witness = selector.witness()
        assert (witness is not None) == selector.is_satisfiable
        assert witness is None or selector.explain(witness).matches
        selector.explain({"a": "\udc80", "\0": "5"})


TARGET = Target(
    check,
    alphabet="abz019._-/=!<>(), \t\n\0'\"&|:;*inotx\u00a0é\ud800",
    seeds=recorded("selectors")[::7],
    repeated=[
        ("", "(", ""),
        ("a in ", "(", ""),
        ("a in (", "b,", ")"),
        ("a in (", "b,", ""),
        ("", "a,", "a"),
        ("", "a=b,", "c"),
        ("", "a", ""),
        ("a=", "-", ""),
        ("a=", "a.", "a"),
        ("", "a.", "/b"),
        ("", "a/", ""),
        ("", "!", "a"),
        ("", "=", ""),
        ("", "a=", ""),
        ("", ",", ""),
        ("a", " ", "b"),
        ("", "\0", "a"),
        ("a", "\0 ", "b"),
        ("a>", "0", "1"),
        ("a>", "9", ""),
        ("a", ">1,a", ""),
        ("", "in in (in),", "in"),
        ("a in (", "'", ")"),
        ("", "é", ""),
        ("", "\udc80,", ""),
        ("", "a b ", ""),
        ("", "a:b,", ""),
        ("", "a=b&&", ""),
    ],
    long=50_000,
)

if __name__ == "__main__":
    main(TARGET)
