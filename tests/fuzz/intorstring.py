"""Numbers or texts: any text is one, and its share of a total is a number or an error."""

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import FieldErrors
    from kubeobj.meta.intorstring import IntOrString


def check(text: str) -> None:
    """Read it, and take it as a share."""
    for value in (IntOrString.parse(text), IntOrString(text)):
        assert -(2**63) <= value.int_value < 2**63
        for round_up in (True, False):
            with refused(FieldErrors):
                assert isinstance(value.scaled(100, round_up=round_up), int)


TARGET = Target(
    check,
    alphabet="0159%+-_ .e٣\ud800",
    seeds=recorded("int_or_string"),
    repeated=[
        ("", "0", "%"),
        ("", "9", "%"),
        ("", "9", ""),
        ("", "%", ""),
        ("", "+", "1"),
        ("-", "0", "1"),
        ("", " ", "1"),
    ],
)

if __name__ == "__main__":
    main(TARGET)
