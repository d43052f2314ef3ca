"""Which form of an answer a header Accept gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.errors import NotAcceptable
from kubeobj.api.negotiation import (
    PLAIN,
    Form,
    choose_discovery,
    choose_form,
    parse_accept,
)

LIST = frozenset({"Table", "PartialObjectMetadataList"})
KUBECTL = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,"
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)
TABLE = Form(kind="Table", version="v1")

CHOSEN = [
    pytest.param("", PLAIN, id="none"),
    pytest.param("*/*", PLAIN, id="anything"),
    pytest.param("*,application/json;q=0.1", PLAIN, id="old anything"),
    pytest.param("application/json", PLAIN, id="json"),
    pytest.param("application/yaml", Form("yaml"), id="yaml"),
    pytest.param("application/xml, application/json", PLAIN, id="second"),
    pytest.param("application/vnd.kubernetes.protobuf,application/json", PLAIN, id="protobuf"),
    pytest.param("application/json;q=0.5,application/yaml", Form("yaml"), id="quality"),
    pytest.param("application/*,application/yaml", Form("yaml"), id="exact before wildcard"),
    pytest.param("*/*,application/*;q=0.9,application/yaml;q=0.9", PLAIN, id="quality before all"),
    pytest.param("application/yaml;q=0", Form("yaml"), id="quality zero is a last choice"),
    pytest.param("application/yaml;q=x,application/json;q=0.1", PLAIN, id="quality no number"),
    pytest.param(KUBECTL, TABLE, id="kubectl"),
    pytest.param("application/json;as=Table;v=v9;g=meta.k8s.io,*/*", PLAIN, id="no such version"),
    pytest.param("application/json;as=Foo;v=v1;g=meta.k8s.io,*/*", PLAIN, id="no such kind"),
    pytest.param("application/json;as=Table;v=v1;g=apps,*/*", PLAIN, id="no such group"),
    pytest.param(
        "application/yaml;as=Table;v=v1beta1;g=meta.k8s.io",
        Form("yaml", "Table", "v1beta1"),
        id="table in yaml",
    ),
    pytest.param("application/json;pretty=1", Form(pretty=True), id="pretty"),
    pytest.param("application/json;pretty=true", PLAIN, id="pretty is 1"),
    pytest.param("application/json;stream=watch", PLAIN, id="stream"),
    pytest.param("application/json;stream=x,application/yaml", Form("yaml"), id="other stream"),
    pytest.param("application/json;sv=v2,application/yaml", Form("yaml"), id="server version"),
    pytest.param("application/json;unknown=1; charset=utf-8", PLAIN, id="other parameters"),
]

REFUSED = [
    pytest.param("application/xml", {}, id="xml"),
    pytest.param("application/*", {}, id="subtype wildcard"),
    pytest.param("application", {}, id="no subtype"),
    pytest.param("*", {}, id="old anything alone"),
    pytest.param("APPLICATION/JSON", {}, id="capitals"),
    pytest.param("application/vnd.kubernetes.protobuf", {}, id="protobuf"),
    pytest.param(" , ;", {}, id="nothing"),
    pytest.param("application/json;as=Foo;v=v1;g=meta.k8s.io", None, id="no such kind"),
    pytest.param("application/json;as=Table;v=v9;g=meta.k8s.io", None, id="no such version"),
    pytest.param("application/json;v=v1", None, id="no kind"),
    pytest.param("application/json;stream=foo", None, id="no such stream"),
    pytest.param(
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json",
        None,
        id="one object of a list, even if json would do",
    ),
]


@pytest.mark.parametrize(("accept", "wanted"), CHOSEN)
def test_the_first_range_that_can_be_given_is_given(accept: str, wanted: Form) -> None:
    """Quality counts first, then how exact a range is, then its place."""
    assert choose_form(accept, kinds=LIST) == wanted


@pytest.mark.parametrize(("accept", "details"), REFUSED)
def test_what_has_no_such_form_is_not_acceptable(
    accept: str, details: dict[str, str] | None
) -> None:
    """Where no media type fits, the status has empty details; else it has none."""
    with pytest.raises(NotAcceptable) as caught:
        choose_form(accept, kinds=LIST)
    assert caught.value.details == details


def test_custom_resources_take_subtype_wildcards() -> None:
    """They are served by another handler than the rest."""
    assert choose_form("application/*", is_custom=True) == PLAIN


def test_a_watch_has_no_yaml() -> None:
    """YAML cannot be streamed, and is not replaced by what could."""
    with pytest.raises(NotAcceptable):
        choose_form("application/yaml, application/json", is_stream=True)


AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (AGGREGATED, True),
        (f"{AGGREGATED},application/json", True),
        (f"{AGGREGATED.replace('v=v2', 'v=v2beta1')},{AGGREGATED};q=0.9,application/json", False),
        (f"application/json,{AGGREGATED}", False),
        (f"application/json;as=Table;v=v1;g=meta.k8s.io,{AGGREGATED}", True),
        (f"{KUBECTL}", False),
        ("", False),
    ],
)
def test_discovery_is_in_one_document_where_that_is_asked_first(
    accept: str, *, wanted: bool
) -> None:
    """What asks for a form that discovery has not is passed over."""
    assert choose_discovery(accept) == (PLAIN, wanted)


def test_old_aggregated_discovery_is_not_acceptable() -> None:
    """The beta of it is served no more."""
    with pytest.raises(NotAcceptable) as caught:
        choose_discovery(AGGREGATED.replace("v=v2", "v=v2beta1"))
    assert caught.value.details is None


@given(st.text("*/;,=q01.ajson xv", max_size=60))
def test_any_header_can_be_read(header: str) -> None:
    """A header is never an error; what is no range is left out."""
    for found in parse_accept(header):
        assert found.type.strip() == found.type
        assert found.subtype
