"""What is published of the API: its schema, and what a server says it serves."""

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate

from scripts.modelgen import metrics

VERSION = "v1.36.0-local"
DISCOVERY = Path(__file__).parents[2] / "tests" / "golden" / "discovery"

REUSED = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ("kubeobj.meta.quantity", "Quantity"),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": (
        "kubeobj.meta.intorstring",
        "IntOrString",
    ),
    **{
        f"io.k8s.apimachinery.pkg.apis.meta.v1.{name}": (f"kubeobj.meta.{module}", name)
        for module, names in {
            "conditions": ["Condition"],
            "labelselector": ["LabelSelector", "LabelSelectorRequirement"],
            "objectmeta": ["ManagedFieldsEntry", "ObjectMeta"],
            "ownership": ["OwnerReference"],
            "timestamps": ["MicroTime", "Time"],
        }.items()
        for name in names
    },
}
"""What the house has by hand, and where."""

JSON = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON"
FREE_FORM = {
    JSON,
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
}
"""Types that hold any JSON."""

UNIONS = {f"{JSON}SchemaPropsOr{other}" for other in ("Array", "Bool", "StringArray")}
"""Types that are one of two forms."""

METADATA = "metav1"


def resources() -> dict[str, list[dict[str, Any]]]:
    """Return what a server serves, by group-version."""
    files = sorted(DISCOVERY.glob("api*_v*.json"))
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    documents.append(metrics.RESOURCES)
    return {document["groupVersion"]: document["resources"] for document in documents}


def definitions() -> dict[str, dict[str, Any]]:
    """Return the types of every group-version that is served, by their full names."""
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / VERSION
    published = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    published |= metrics.DEFINITIONS
    served = {module_of_group(*split(name)) for name in resources()} | {METADATA}
    return {
        name: schema
        for name, schema in sorted(published.items())
        if name in REUSED or name in FREE_FORM or module_of(name) in served
    }


def split(group_version: str) -> tuple[str, str]:
    """Return the group and the version."""
    group, slash, version = group_version.rpartition("/")
    return (group, version) if slash else ("", group_version)


def module_of_group(group: str, version: str) -> str:
    """Return the name of the module of a group-version."""
    return f"{group.partition('.')[0] or 'core'}{version}"


def module_of(name: str) -> str:
    """Return the name of the module of a type, by its full name."""
    group, version = name.split(".")[-3:-1]
    return f"{group}{version}"


def short_name(name: str) -> str:
    """Return what a type is called among those of the house, such as ``corev1.Pod``."""
    if name in REUSED:
        return REUSED[name][1]
    return f"{module_of(name)}.{name.rpartition('.')[2]}"


_PLURALS = re.compile(r"(IP|CIDR|ID|URL|WWN)s")


def snake(wire: str) -> str:
    """Return the Python name of a field, without regard to Python's own words."""
    plain = wire.replace("$", "dollar_").replace("-", "_").replace("APIV3", "ApiV3")
    plain = _PLURALS.sub(lambda found: f"{found[1].capitalize()}s", plain)
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", parted).lower()
