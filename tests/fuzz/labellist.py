"""Labels as text: any text is a list of labels, or errors about it."""

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import FieldErrors
    from kubeobj.labels.labeltext import join_labels, parse_labels


def check(text: str) -> None:
    """Read it, and write it again."""
    with refused(FieldErrors):
        labels = parse_labels(text)
        assert parse_labels(join_labels(labels)) == labels


TARGET = Target(
    check,
    alphabet="abz09._-/=, \t\n\0\u2003é\ud800",
    seeds=recorded("label_set_strings"),
    repeated=[
        ("", "a=b,", "c=d"),
        ("", ",", ""),
        ("", "=", ""),
        ("", "a", "=b"),
        ("a=", "b", ""),
        ("", "a/", "=b"),
        ("", " ", "a=b"),
        ("", "-=-,", ""),
        ("", "a=\u2003", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
