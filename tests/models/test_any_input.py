"""Any JSON at all: an object, or an error of ours."""

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldErrors, KubeobjError
from kubeobj.models.catalog import KINDS
from kubeobj.models.codec import decode, encode
from kubeobj.models.fieldtable import TYPES

FIELDS = sorted({name for fields in TYPES.values() for name in fields})
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers() | FLOATS | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=5)
    ),
    max_leaves=20,
)
SAYS = st.sampled_from([(version, kind) for version in KINDS for kind in KINDS[version][1].split()])
UNKNOWN = st.sampled_from(["drop", "keep", "refuse"])


@given(VALUES, SAYS, UNKNOWN)
def test_any_document_is_an_object_or_a_field_error(
    value: JsonValue, says: tuple[str, str], unknown: str
) -> None:
    """What can be read can be written, and read again as the same."""
    version, kind = says
    rest = value if isinstance(value, dict) else {"spec": value, "metadata": value}
    document = {**rest, "apiVersion": version, "kind": kind}
    try:
        item = decode(document, unknown=unknown)
    except FieldErrors as error:
        said = str(error)
    else:
        again = encode(decode(encode(item), unknown=unknown))
        said = "the same" if again == encode(item) else ""
    assert said


@given(VALUES)
def test_anything_is_an_object_or_an_error_of_ours(value: JsonValue) -> None:
    """Even what does not say what it is."""
    try:
        said = str(decode(value).to_document())
    except KubeobjError as error:
        said = str(error)
    assert said
