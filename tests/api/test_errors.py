"""The tree of API errors, and the statuses they are answered as."""

import inspect
import pickle
import re

import pytest

from kubeobj.api import errors
from kubeobj.api.errors import ApiError, Conflict, Invalid, TooManyRequests, conflict, invalid
from kubeobj.api.errors import not_found as missing
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, KubeobjError

CLASSES = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ApiError)
}
LINE = re.compile(r"^    ((?:│   |    )*)[├└]── (\w+)(?:\((\w+)\))? +(\d+)  \S")


def _drawn() -> dict[str, tuple[str, str, int]]:
    """Return the tree at the head of the module: class to parent, built-in base and code."""
    parents = {0: "ApiError"}
    drawn = {}
    for line in (errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match:
            depth = len(match[1]) // 4 + 1
            drawn[match[2]] = (parents[depth - 1], match[3] or "", int(match[4]))
            parents[depth] = match[2]
    return drawn


def test_the_tree_is_as_drawn() -> None:
    """Every class is in the drawing, under its parent, with its built-in and its code."""
    real = {}
    for name, kind in CLASSES.items():
        if kind is not ApiError:
            ours = [base.__name__ for base in kind.__bases__ if issubclass(base, ApiError)]
            builtin = [base.__name__ for base in kind.__bases__ if not issubclass(base, ApiError)]
            real[name] = (ours[0], ", ".join(builtin), kind.code)
    assert _drawn() == real


def test_the_drawing_is_in_the_order_of_codes() -> None:
    """So that a code is found where it is looked for; what shares one, in that of names."""
    codes = [code for _, _, code in _drawn().values()]
    assert codes == sorted(codes)


@pytest.mark.parametrize("name", CLASSES)
def test_an_error_is_answered_as_its_status(name: str) -> None:
    """Code and reason are the class's, message and details the error's own."""
    kind = CLASSES[name]
    assert issubclass(kind, KubeobjError)
    status = kind("no", details={"name": "web"}).to_status()
    assert (status["status"], status["message"], status["code"]) == ("Failure", "no", kind.code)
    assert status.get("reason", "") == kind.reason
    assert status["details"] == {"name": "web"}
    assert "details" not in kind("no").to_status()


def test_reasons_are_the_names_of_their_classes() -> None:
    """What a client reads on the wire is what it catches."""
    assert all(kind.reason == name for name, kind in CLASSES.items() if kind is not ApiError)


def test_a_status_says_when_to_come_back() -> None:
    """The time is among the details, as clients expect it."""
    error = TooManyRequests("busy", retry_after_seconds=3)
    assert error.to_status()["details"] == {"retryAfterSeconds": 3}


def test_what_is_invalid_names_every_cause() -> None:
    """Each broken rule is a cause with its field, and an error to look at."""
    name = FieldError(FieldPath.of("metadata", "name"), FieldErrorType.REQUIRED, "", "give one")
    whole = FieldError(FieldPath(), FieldErrorType.INVALID, 3, "no")
    error = invalid("apps", "Deployment", "web", [name, whole])
    assert str(error) == (
        'Deployment.apps "web" is invalid:'
        " [metadata.name: Required value: give one, Invalid value: 3: no]"
    )
    assert error.details == {
        "name": "web",
        "group": "apps",
        "kind": "Deployment",
        "causes": [
            {
                "reason": "FieldValueRequired",
                "message": "Required value: give one",
                "field": "metadata.name",
            },
            {"reason": "FieldValueInvalid", "message": "Invalid value: 3: no", "field": "<nil>"},
        ],
    }
    assert error.errors == (name, whole)


@pytest.mark.parametrize(
    "error",
    [
        invalid("", "Pod", "a", [FieldError(FieldPath(), FieldErrorType.INVALID, 1, "no")]),
        missing("apps", "deployments", "web"),
        conflict("", "pods", "a", "it was changed"),
        TooManyRequests("busy", retry_after_seconds=3),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_a_process_boundary(error: ApiError) -> None:
    """Process pools pickle what a worker raises."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert again.to_status() == error.to_status()
    assert str(again) == str(error)
    if isinstance(error, Invalid):
        assert again.errors == error.errors
    assert isinstance(error, Conflict) == isinstance(again, Conflict)
