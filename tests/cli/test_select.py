"""`kubeobj select`: which objects are chosen, and the four ways to print them."""

import json
from pathlib import Path

import pytest

from tests.cli.answer import Run

NAMES = "deployment.apps/web\nservice/web\nconfigmap/settings\n"


@pytest.mark.usefixtures("shop")
def test_table_lines_up_without_boxes(kubeobj: Run) -> None:
    """The table has kubectl's look, and says where each object is."""
    answer = kubeobj("select", "-l", "app=web", "-f", "shop.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "NAMESPACE   KIND         NAME   FILE:LINE\n"
        "shop        Deployment   web    shop.yaml:1\n"
        "<none>      Service      web    shop.yaml:12\n"
    )


@pytest.mark.usefixtures("shop")
def test_table_with_labels_and_without_headers(kubeobj: Run) -> None:
    """Labels are shown where asked for, and the headers can go."""
    answer = kubeobj("select", "--show-labels", "--no-headers", "-f", "shop.yaml")
    assert answer.out == (
        "shop     Deployment   web        app=web,tier=front   shop.yaml:1\n"
        "<none>   Service      web        app=web              shop.yaml:12\n"
        "shop     ConfigMap    settings   <none>               shop.yaml:17\n"
    )


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        pytest.param((), ["deployment.apps/web", "service/web", "configmap/settings"], id="all"),
        pytest.param(
            ("-A",), ["deployment.apps/web", "service/web", "configmap/settings"], id="-A"
        ),
        pytest.param(("-n", "shop"), ["deployment.apps/web", "configmap/settings"], id="-n"),
        pytest.param(("-n", ""), ["service/web"], id="no namespace"),
        pytest.param(("-l", "tier!=front"), ["service/web", "configmap/settings"], id="-l"),
        pytest.param(
            ("--field-selector", "metadata.name=web,kind!=Service"),
            ["deployment.apps/web"],
            id="fields",
        ),
        pytest.param(
            ("-l", "app", "-n", "shop", "--field-selector", "kind=Deployment"),
            ["deployment.apps/web"],
            id="together",
        ),
    ],
)
def test_all_criteria_must_be_met(
    kubeobj: Run, criteria: tuple[str, ...], names: list[str]
) -> None:
    """Labels, fields and namespace each narrow the choice."""
    answer = kubeobj("select", *criteria, "-f", "shop.yaml", "-o", "name")
    assert (answer.code, answer.out.splitlines()) == (0, names)


@pytest.mark.usefixtures("shop")
def test_nothing_selected_is_1(kubeobj: Run) -> None:
    """An empty choice gives 1 and says of how many; programs get an empty list."""
    answer = kubeobj("select", "-l", "nowhere", "-f", "shop.yaml")
    assert (answer.code, answer.out, answer.err) == (1, "", "None of 3 objects is selected.\n")
    answer = kubeobj("select", "-l", "nowhere", "-f", "shop.yaml", "-o", "json")
    assert (answer.code, answer.err) == (1, "")
    assert answer.json == {"apiVersion": "v1", "kind": "List", "items": []}


@pytest.mark.usefixtures("shop")
def test_json_is_an_object_or_a_list(kubeobj: Run) -> None:
    """One object is printed as itself, several as a v1 List, as kubectl does."""
    answer = kubeobj("select", "-l", "tier", "shop.yaml", "-o", "json")
    assert answer.json["kind"] == "Deployment"
    answer = kubeobj("select", "-l", "app", "shop.yaml", "-o", "json")
    assert (answer.json["apiVersion"], answer.json["kind"]) == ("v1", "List")
    assert [item["kind"] for item in answer.json["items"]] == ["Deployment", "Service"]


@pytest.mark.usefixtures("shop")
def test_what_is_printed_can_be_read_again(kubeobj: Run) -> None:
    """YAML and JSON go back in by a pipe, and give the same objects."""
    objects = kubeobj("select", "-f", "shop.yaml", "-o", "json").out
    for output in ("yaml", "json"):
        printed = kubeobj("select", "-f", "shop.yaml", "-o", output).out
        again = kubeobj("select", "-f", "-", "-o", "json", stdin=printed.encode())
        assert (again.code, again.out) == (0, objects)


