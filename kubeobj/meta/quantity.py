"""Resource quantities, exactly: ``250m`` of a CPU, ``1.5Gi`` of memory.

A `Quantity` is a whole number of nanos of any size, with the format it is written in. Sums,
products and comparisons are exact and independent of format; text is read and written as
Kubernetes does, rounding up to nanos and stopping binary quantities at 2^63 - 1.

Source: ``k8s.io/apimachinery/pkg/api/resource`` (v1.36).
"""

import re
from decimal import Decimal
from typing import ClassVar, Self, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import QuantityError, echo
from kubeobj.meta.quantitytext import (
    BIT_LIMIT,
    DIGIT_LIMIT,
    MAX_INT64,
    NANO_PLACES,
    NANOS,
    Format,
    Reading,
    read,
    to_nanos,
    too_large,
    write,
)
from kubeobj.meta.wirevalue import WireValue

__all__ = ["Format", "Quantity"]

# Space that may stand around a quantity in JSON; control characters cannot stand in JSON at all.
_SPACE = " \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# A number, or a string without escapes: Kubernetes reads the text between the quotes as it is.
_JSON_SCALAR = re.compile(
    r'[ \t\r\n]*+(?:"([^"\\\x00-\x1f]*+)"'
    r"|(-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+)|null)[ \t\r\n]*+"
)


