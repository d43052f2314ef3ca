"""Documents of any shape: metadata and label selectors are what they should be, or errors."""

import json
from collections.abc import Callable

from kubeobj.documents import JsonValue
from tests.fuzz.harness import Target, instrumented, main, refused
from tests.golden import golden

with instrumented(__name__):
    from kubeobj.errors import FieldErrors, FieldPath, SelectorInvalidError
    from kubeobj.labels.labelselector import format_label_selector, validate_label_selector
    from kubeobj.labels.selector import Selector
    from kubeobj.meta.intorstring import IntOrString
    from kubeobj.meta.labelselector import LabelSelector
    from kubeobj.meta.metarules import validate_object_meta, validate_object_meta_update
    from kubeobj.meta.objectmeta import ObjectMeta
    from kubeobj.meta.ownership import OwnerReference


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
    reads: tuple[Callable[[JsonValue], object], ...] = (
        ObjectMeta.parse,
        OwnerReference.parse,
        LabelSelector.parse,
        IntOrString.from_json,
    )
    for read in reads:
        with refused(FieldErrors):
            str(read(value))
    if not isinstance(value, dict):
        return
    with refused(SelectorInvalidError):
        selector = Selector.from_label_selector(value)
        assert Selector.parse(str(selector)) == selector
    format_label_selector(value)
    for errors in (
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
