"""Pods stay for five minutes on a node that is lost, unless they say otherwise.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/defaulttolerationseconds`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest

NOT_READY = "node.kubernetes.io/not-ready"
"""The taint of a node that is not ready."""

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of a node that does not answer."""

SECONDS = 300
"""How long a pod stays."""

_NO_EXECUTE = frozenset({"", "NoExecute"})


def _admit(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    given = spec.get("tolerations", ())
    tolerated = {one.get("key", "") for one in given if one.get("effect", "") in _NO_EXECUTE}
    if "" in tolerated:
        return
    missing = [key for key in (NOT_READY, UNREACHABLE) if key not in tolerated]
    if missing:
        spec["tolerations"] = [
            *given,
            *(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": SECONDS,
                }
                for key in missing
            ),
        ]


DEFAULT_TOLERATION_SECONDS = Admission(
    name="DefaultTolerationSeconds",
    mutate=_admit,
    resources=frozenset({"pods"}),
    is_builtin=True,
)
"""Gives pods time on nodes that are lost."""
