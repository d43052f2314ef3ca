"""Names: every rule says of any text which errors it has, and the errors can be printed."""

from collections.abc import Callable

from tests.fuzz.harness import Target, instrumented, main, recorded

with instrumented(__name__):
    from kubeobj import names
    from kubeobj.errors import FieldError

RULES: dict[str, Callable[[str], tuple[FieldError, ...]]] = {
    name: getattr(names, name)
    for name in names.__all__
    if name.startswith("validate_") and name != "validate_port_number"
}


def check(text: str) -> None:
    """Ask every rule."""
    for name, validate in RULES.items():
        errors = validate(text)
        assert isinstance(errors, tuple), name
        for error in errors:
            str(error).encode()
    assert names.is_label_key(text) == (not names.validate_label_key(text))
    assert names.is_label_value(text) == (not names.validate_label_value(text))


TARGET = Target(
    check,
    alphabet="aAzZ019-._/*:%=[]~ \t\n\0é\ud800",
    seeds=recorded("names")[::11],
    repeated=[
        ("", "a", ""),
        ("", "-", ""),
        ("", "a-", "a"),
        ("", "a.", "a"),
        ("", ".", ""),
        ("", "a.", "/b"),
        ("", "/", ""),
        ("*.", "a.", ""),
        ("", "_", ""),
        ("", ":", ""),
        ("", "1:", ""),
        ("", "1.", "1"),
        ("", "0", ""),
        ("1.2.3.4/", "0", ""),
        ("::", "0", "/1"),
        ("", "9", "%"),
        ("a.io/", "%41", ""),
        ("", "é", ""),
        ("", "\udc80", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
