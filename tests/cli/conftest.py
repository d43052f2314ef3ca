"""The command, run inside the test: quick, and through everything but the process itself."""

import io
import sys
from pathlib import Path

import pytest

from kubeobj.cli import main
from tests.cli.answer import Answer, Run

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: web, tier: front}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {colour: blue}
"""


@pytest.fixture
def kubeobj(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the command with arguments and standard input."""
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*args: str, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main(args)
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return run


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a directory with a file of three objects, and return the file's path."""
    monkeypatch.chdir(tmp_path)
    path = Path("shop.yaml")
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty directory, and return it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
