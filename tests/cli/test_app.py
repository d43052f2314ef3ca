"""The root of the command: help with examples, completion, and the hook for pre-commit."""

import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeobj.cli.errors import error_record
from kubeobj.errors import LabelsTypeError
from tests.cli.answer import Run

ROOT = Path(__file__).parents[2]

COMMANDS = [
    "up",
    "down",
    "status",
    "backup",
    "restore",
    "get",
    "describe",
    "logs",
    "events",
    "top",
    "wait",
    "apply",
    "delete",
    "scale",
    "rollout",
    "restart",
    "label",
    "annotate",
    "exec",
    "attach",
    "port-forward",
    "lint",
    "validate",
    "diff",
    "explain",
    "convert",
    "default",
    "simulate",
    "plan",
    "selector",
    "select",
    "api-resources",
    "completion",
]


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("selector", "check"),
        ("selector", "explain"),
        ("selector", "overlap"),
        ("selector", "implies"),
        ("selector", "simplify"),
        ("select",),
        ("lint",),
        ("validate",),
        ("diff",),
        ("explain",),
        ("convert",),
        ("default",),
        ("completion",),
    ],
    ids=" ".join,
)
def test_help_has_examples(kubeobj: Run, args: tuple[str, ...]) -> None:
    """Every command's help says how it is used, with examples that name it."""
    answer = kubeobj(*args, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert "Examples:" in answer.out
    assert f"  kubeobj {' '.join(args)}" in answer.out
    assert kubeobj(*args, "-h").out == answer.out


def test_help_names_every_command(kubeobj: Run) -> None:
    """The commands stand in help with a line each."""
    out = kubeobj("--help").out
    for name in COMMANDS:
        assert f"\n  {name} " in out


def test_any_error_of_ours_has_a_json_form() -> None:
    """An error that no command raises today would still be told by its kind and message."""
    assert error_record(LabelsTypeError("no labels")) == {
        "kind": "LabelsTypeError",
        "message": "no labels",
    }


def test_no_command_is_misuse(kubeobj: Run) -> None:
    """Without a command there is help, and exit code 2; so for a command that does not exist."""
    answer = kubeobj()
    assert answer.code == 2
    assert "A cluster on this machine:" in answer.err
    answer = kubeobj("lnt")
    assert answer.code == 2
    assert "No such command 'lnt'" in answer.err


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("--show-labels=true", "--show-labels"),
        ("--show-labels=false --no-headers=TRUE", "--no-headers"),
        ("-A=true --no-headers=0", "-A"),
        ("-A=f --", "--"),
        ("-l app=true", "-l app=true"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_flags_as_go_writes_them(kubeobj: Run, said: str, meant: str) -> None:
    """Booleans after an equals sign."""
    args = ("select", "--selector=app", "-f", "shop.yaml")
    answer = kubeobj(*args, *said.split())
    assert answer.code == 0 or meant == "-l app=true"
    assert answer == kubeobj(*args, *meant.split())


def test_what_is_no_flag_is_left_alone(kubeobj: Run) -> None:
    """A flag cannot be anything, and what follows the dashes is none."""
    answer = kubeobj("lint", "--list-rules=maybe")
    assert (answer.code, "does not take a value" in answer.err) == (2, True)
    answer = kubeobj("explain", "--recursive=false", "--", "--recursive=true")
    assert (answer.code, "--recursive=true" in answer.err) == (2, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_the_command(kubeobj: Run, shell: str) -> None:
    """Each shell gets a script that binds the command and asks it what to offer."""
    answer = kubeobj("completion", shell)
    assert (answer.code, answer.err) == (0, "")
    assert "_KUBEOBJ_COMPLETE" in answer.out
    assert any("kubeobj" in line and "comp" in line for line in answer.out.splitlines())


def test_an_unknown_shell_is_misuse(kubeobj: Run) -> None:
    """A shell without a script gives 2 and names those that have one."""
    answer = kubeobj("completion", "tcsh")
    assert answer.code == 2
    assert "'bash', 'zsh', 'fish'" in answer.err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param("kubeobj ", COMMANDS, id="commands"),
        pytest.param(
            "kubeobj selector ",
            ["check", "explain", "overlap", "implies", "simplify"],
            id="questions",
        ),
        pytest.param("kubeobj lint --fail-on ", ["error", "warning", "note"], id="choices"),
        pytest.param("kubeobj lint --ignore malformed", ["malformed-manifest"], id="rules"),
        pytest.param("kubeobj validate --fail-on ", ["error", "warning"], id="severities"),
        pytest.param("kubeobj explain Dep", ["deployments"], id="kinds"),
        pytest.param(
            "kubeobj convert --to autosc", ["autoscaling/v1", "autoscaling/v2"], id="versions"
        ),
    ],
)
def test_completion_offers_what_can_follow(
    kubeobj: Run, monkeypatch: pytest.MonkeyPatch, words: str, offered: list[str]
) -> None:
    """What the shell asks is answered with the names that can stand there."""
    monkeypatch.setenv("_KUBEOBJ_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    answer = kubeobj()
    names = [line.partition(",")[2] for line in answer.out.split()]
    assert (answer.code, sorted(names)) == (0, sorted(offered))


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_what_pre_commit_runs(kubeobj: Run, shop: Path, hook: dict[str, Any]) -> None:
    """The hook's entry takes the files that pre-commit adds to it, and needs the extra."""
    assert hook["language"] == "python"
    assert hook["types_or"] == ["yaml", "json"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert hook["additional_dependencies"] == project["optional-dependencies"]["cli"]
    program, *arguments = shlex.split(hook["entry"])
    assert program in project["scripts"]
    answer = kubeobj(*arguments, str(shop), str(shop))
    assert (answer.code, answer.err) in {(0, ""), (1, "")}
    assert answer.out.endswith("in 3 objects of 1 file.\n")
