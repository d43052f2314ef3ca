"""The resource claims of pods.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validatePodResourceClaims (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_label, validate_dns1123_subdomain

_SOURCES = ("resourceClaimName", "resourceClaimTemplateName")


def validate_pod_claims(claims: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the claims of a pod: each has a name, and one source."""
    names: set[str] = set()
    for position, claim in enumerate(claims):
        here, name = path.index(position), claim["name"]
        if not name:
            yield required(here.child("name"), "required")
        elif name in names:
            yield duplicate(here.child("name"), name)
        else:
            yield from validate_dns1123_label(name, here.child("name"))
            names.add(name)
        given = [source for source in _SOURCES if source in claim]
        if len(given) != 1:
            how_many = "at most one" if given else "one"
            detail = f"{how_many} of `{'` or `'.join(_SOURCES)}` must be specified"
            yield invalid(here, claim, detail, "one-of")
        for source in given:
            yield from validate_dns1123_subdomain(claim[source], here.child(source))
