"""All fuzz targets by name."""

from collections.abc import Mapping

from tests.fuzz import (
    documents,
    fieldselector,
    intorstring,
    labellist,
    manifests,
    quantity,
    reference,
    selector,
    times,
    words,
)
from tests.fuzz.harness import Target

TARGETS: Mapping[str, Target] = {
    module.__name__.rpartition(".")[2]: module.TARGET
    for module in (
        documents,
        fieldselector,
        intorstring,
        labellist,
        manifests,
        quantity,
        reference,
        selector,
        times,
        words,
    )
}