@final
class Quantity(WireValue):
    """An exact amount of a resource; immutable, ordered, hashed by value whatever the format.

    Args:
        value: The text, or a whole number, or a decimal number (finer than nanos rounds away from
            zero), or another quantity. A float is no exact amount and is refused.

    Raises:
        QuantityError: If *value* is no quantity, or has more than 4,000 digits.
        TypeError: If *value* has another type.

    >>> Quantity("250m") + Quantity("1.75")
    Quantity('2')
    >>> Quantity("1Gi") == Quantity("1024Mi") == Quantity(2**30)
    True
    >>> str(Quantity("1.5Gi")), Quantity("1.5Gi").value
    ('1536Mi', 1610612736)
    >>> str(sum([Quantity("100m"), Quantity("2")]))
    '2100m'
    """

    __slots__ = ("_format", "_nanos", "_scale", "_text")

    json_schema: ClassVar[Document] = {"oneOf": [{"type": "string"}, {"type": "number"}]}

    def __init__(self, value: "str | int | Decimal | Quantity" = 0) -> None:
        if isinstance(value, str):
            self._set(*read(value))
        elif isinstance(value, Quantity):
            self._set(*value._parts())  # noqa: SLF001 - its own class
        elif isinstance(value, int) and not isinstance(value, bool):
            self._set(*_counted(value * NANOS, Format.DECIMAL_SI, 0))
        elif isinstance(value, Decimal):
            self._set(*_counted(_nanos_of_decimal(value), Format.DECIMAL_SI, -NANO_PLACES))
        else:
            msg = f"a quantity is made of text or an exact number, not of {type(value).__name__}"
            raise TypeError(msg)

    def _set(self, nanos: int, unit_format: Format, scale: int | None, text: str) -> None:
        """Set every part, once; the parts are those of `Reading`."""
        self._nanos = nanos
        self._format = unit_format
        self._scale = scale
        self._text = text

    def _parts(self) -> Reading:
        return self._nanos, self._format, self._scale, self._text

    @classmethod
    def _of(cls, nanos: int, unit_format: Format, scale: int | None) -> Self:
        """Return the quantity that is the result of a computation."""
        self = object.__new__(cls)
        self._set(*_counted(nanos, unit_format, scale))
        return self

    # ------------------------------------------------------------ JSON

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Return the quantity in decoded JSON: text, a number, or None for an unset zero.

        A float counts as the shortest text that reads back as it, so 0.1 is ``100m``.

        Raises:
            QuantityError: If it is no quantity.
        """
        if value is None:
            return cls._of(0, Format.UNSET, 0)
        if isinstance(value, str):
            return cls(value.strip(_SPACE))
        if isinstance(value, float):
            return cls(repr(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return cls(value)
        msg = f"a quantity is a string or a number, not {echo(value)}"
        raise QuantityError(msg, text="", rule="format")

    @classmethod
    def parse_json(cls, text: str) -> Self:
        """Return the quantity in a JSON *text*; a number keeps the form in which it is written.

        Kubernetes takes a quantity's JSON as it stands, so a string with escapes is none.

        Raises:
            QuantityError: If it is no quantity.

        >>> Quantity.parse_json("1e3"), Quantity.parse_json('" 1 "')
        (Quantity('1e3'), Quantity('1'))
        """
        match = _JSON_SCALAR.fullmatch(text)
        if match is None:
            msg = f"{echo(text)} is not JSON that holds a quantity"
            raise QuantityError(msg, text=text, rule="format")
        string, number = match.groups()
        return cls.from_json(string) if number is None else cls(number)

    def to_json(self) -> str:
        """Return the text, which is the JSON form."""
        return str(self)

    # ------------------------------------------------------------ reading it

    @property
    def format(self) -> Format:
        """The suffixes it is written with; of a sum, those of the first term that is not zero."""
        return self._format

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self._nanos > 0) - (self._nanos < 0)

    @property
    def value(self) -> int:
        """The amount as a whole number, rounded away from zero, as Kubernetes computes it.

        That is in 64 bits: decimal quantities beyond them overflow silently, to what Kubernetes
        gets too. `as_decimal` is the exact amount.

        Raises:
            QuantityError: If it does not fit 64 bits, and Kubernetes has no defined answer.
        """
        return self._count(0)

    @property
    def milli_value(self) -> int:
        """A thousand times the amount, such as milli-CPUs; otherwise like `value`."""
        return self._count(-3)

    def as_decimal(self) -> Decimal:
        """Return the exact amount.

        >>> Quantity("1250m").as_decimal()
        Decimal('1.250')
        """
        return Decimal(write(self._nanos, Format.DECIMAL_EXPONENT))

    @property
    def fits_64_bits(self) -> bool:
        """Whether 64 bits hold its digits, which is what Kubernetes reports of a product.

        The amount is exact either way.

        >>> (Quantity("250m") * 3).fits_64_bits, (Quantity("4Ei") * 2).fits_64_bits
        (True, False)
        """
        return self._scale is not None or _fits(self._nanos)

    def _count(self, scale: int) -> int:
        """Return how often ten to *scale* goes into this, as a 64-bit integer of Kubernetes."""
        if self._scale is None:
            return _count_big(self._nanos, scale)
        number = self._nanos // 10 ** (self._scale + NANO_PLACES)
        places = self._scale - scale
        if places < 0:
            return _away_from_zero(number, 10**-places)
        product: int = number * 10**places
        if _fits(product):
            return product
        # Kubernetes multiplies by these powers at once and wraps; by others it gives up, with 0.
        return (product + 2**63) % 2**64 - 2**63 if places in _WRAPPING_PLACES else 0

    # ------------------------------------------------------------ arithmetic

    def __add__(self, other: "Quantity") -> Self:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._of(self._nanos + other._nanos, *self._joined(other))

    def __radd__(self, other: int) -> Self:
        # sum() starts from the number 0.
        return self._of(self._nanos, self._format, self._scale) if other == 0 else NotImplemented

    def __sub__(self, other: "Quantity") -> Self:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._of(self._nanos - other._nanos, *self._joined(other))

    def __mul__(self, times: int) -> Self:
        if not isinstance(times, int):
            return NotImplemented
        return self._of(self._nanos * times, self._format, self._scale)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return self._of(-self._nanos, self._format, self._scale)

    def round_up(self, scale: int) -> Self:
        """Return this rounded away from zero to a multiple of ten to *scale*.

        The result equals this if nothing was lost.

        Raises:
            QuantityError: If the result has more than 4,000 digits.

        >>> Quantity("9010m").round_up(0), Quantity("9010m").round_up(-1)
        (Quantity('10'), Quantity('9100m'))
        """
        if not self._nanos or (self._scale is not None and self._scale >= scale):
            return self
        if scale > DIGIT_LIMIT:
            raise too_large()
        unit = 10 ** max(scale + NANO_PLACES, 0)
        nanos = _away_from_zero(self._nanos, unit) * unit
        return self._of(nanos, self._format, None if self._scale is None else scale)

    def with_format(self, unit_format: Format) -> Self:
        """Return the same amount, written in another format.

        >>> Quantity(2**30).with_format(Format.BINARY_SI)
        Quantity('1Gi')
        """
        return self._of(self._nanos, unit_format, self._scale)

    def _joined(self, other: "Quantity") -> tuple[Format, int | None]:
        """Return the format and scale of a sum with *other*."""
        _, unit_format, scale, _ = other._parts()  # noqa: SLF001 - its own class
        if self._nanos:
            unit_format = self._format
        if self._scale is None or scale is None:
            return unit_format, None
        return unit_format, min(self._scale, scale)

    # ------------------------------------------------------------ comparison

    def __bool__(self) -> bool:
        return self._nanos != 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._nanos == other._nanos

    def __hash__(self) -> int:
        return hash(self._nanos)

    def __lt__(self, other: "Quantity") -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._nanos < other._nanos

    def __le__(self, other: "Quantity") -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._nanos <= other._nanos

    def __gt__(self, other: "Quantity") -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._nanos > other._nanos

    def __ge__(self, other: "Quantity") -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._nanos >= other._nanos

    # ------------------------------------------------------------ text

    def __str__(self) -> str:
        return self._text or write(self._nanos, self._format)

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"


_WRAPPING_PLACES = frozenset({0, 1, 2, 3, 6, 9})


def _counted(nanos: int, unit_format: Format, scale: int | None) -> Reading:
    """Return the parts of a computed quantity, which has no scale if 64 bits cannot count it."""
    if nanos.bit_length() > BIT_LIMIT:
        raise too_large()
    if scale is not None and not _fits(nanos // 10 ** (scale + NANO_PLACES)):
        scale = None
    return nanos, unit_format, scale, ""


def _count_big(nanos: int, scale: int) -> int:
    """Return how often ten to *scale* goes into a big decimal of Kubernetes."""
    unit = 10 ** (scale + NANO_PLACES)
    count = _away_from_zero(nanos, unit)
    if nanos < 0 and nanos % unit and _fits(nanos):
        # Kubernetes 1.36 rounds these up by one after cutting the fraction off.
        count += 2
    if not _fits(count):
        msg = f"{echo(write(nanos, Format.DECIMAL_EXPONENT))} does not fit a 64-bit integer"
        raise QuantityError(msg, text="", rule="numeric")
    return count


def _nanos_of_decimal(number: Decimal) -> int:
    """Return *number* in nanos, rounded away from zero."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        msg = f"{number} is not an amount"
        raise QuantityError(msg, text=str(number), rule="numeric")
    if len(digits) > DIGIT_LIMIT:
        raise too_large(str(number))
    nanos = to_nanos(int("".join(map(str, digits))), exponent)
    return -nanos if sign else nanos


def _away_from_zero(number: int, unit: int) -> int:
    """Return *number* divided by *unit*, rounded away from zero."""
    return -(-number // unit) if number > 0 else number // unit


def _fits(number: int) -> bool:
    """Return whether 64 bits hold *number*."""
    return -MAX_INT64 - 1 <= number <= MAX_INT64
