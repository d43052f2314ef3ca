"""Documents of any shape: metadata and label selectors are what they should be, or errors."""

import json
from collections.abc import Callable

from kubeobj.documents import JsonValue
from tests.fuzz.harness import Target, instrumented, main, refused
from tests.golden import golden

with instrumented(__name__):
    from kubeobj.errors import (
        FieldErrors,
        FieldPath,
        QuantityError,
        SelectorInvalidError,
        TimeError,
    )
    from kubeobj.labels.labelselector import format_label_selector, validate_label_selector
    from kubeobj.labels.selector import Selector
    from kubeobj.meta.annotations import JSON, AnnotationKey
    from kubeobj.meta.conditions import Condition, validate_condition, validate_conditions
    from kubeobj.meta.corereference import CoreObjectReference
    from kubeobj.meta.duration import Duration
    from kubeobj.meta.intorstring import IntOrString
    from kubeobj.meta.labelselector import LabelSelector
    from kubeobj.meta.metarules import validate_object_meta, validate_object_meta_update
    from kubeobj.meta.objectmeta import ObjectMeta
    from kubeobj.meta.ownership import OwnerReference
    from kubeobj.meta.quantity import Quantity
    from kubeobj.meta.timestamps import MicroTime, Time


NOTE = AnnotationKey("example.com/note", JSON)

READS: tuple[Callable[[JsonValue], object], ...] = (
    Condition.parse,
    CoreObjectReference.parse,
    Duration.from_json,
    IntOrString.from_json,
    LabelSelector.parse,
    MicroTime.from_json,
    ObjectMeta.parse,
    OwnerReference.parse,
    Quantity.from_json,
    Time.from_json,
    lambda value: NOTE.set({}, value),
)


def check(text: str) -> None:
    """Take the JSON that *text* is, if it is any, for each of the things it could be."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    check_value(document)


def check_value(value: JsonValue) -> None:
    """Take *value* for each of the things it could be."""
    for error in validate_label_selector(value):
        str(error).encode()
    for read in READS:
        with refused(FieldErrors, QuantityError, TimeError):
            str(read(value))
    for error in validate_conditions([value, value]):
        str(error).encode()
    if isinstance(value, dict):
        check_document(value)


def check_document(value: dict[str, JsonValue]) -> None:
    """Take *value* for each of the things that an object could be."""
    CoreObjectReference.of(value)
    with refused(SelectorInvalidError):
        selector = Selector.from_label_selector(value)
        assert Selector.parse(str(selector)) == selector
    format_label_selector(value)
    for errors in (
        validate_condition(value),
        validate_object_meta(value, namespaced=True),
        validate_object_meta(value, namespaced=False, path=FieldPath()),
        validate_object_meta_update(value, {"name": "a", "resourceVersion": "1"}),
        validate_object_meta_update({"name": "a", "resourceVersion": "1"}, value),
    ):
        for error in errors:
            str(error).encode()


TARGET = Target(
    check,
    alphabet='ab01-:{}[],"\\ \n.eun\ud800',
    seeds=[
        *(json.dumps(line["meta"]) for line in golden("object_meta")[::5]),
        *(json.dumps(line["selector"]) for line in golden("label_selectors")[::9]),
    ],
    repeated=[
        ('{"finalizers": [', '"a/b", ', '"c"]}'),
        ('{"finalizers": [', "1, ", "2]}"),
        ('{"ownerReferences": [', "{}, ", "{}]}"),
        ('{"ownerReferences": [', '{"controller": true}, ', "{}]}"),
        ('{"managedFields": [', "{}, ", "{}]}"),
        ('{"managedFields": [{"manager": "', "\\u0001", '"}]}'),
        ('{"name": "', "-", '"}'),
        ('{"name": [', "[],", "[]]}"),
        ('{"labels": {"a": "', "-", '"}}'),
        ('{"matchExpressions": [', "{}, ", "{}]}"),
        ('{"matchExpressions": [{"key": "a", "operator": "In", "values": [', '"-", ', '""]}]}'),
    ],
    long=20_000,
)

if __name__ == "__main__":
    main(TARGET)
