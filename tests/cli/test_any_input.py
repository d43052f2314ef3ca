"""Whatever is read and however it is asked for: an answer or an error, never a traceback."""

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.cli import main

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(texts, parts, max_size=4),
    max_leaves=8,
)
labels = st.dictionaries(texts, values, max_size=3) | values
objects = st.fixed_dictionaries(
    {"apiVersion": st.sampled_from(["v1", "apps/v1", "batch/v1", "policy/v1"]) | values},
    optional={
        "kind": st.sampled_from(
            ["Pod", "Deployment", "Service", "Job", "PodDisruptionBudget", "NetworkPolicy", "List"]
        )
        | values,
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "name": texts | values,
                "namespace": texts | values,
                "labels": labels,
                "annotations": labels,
                "ownerReferences": values,
                "finalizers": values,
            },
        )
        | values,
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "selector": st.fixed_dictionaries(
                    {}, optional={"matchLabels": labels, "matchExpressions": values}
                )
                | labels,
                "template": st.fixed_dictionaries(
                    {"metadata": st.fixed_dictionaries({"labels": labels}) | values}
                )
                | values,
                "podSelector": values,
                "ingress": values,
            },
        )
        | values,
        "items": st.lists(values, max_size=3),
    },
)
files = (
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(objects, max_size=4).map(
        lambda items: "\n---\n".join(map(json.dumps, items)).encode()
    )
)


def run(args: list[str], content: bytes) -> tuple[int, bytes]:
    """Run the command with *content* as standard input; return its code and standard output."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        code = main(args)
        return code, out.buffer.getvalue()


@given(files, st.sampled_from(["text", "json", "sarif"]))
def test_lint_answers_whatever_it_reads(content: bytes, output: str) -> None:
    """Any bytes, and any objects, are found clean or not; JSON is always JSON."""
    code, out = run(["lint", "-f", "-", "-o", output], content)
    assert code in {0, 1}
    if output != "text":
        json.loads(out)


@given(files, texts, texts, st.sampled_from(["table", "name", "yaml", "json"]))
def test_select_answers_whatever_it_reads(
    content: bytes, selector: str, fields: str, output: str
) -> None:
    """Any bytes and any criteria give an answer or an error."""
    criteria = [f"--selector={selector}", f"--field-selector={fields}", "--show-labels"]
    code, out = run(["select", *criteria, "-f", "-", "-o", output], content)
    assert code in {0, 1, 2}
    if output == "json":
        json.loads(out)


@given(files, texts)
def test_selector_explain_answers_whatever_it_reads(content: bytes, selector: str) -> None:
    """Any labels, however wrong, are explained or refused."""
    assert run(["selector", "explain", "-f", "-", "--", selector], content)[0] in {0, 1, 2}
    assert run(["selector", "explain", "--labels", selector, "a"], b"")[0] in {0, 1, 2}


@given(st.binary(max_size=60), st.sampled_from(["text", "json"]))
def test_check_answers_whatever_it_reads(content: bytes, output: str) -> None:
    """Any bytes are selectors or not, line by line."""
    code, out = run(["selector", "check", "-", "-o", output], content)
    assert code in {0, 1, 2}
    if output == "json":
        json.loads(out)


@given(texts, texts, st.sampled_from(["overlap", "implies"]), st.sampled_from(["text", "json"]))
def test_comparisons_answer_whatever_is_compared(
    first: str, second: str, question: str, output: str
) -> None:
    """Any two texts are compared or refused."""
    args = ["selector", question, "-o", output, "--", first, second]
    assert run(args, b"")[0] in {0, 1, 2}


@given(files, st.sampled_from(["text", "json", "sarif"]))
def test_validate_answers_whatever_it_reads(content: bytes, output: str) -> None:
    """Any objects are taken or refused, also as a change of themselves."""
    code, out = run(["validate", "-f", "-", "-o", output], content)
    assert code in {0, 1}
    if output != "text":
        json.loads(out)
    assert run(["validate", "-f", "-", "--against", "-"], content)[0] in {0, 1, 2}


@given(files, st.sampled_from(["default", "convert"]), st.sampled_from(["yaml", "json"]))
def test_documents_come_out_whatever_is_read(content: bytes, command: str, output: str) -> None:
    """Any objects are printed, or it is said why not."""
    args = [command, "-f", "-", "-o", output]
    code, out = run(args, content)
    assert code in {0, 1, 2}
    if output == "json":
        json.loads(out)
    if command == "convert":
        assert run([*args, "--to", "events.k8s.io/v1"], content)[0] in {0, 1, 2}


@given(files, st.sampled_from(["text", "json"]))
def test_diff_answers_whatever_it_reads(content: bytes, output: str) -> None:
    """Any objects are compared with nothing, whatever they are."""
    code, out = run(["diff", "-f", "-", "--against", "/dev/null", "-o", output], content)
    assert code in {0, 1, 2}
    if output == "json":
        json.loads(out)


@given(texts, texts)
def test_explain_of_any_kind_answers(path: str, version: str) -> None:
    """Any text is the name of a kind or not."""
    assert run(["explain", "--api-version", version, "--", path], b"")[0] in {0, 2}
    assert run(["explain", "--", f"pod.spec.{path}"], b"")[0] in {0, 2}
