"""When a field is written: the modes of every type, and the tables that they are made of."""

import pytest

from kubeobj.models.fieldtable import TYPES
from kubeobj.models.wiremodes import mode_of
from kubeobj.models.wiretable import MODES
from scripts.modelgen import goshapes, modes


def test_every_field_of_every_type_has_a_mode() -> None:
    """The two tables are about the same fields."""
    assert MODES.keys() == TYPES.keys()
    for name, fields in TYPES.items():
        assert mode_of(name).keys() == fields.keys(), name
        assert set(mode_of(name).values()) <= set("poan"), name


@pytest.mark.parametrize(
    ("name", "field", "mode"),
    [
        pytest.param("corev1.PodSpec", "hostNetwork", "o", id="plain truth value"),
        pytest.param("corev1.PodSpec", "hostUsers", "p", id="truth value behind a pointer"),
        pytest.param("appsv1.DeploymentSpec", "replicas", "p", id="number behind a pointer"),
        pytest.param("corev1.Container", "resources", "a", id="struct held by value"),
        pytest.param("corev1.ResourceFieldSelector", "divisor", "a", id="quantity held by value"),
        pytest.param("corev1.Event", "eventTime", "a", id="time held by value"),
        pytest.param("ObjectMeta", "creationTimestamp", "o", id="time that may be left out"),
        pytest.param("rbacv1.Role", "rules", "a", id="list that is always written"),
        pytest.param("corev1.PodTemplateSpec", "metadata", "a", id="metadata of a part"),
        pytest.param("networkingv1.IPAddressSpec", "parentRef", "p", id="required yet left out"),
        pytest.param("corev1.TypedObjectReference", "apiGroup", "n", id="null if not given"),
    ],
)
def test_a_field_has_the_mode_of_its_struct(name: str, field: str, mode: str) -> None:
    """One field of each kind of reason."""
    assert mode_of(name)[field] == mode


def test_a_type_without_a_table_has_no_modes() -> None:
    """Custom resources are written as they are."""
    assert mode_of("example.Unknown") == {}


@pytest.mark.parametrize(
    ("facts", "kinds", "says"),
    [
        pytest.param({}, {"T": {"a": "int32"}}, "no table says when T.a", id="number unsettled"),
        pytest.param({"p": {"T": "b"}}, {"T": {"a": "string"}}, "no such fields: T.b", id="stray"),
        pytest.param({"p": {"U": "a"}}, {"T": {"a": "string"}}, "no such fields: U.a", id="type"),
        pytest.param({"o": {"T": "a"}}, {"T": {"a": "string"}}, "rule for T.a", id="needless"),
        pytest.param(
            {"o": {"T": "a"}, "p": {"T": "a"}}, {"T": {"a": "int32"}}, "T.a is in two", id="twice"
        ),
    ],
)
def test_tables_that_do_not_fit_the_schema_are_refused(
    facts: dict[str, dict[str, str]],
    kinds: dict[str, dict[str, str]],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A newer schema cannot leave a field without its mode, or a fact without its field."""
    monkeypatch.setattr(modes, "TABLES", facts)
    with pytest.raises((LookupError, ValueError), match=says):
        modes.rows(kinds)


def test_the_tables_are_in_order() -> None:
    """Types by name, those without a group last; fields by name; none twice."""
    for table in goshapes.TABLES.values():
        assert [*table] == sorted(table, key=lambda name: ("." not in name, name))
        for name, fields in table.items():
            assert fields.split() == sorted(set(fields.split())), name
