"""The syntax rules of names, against what Kubernetes answers."""

import subprocess
import sys
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj import names
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from tests.golden import golden

Validator = Callable[..., tuple[FieldError, ...]]

VALIDATORS: dict[str, Validator] = {
    "IsCIdentifier": names.validate_c_identifier,
    "IsConfigMapKey": names.validate_config_map_key,
    "IsDNS1035Label": names.validate_dns1035_label,
    "IsDNS1123Label": names.validate_dns1123_label,
    "IsDNS1123Subdomain": names.validate_dns1123_subdomain,
    "IsDNS1123SubdomainWithUnderscore": names.validate_dns1123_subdomain_with_underscore,
    "IsDomainPrefixedKey": names.validate_domain_prefixed_key,
    "IsDomainPrefixedPath": names.validate_domain_prefixed_path,
    "IsEnvVarName": names.validate_env_var_name,
    "IsFullyQualifiedDomainName": names.validate_fully_qualified_domain_name,
    "IsFullyQualifiedName": names.validate_fully_qualified_name,
    "IsHTTPHeaderName": names.validate_http_header_name,
    "IsPathSegmentName": names.validate_path_segment_name,
    "IsPathSegmentPrefix": names.validate_path_segment_prefix,
    "IsQualifiedName": names.validate_qualified_name,
    "IsRelaxedEnvVarName": names.validate_relaxed_env_var_name,
    "IsValidCIDR": names.validate_cidr,
    "IsValidCIDRForLegacyField": names.validate_legacy_cidr,
    "IsValidIP": names.validate_ip,
    "IsValidIPForLegacyField": names.validate_legacy_ip,
    "IsValidInterfaceAddress": names.validate_interface_address,
    "IsValidLabelValue": names.validate_label_value,
    "IsValidPercent": names.validate_percent,
    "IsValidPortName": names.validate_port_name,
    "IsValidPortNum": names.validate_port_number,
    "IsWildcardDNS1123Subdomain": names.validate_wildcard_dns1123_subdomain,
    "NameIsDNS1035Label.prefix": names.validate_dns1035_label_prefix,
    "NameIsDNSLabel.prefix": names.validate_dns1123_label_prefix,
    "NameIsDNSSubdomain.prefix": names.validate_dns1123_subdomain_prefix,
}

TEXT_RULES = sorted(set(VALIDATORS) - {"IsValidPortNum"})


def recorded(validator: str) -> list[dict[str, Any]]:
    """Return the recorded lines of one validator."""
    return [line for line in golden("names") if line["validator"] == validator]


def test_every_recorded_validator_is_tested() -> None:
    """No recorded validator is left out, and none is invented."""
    assert {line["validator"] for line in golden("names")} == set(VALIDATORS)


@pytest.mark.parametrize("validator", VALIDATORS)
def test_counts_the_same_errors_as_kubernetes(validator: str) -> None:
    """Each rule finds as many errors as Kubernetes does in every recorded input."""
    validate = VALIDATORS[validator]
    wrong = [
        (line["input"], line["errors"], [str(error) for error in validate(line["input"])])
        for line in recorded(validator)
        if len(validate(line["input"])) != line["errors"]
    ]
    assert not wrong


def test_predicates_agree_with_the_rules() -> None:
    """The fast answers for labels are those of the full rules."""
    wrong = [
        line
        for validator, is_met in (
            ("IsQualifiedName", names.is_label_key),
            ("IsValidLabelValue", names.is_label_value),
            ("IsDNS1123Label", names.is_dns1123_label),
            ("IsDNS1123Subdomain", names.is_dns1123_subdomain),
        )
        for line in recorded(validator)
        if is_met(line["input"]) is not line["ok"]
    ]
    assert not wrong


@pytest.mark.parametrize("validator", VALIDATORS)
def test_errors_say_where_what_and_which_rule(validator: str) -> None:
    """Every error carries the path it was given, and the name of the rule."""
    path = FieldPath.of("spec", "x")
    for line in recorded(validator):
        for error in VALIDATORS[validator](line["input"], path):
            assert error.path == path, line
            assert error.origin.startswith("format="), line
            assert error.detail or error.type is FieldErrorType.REQUIRED, line


@pytest.mark.parametrize(
    ("validate", "value", "origins"),
    [
        (names.validate_label_key, "-", ["format=k8s-label-key"]),
        (names.validate_label_value, "a b", ["format=k8s-label-value"]),
        (names.validate_dns1123_label, "A", ["format=k8s-short-name"]),
        (names.validate_dns1123_subdomain, "A", ["format=k8s-long-name"]),
        (names.validate_path_segment_name, "..", ["format=k8s-path-segment-name"]),
        (names.validate_ip, "x", ["format=ip-strict"]),
        (names.validate_cidr, "x", ["format=cidr-strict"]),
    ],
)
def test_rules_have_the_names_kubernetes_gives_them(
    validate: Validator, value: str, origins: list[str]
) -> None:
    """Where Kubernetes names a rule, so do we."""
    assert [error.origin for error in validate(value)] == origins


