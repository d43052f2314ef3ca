"""Manifests that the tests of commands write, and what they read in findings."""

import json
from pathlib import Path

from tests.cli.answer import Answer

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx}
"""

EXPORTED = {
    "uid": "00000000-0000-4000-8000-000000000001",
    "resourceVersion": "371",
    "creationTimestamp": "2026-01-01T00:00:00Z",
    "managedFields": [
        {
            "manager": "kubectl",
            "operation": "Update",
            "apiVersion": "v1",
            "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {}},
        }
    ],
}
"""What a server says in the metadata of what it has stored."""


def write(name: str, *documents: object) -> str:
    """Write documents, as JSON or as they are, one after the other; return the name."""
    texts = (each if isinstance(each, str) else json.dumps(each) for each in documents)
    Path(name).write_text("---\n".join(f"{text.rstrip()}\n" for text in texts), encoding="utf-8")
    return name


def found(answer: Answer) -> list[tuple[str, int, str, str]]:
    """Return file, line, rule and path of each finding of a run that printed JSON."""
    return [
        (each["file"], each["line"], each["rule"], each["path"]) for each in answer.json["findings"]
    ]


def paths(answer: Answer) -> list[str]:
    """Return the path of each finding of a run that printed JSON."""
    return [each["path"] for each in answer.json["findings"]]


def pod(**spec: object) -> dict[str, object]:
    """Return a pod that the API takes, with more in its spec."""
    containers = [{"name": "web", "image": "nginx"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": containers, **spec},
    }
