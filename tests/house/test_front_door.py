"""What `from kubeobj import …` gives, and what it costs."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kubeobj

PROMISED = {
    "Admission",
    "ApiServer",
    "AsyncCluster",
    "Behaviour",
    "BehaviourRule",
    "Behaviours",
    "Client",
    "ClockJump",
    "ClosedWatches",
    "Cluster",
    "Conflicts",
    "ContainerCrash",
    "DeathAtWrite",
    "DoubledWatches",
    "FieldSelector",
    "Forgotten",
    "GroupVersionKind",
    "InProcessClient",
    "Informer",
    "InvariantViolated",
    "LabelIndex",
    "LabelSelector",
    "LateWatches",
    "LiveClock",
    "LostWatches",
    "Machine",
    "Manager",
    "NeverSettles",
    "NodeCrash",
    "ObjectMeta",
    "Operator",
    "OwnerReference",
    "Partition",
    "Plan",
    "ProcessKill",
    "Quantity",
    "Relist",
    "Request",
    "Requirement",
    "Result",
    "Selector",
    "SelectorIndex",
    "SimulatedCluster",
    "SlowNode",
    "Throttled",
    "Unavailable",
    "User",
    "VirtualClock",
    "Work",
    "WorkQueue",
    "reconciler",
}


def _loaded_by(code: str) -> set[str]:
    """Return the top-level packages that *code* loads in a fresh interpreter."""
    script = f"import sys; {code}; found = [*sys.modules]; import json; print(json.dumps(found))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(run.stdout)}


def _classes(path: str) -> set[str]:
    """Return the classes of a module of the package."""
    text = (Path(kubeobj.__file__).parent / path).read_text(encoding="utf-8")
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}


def test_every_promised_name_is_at_the_front_door() -> None:
    """The public names of the issue, and every error."""
    assert set(kubeobj.__all__) >= PROMISED
    assert {name for name in _classes("errors.py") if name.endswith("Error")} <= {*kubeobj.__all__}
    assert _classes("api/errors.py") <= {*kubeobj.__all__}


@pytest.mark.parametrize("name", kubeobj.__all__)
def test_every_name_at_the_front_door_exists_and_is_documented(name: str) -> None:
    """Nothing is listed that is not there."""
    value = getattr(kubeobj, name)
    assert name == "__version__" or value.__doc__


def test_the_rooms_the_imports_and_the_list_agree() -> None:
    """One name cannot be in one of the three and not in the others."""
    tree = ast.parse(Path(kubeobj.__file__).read_text(encoding="utf-8"))
    typed = {
        (node.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    rooms = {(room, name) for room, names in kubeobj._ROOMS.items() for name in names}
    assert typed == rooms
    assert [*kubeobj.__all__] == sorted({name for _, name in rooms} | {"__version__"})
    assert dir(kubeobj) == sorted(kubeobj.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'Selektor'"):
        _ = kubeobj.Selektor  # type: ignore[attr-defined]


def test_importing_the_package_loads_no_dependency() -> None:
    """The bare import costs the interpreter next to nothing."""
    heavy = {"pydantic", "lark", "orjson", "yaml", "pyroaring", "click", "rich", "sortedcontainers"}
    assert _loaded_by("import kubeobj") & {*heavy, "json", "dataclasses", "inspect"} == set()


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        pytest.param(
            "from kubeobj import Selector; Selector.parse('a=b')",
            {"pydantic", "orjson", "yaml", "pyroaring", "click"},
            id="parse",
        ),
        pytest.param(
            "from kubeobj import Selector; Selector.from_labels({'a': 'b'}).matches({'a': 'b'})",
            {"pydantic", "lark", "orjson", "yaml", "pyroaring"},
            id="from-parts",
        ),
        pytest.param(
            "from kubeobj import Selector; a = Selector.from_label_selector({}); a.overlaps(a)",
            {"pydantic", "lark", "yaml", "pyroaring"},
            id="algebra",
        ),
        pytest.param(
            "from kubeobj import FieldSelector; FieldSelector.parse('a=b')",
            {"pydantic", "lark", "yaml", "pyroaring"},
            id="fields",
        ),
        pytest.param(
            "from kubeobj import LabelIndex; LabelIndex().add('x', {'a': 'b'})",
            {"pydantic", "lark", "yaml"},
            id="index",
        ),
        pytest.param(
            "from kubeobj import NotFound, Conflict, VirtualClock",
            {"pydantic", "lark", "orjson", "yaml", "pyroaring"},
            id="api-errors",
        ),
        pytest.param(
            "from kubeobj import Quantity; Quantity('1Ki') + Quantity('1')",
            {"pydantic", "lark", "yaml"},
            id="quantity",
        ),
        pytest.param(
            "from kubeobj.api.apiserver import ApiServer; a = ApiServer();"
            "a.create('cm', {'metadata': {'name': 'a'}}, namespace='default');"
            "a.list('pods', namespace='default')",
            {"pydantic", "lark", "yaml", "click"},
            id="server",
        ),
        pytest.param(
            "from kubeobj.api.kinds.registry import MODULES, kind_of; [*map(kind_of, MODULES)]",
            {"pydantic", "lark", "yaml"},
            id="kinds",
        ),
        pytest.param("import kubeobj.api.rest.api", {"pydantic", "lark"}, id="rest"),
        pytest.param(
            "from kubeobj import WorkQueue, Machine, NeverSettles",
            {"pydantic", "lark", "orjson", "yaml", "numpy"},
            id="queue",
        ),
        pytest.param(
            "import kubeobj.testing.plugin",
            {"pydantic", "lark", "orjson", "yaml", "numpy", "hypothesis"},
            id="plugin",
        ),
    ],
)
def test_one_room_does_not_load_what_another_needs(code: str, absent: set[str]) -> None:
    """Selectors alone never load pydantic; programmatic ones never load lark."""
    assert _loaded_by(code) & absent == set()
