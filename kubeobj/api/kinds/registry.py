"""Where each kind's room is: a module of `kubeobj.api.kinds` by resource, with its ``KIND``."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from kubeobj.api.kind import Kind

# A module is named for its kind, in small letters.
MODULES: Mapping[str, str] = {
    "configmaps": "configmap",
    "endpoints": "endpoints",
    "events": "event",
    "limitranges": "limitrange",
    "namespaces": "namespace",
    "nodes": "node",
    "persistentvolumeclaims": "persistentvolumeclaim",
    "persistentvolumes": "persistentvolume",
    "pods": "pod",
    "podtemplates": "podtemplate",
    "replicationcontrollers": "replicationcontroller",
    "resourcequotas": "resourcequota",
    "secrets": "secret",
    "serviceaccounts": "serviceaccount",
    "services": "service",
    "mutatingadmissionpolicies.admissionregistration.k8s.io": "mutatingadmissionpolicy",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "mutatingadmissionpolicybinding"
    ),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "mutatingwebhookconfiguration",
    "validatingadmissionpolicies.admissionregistration.k8s.io": "validatingadmissionpolicy",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "validatingadmissionpolicybinding"
    ),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": (
        "validatingwebhookconfiguration"
    ),
    "customresourcedefinitions.apiextensions.k8s.io": "customresourcedefinition",
    "apiservices.apiregistration.k8s.io": "apiservice",
    "controllerrevisions.apps": "controllerrevision",
    "daemonsets.apps": "daemonset",
    "deployments.apps": "deployment",
    "replicasets.apps": "replicaset",
    "statefulsets.apps": "statefulset",
    "horizontalpodautoscalers.autoscaling": "horizontalpodautoscaler",
    "cronjobs.batch": "cronjob",
    "jobs.batch": "job",
    "certificatesigningrequests.certificates.k8s.io": "certificatesigningrequest",
    "leases.coordination.k8s.io": "lease",
    "endpointslices.discovery.k8s.io": "endpointslice",
    "flowschemas.flowcontrol.apiserver.k8s.io": "flowschema",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": "prioritylevelconfiguration",
    "ingressclasses.networking.k8s.io": "ingressclass",
    "ingresses.networking.k8s.io": "ingress",
    "ipaddresses.networking.k8s.io": "ipaddress",
    "networkpolicies.networking.k8s.io": "networkpolicy",
    "servicecidrs.networking.k8s.io": "servicecidr",
    "runtimeclasses.node.k8s.io": "runtimeclass",
    "poddisruptionbudgets.policy": "poddisruptionbudget",
    "clusterrolebindings.rbac.authorization.k8s.io": "clusterrolebinding",
    "clusterroles.rbac.authorization.k8s.io": "clusterrole",
    "rolebindings.rbac.authorization.k8s.io": "rolebinding",
    "roles.rbac.authorization.k8s.io": "role",
    "deviceclasses.resource.k8s.io": "deviceclass",
    "resourceclaims.resource.k8s.io": "resourceclaim",
    "resourceclaimtemplates.resource.k8s.io": "resourceclaimtemplate",
    "resourceslices.resource.k8s.io": "resourceslice",
    "priorityclasses.scheduling.k8s.io": "priorityclass",
    "csidrivers.storage.k8s.io": "csidriver",
    "csinodes.storage.k8s.io": "csinode",
    "csistoragecapacities.storage.k8s.io": "csistoragecapacity",
    "storageclasses.storage.k8s.io": "storageclass",
    "volumeattachments.storage.k8s.io": "volumeattachment",
    "volumeattributesclasses.storage.k8s.io": "volumeattributesclass",
}
"""The module of each resource that is stored, by the resource and its group."""

ALIASES: Mapping[str, str] = {"events.events.k8s.io": "events"}
"""Resources that are another one's objects in a version of their own."""


@cache
def kind_of(resource: str) -> Kind:
    """Return what the API knows of a stored *resource*, such as ``deployments.apps``.

    Raises:
        KeyError: If there is no such resource.
    """
    module = MODULES[ALIASES.get(resource, resource)]
    kind: Kind = import_module(f"kubeobj.api.kinds.{module}").KIND
    return kind
