"""Examples are tests: every Python and console block of the docs, every doctest of the package."""

import os
import re
import subprocess
import sys
from pathlib import Path

from hypothesis import Phase, settings
from sybil import Example, Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent


class ConsoleBlockParser(CodeBlockParser):
    """Runs ``$ command`` lines of console blocks, and compares all they print.

    A last line ``[exit 1]`` says that the command ends with that code and not with 0.
    """

    language = "console"

    def evaluate(self, example: Example) -> None:
        """Run each command of the block in turn."""
        for block in re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]:
            command, output = re.match(r"((?:.*\\\n)*.*)\n?((?s:.*))", block).groups()
            shown, code = _run(command)
            expected = output.rstrip("\n")
            actual = shown.rstrip("\n") + (f"\n[exit {code}]" if code else "")
            assert actual.lstrip("\n") == expected, (
                f"$ {command}\n{actual}\n--- expected\n{expected}"
            )


def _run(command: str) -> tuple[str, int]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.stdout, run.returncode


# What an example prints must not depend on chance, nor on what was found before.
settings.register_profile(
    "examples",
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)


def _load_profile(namespace: dict[str, object]) -> None:
    namespace["_profile"] = settings.get_current_profile_name()
    settings.load_profile("examples")


def _restore_profile(namespace: dict[str, object]) -> None:
    settings.load_profile(str(namespace["_profile"]))


# In patterns `**` is no more than `*`, so each depth has its own.
_markdown = Sybil(
    parsers=[PythonCodeBlockParser(), ConsoleBlockParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    excludes=["docs/_build/**"],
    setup=_load_profile,
    teardown=_restore_profile,
)
_docstrings = Sybil(
    parsers=[DocTestParser()],
    patterns=["kubeobj/*.py", "kubeobj/*/*.py", "kubeobj/*/*/*.py"],
    document_types={".py": PythonDocStringDocument},
    setup=_load_profile,
    teardown=_restore_profile,
)
pytest_collect_file = (_markdown + _docstrings).pytest()