@pytest.mark.usefixtures("shop")
def test_yaml_documents_keep_their_order_and_lines(kubeobj: Run) -> None:
    """YAML is one document an object, in the order of the file, with text in lines as lines."""
    text = b"kind: ConfigMap\ndata:\n  b: |\n    1\n    2\n  a: '1'\n"
    answer = kubeobj("select", "-f", "-", "-o", "yaml", stdin=text + b"---\nkind: Pod\n")
    assert answer.out == (
        'kind: ConfigMap\ndata:\n  b: |\n    1\n    2\n  a: "1"\n---\nkind: Pod\n'
    )


def test_lists_are_their_items(kubeobj: Run) -> None:
    """Each item of a list is an object, with the kind that the list has."""
    pods = {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}}, {}]}
    answer = kubeobj("select", "-f", "-", "-o", "name", stdin=json.dumps(pods).encode())
    assert (answer.code, answer.out) == (0, "pod/a\npod/<none>\n")
    assert kubeobj("select", "-f", "-", stdin=json.dumps(pods).encode()).code == 0


def test_directories_and_files_are_read_once(kubeobj: Run, shop: Path) -> None:
    """A directory stands for the manifests in it; a file named twice is read once."""
    folder = shop.parent / "more"
    folder.mkdir()
    (folder / "pod.json").write_text('{"kind": "Pod", "metadata": {"name": "p"}}')
    (folder / "notes.txt").write_text("no manifest")
    answer = kubeobj("select", "-f", "more", "-f", "shop.yaml", "shop.yaml", "-o", "name")
    assert answer.out == "pod/p\n" + NAMES


def test_text_from_files_cannot_drive_the_terminal(kubeobj: Run) -> None:
    """Escape sequences in a name are shown, not obeyed."""
    pod = {"kind": "Pod\x1b[31m", "metadata": {"name": "a\nb"}}
    answer = kubeobj("select", "-f", "-", "-o", "name", stdin=json.dumps(pod).encode())
    assert answer.out == "pod\\x1b[31m/a\\nb\n"
    answer = kubeobj("select", "-f", "-", stdin=json.dumps(pod).encode())
    assert "\x1b" not in answer.out


def test_bad_files_do_not_hide_the_others(kubeobj: Run, shop: Path) -> None:
    """What can be read is printed, but not as JSON that looks complete; the exit code is 2."""
    bad = shop.parent / "bad.yaml"
    bad.write_text("a: [1\nb: 2\n")
    args = ("select", "-f", "missing", "bad.yaml", "shop.yaml", "-o")
    answer = kubeobj(*args, "name")
    assert (answer.code, answer.out) == (2, NAMES)
    missing, malformed = answer.err.splitlines()
    assert missing == "Error: missing: No such file or directory"
    assert malformed.startswith("Error: bad.yaml:2:2: ")
    answer = kubeobj(*args, "json")
    assert answer.code == 2
    missing, malformed = answer.json["errors"]
    assert missing == {
        "kind": "UnreadableError",
        "message": "No such file or directory",
        "file": "missing",
    }
    assert (malformed["kind"], malformed["line"]) == ("ManifestError", 2)
    assert set(malformed) == {"kind", "message", "file", "line", "column"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("-l", "a"), "Give the files to read", id="no files"),
        pytest.param(("-f", ""), "A path is empty", id="empty path"),
        pytest.param(("-n", "x", "-A", "-f", "-"), "Give either -n or -A.", id="-n and -A"),
        pytest.param(("-l", "a in b", "-f", "-"), "hint: a set of values", id="bad selector"),
        pytest.param(("--field-selector", "a", "-f", "-"), "Error: ", id="bad fields"),
        pytest.param(("--wrong",), "No such option", id="no such option"),
        pytest.param(("-o", "xml", "-f", "-"), "'xml' is not one of", id="no such output"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Misuse gives 2 and says what to do, on stderr alone."""
    answer = kubeobj("select", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


@pytest.mark.parametrize("flag", [("-o", "json"), ("-ojson",), ("--output=json",)])
def test_misuse_as_json(kubeobj: Run, flag: tuple[str, ...]) -> None:
    """Even arguments that cannot be parsed are reported as JSON, if JSON is asked for."""
    answer = kubeobj("select", "--wrong", *flag)
    assert answer.code == 2
    (error,) = answer.json["errors"]
    assert set(error) == {"kind", "message"}
    assert error["kind"] == "UsageError"
    assert "No such option" in error["message"]
