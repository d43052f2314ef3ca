"""How the containers of a simulation behave: read from a file, or as is usual for the command."""

from typing import TYPE_CHECKING, Final, final

from pydantic import Field as PydanticField
from pydantic import ValidationError

from kubeobj.cli.errors import RefusedError
from kubeobj.cli.simulatefile import read_one
from kubeobj.errors import FieldPath, SelectorError
from kubeobj.labels.selector import Selector
from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

USUAL: Final = Behaviour(pull_seconds=3, start_seconds=1, ready_seconds=2, stop_seconds=1)
"""How containers behave of which nothing is said."""


@final
class _Rule(Behaviour):
    """A rule of the file: which containers, and how they behave."""

    image: str = "*"
    container: str = "*"
    labels: str = ""


@final
class _File(Behaviour):
    """The file: how all behave, and rules for some."""

    rules: list[_Rule] = PydanticField(default_factory=list)


def usual_behaviours() -> Behaviours:
    """Return how containers behave where there is no file."""
    return Behaviours(default=USUAL)


def read_behaviours(path: str) -> Behaviours:
    """Return the behaviours that a file has.

    Raises:
        KubeobjError: If it cannot be read, or is no such file.
    """
    manifest = read_one(path)
    try:
        file = _File.model_validate(manifest.document)
    except ValidationError as error:
        raise _refused(manifest, error) from None
    default = Behaviour(**{**dict(USUAL), **_said(file)})
    return Behaviours(
        *(_rule(manifest, number, rule, default) for number, rule in enumerate(file.rules)),
        default=default,
    )


def _rule(manifest: "Manifest", number: int, rule: _Rule, default: Behaviour) -> BehaviourRule:
    try:
        labels = Selector.parse(rule.labels)
    except SelectorError as error:
        path = FieldPath.of("rules").index(number).child("labels")
        line = manifest.position(path).line
        raise RefusedError(str(error), source=manifest.source, line=line) from None
    behaviour = Behaviour(**{**dict(default), **_said(rule)})
    return BehaviourRule(behaviour, rule.image, rule.container, labels)


def _said(given: Behaviour) -> dict[str, float | int | None]:
    """Return what is said of a behaviour, of all that could be."""
    names = [name for name in Behaviour.model_fields if name in given.model_fields_set]
    return {name: getattr(given, name) for name in names}


def _refused(manifest: "Manifest", error: ValidationError) -> RefusedError:
    first = error.errors()[0]
    path = FieldPath(tuple(first["loc"]))
    line = manifest.position(path).line
    return RefusedError(f"{path}: {first['msg']}", source=manifest.source, line=line)
