"""Quantities: any text is a quantity or a quantity's error, and so is any JSON text."""

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import QuantityError
    from kubeobj.meta.quantity import Quantity


def check(text: str) -> None:
    """Read it both ways, and compute with what it is."""
    for read in (Quantity, Quantity.parse_json):
        with refused(QuantityError):
            quantity = read(text)
            str(quantity)
            assert quantity + quantity == quantity * 2
            assert -quantity + quantity == Quantity(0)
            assert quantity.round_up(0) * quantity.sign >= quantity * quantity.sign
            with refused(QuantityError):
                int(quantity.value + quantity.milli_value)


TARGET = Target(
    check,
    alphabet='0159.+-eEnumkMGTPi "\\_٣\ud800',
    seeds=recorded("quantities")[::9],
    repeated=[
        ("", "0", ""),
        ("", "9", ""),
        ("", "0", "1.5Gi"),
        ("1.", "0", "1"),
        ("1.", "9", "Ki"),
        ("1e", "9", ""),
        ("1e-", "0", "3"),
        ("1", "E", ""),
        ("", "-", "1"),
        ("", ".", ""),
        ('"', " ", '1"'),
        ('"', "\\", '"'),
        ("", " ", "1"),
        ("", "٣", ""),
        ("", "1i", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