@pytest.mark.parametrize("rule", TEXT_RULES)
@given(text=st.text() | st.text(alphabet="aA0-._/*:%\ud800é", max_size=300))
def test_any_text_is_valid_or_not(rule: str, text: str) -> None:
    """No text makes a rule fail in another way than by its errors."""
    for error in VALIDATORS[rule](text):
        assert str(error)


@pytest.mark.parametrize(
    "piece", ["a", "-", "a-", "a.", "a-.", "0", "_", "é", ":", "::", "a/", "1."]
)
@pytest.mark.parametrize("end", ["", "!", "-", "/a"])
def test_long_texts_are_no_trouble(piece: str, end: str) -> None:
    """A long text is answered like a short one; more than linear time would not end."""
    text = piece * (50_000 // len(piece)) + end
    for rule in TEXT_RULES:
        for error in VALIDATORS[rule](text):
            assert len(str(error)) < 1000


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1:0:0:0:2::3", "1::2:0:0:3"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("0000000001::", "1::"),
        ("::1.2.3.4", "::102:304"),
    ],
)
def test_canonical_addresses_are_suggested(text: str, canonical: str) -> None:
    """An address that could be written better is answered with how."""
    (error,) = names.validate_ip(text)
    assert f"'{canonical}'" in error.detail
    assert not names.validate_ip(canonical)
    assert not names.validate_legacy_ip(text)


def test_every_part_of_a_domain_name_is_a_dns_label() -> None:
    """A part between dots may be long in a subdomain, but not in a domain name."""
    text = f"{'a' * 64}.com"
    assert not names.validate_dns1123_subdomain(text)
    assert "63 bytes" in str(names.validate_fully_qualified_domain_name(text)[0])


@given(st.ip_addresses())
def test_python_writes_addresses_as_kubernetes_wants_them(
    address: IPv4Address | IPv6Address,
) -> None:
    """The text form of every address is canonical, but for IPv4 inside IPv6."""
    is_mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    assert bool(names.validate_ip(str(address))) is is_mapped
    assert not names.validate_legacy_ip(str(address))


@given(st.text(alphabet="abc-.", max_size=100), st.integers())
def test_generated_names_keep_their_base(base: str, seed: int) -> None:
    """A generated name fits a DNS label, and keeps of its base what fits with the suffix."""
    name = names.generate_name(base, SeededIdSource(seed))
    assert len(name) <= names.DNS_LABEL_MAX_BYTES
    assert name[:-5] == base[:58]
    assert set(name[-5:]) <= set(names.SUFFIX_ALPHABET)


@pytest.mark.parametrize("base", ["é" * 40, "a" + "é" * 40, "😀" * 20])
def test_generated_names_fit_in_bytes(base: str) -> None:
    """A base is cut between characters, and to bytes, where it may hold any."""
    name = names.generate_name(base, SeededIdSource(1))
    assert 60 <= names.byte_length(name) <= names.DNS_LABEL_MAX_BYTES
    assert base.startswith(name[:-5])


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("::ffff:10.0.0.7/120", "10.0.0.7/24"),
        ("::ffff:10.0.0.7/24", "10.0.0.7/24"),
        ("010.0.0.7/24", "10.0.0.7/24"),
        ("2001:DB8::7/64", "2001:db8::7/64"),
    ],
)
def test_interface_addresses_are_told_their_canonical_form(value: str, canonical: str) -> None:
    """What an error says to write instead is right."""
    (error,) = names.validate_interface_address(value)
    assert f"'{canonical}'" in error.detail
    assert not names.validate_interface_address(canonical)


@given(st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,30}-?", fullmatch=True), st.integers())
def test_names_generated_from_valid_prefixes_are_valid(base: str, seed: int) -> None:
    """What the rule for the beginning of a name accepts becomes a name that its rule accepts."""
    assert not names.validate_dns1123_subdomain_prefix(base)
    assert not names.validate_dns1123_subdomain(names.generate_name(base, SeededIdSource(seed)))


def test_words_need_no_pydantic() -> None:
    """Importing names and entropy loads neither pydantic nor what only some rules need."""
    code = (
        "import sys; before = set(sys.modules); import kubeobj.names, kubeobj.entropy;"
        "heavy = {'pydantic', 'ipaddress', 'lark', 'uuid'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
