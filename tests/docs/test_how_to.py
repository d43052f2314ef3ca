"""What the guides show of other tools' files can be read."""

import pytest

from kubeobj.manifests import read_manifests
from tests.docs.pages import DOCS, ROOT, blocks, read

PAGES = sorted(path.name for path in (DOCS / "how-to").glob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_yaml_is_yaml(page: str) -> None:
    """Each block is one document."""
    for block in blocks(read(f"how-to/{page}"), "yaml"):
        assert len(read_manifests(block)) == 1


@pytest.mark.parametrize("page", ["lint-in-ci.md", "validate-in-ci.md"])
def test_hook_of_the_guide_is_defined(page: str) -> None:
    """The hook that the guide names is one that the repository defines."""
    (config,) = (
        read_manifests(block)[0].document
        for block in blocks(read(f"how-to/{page}"), "yaml")
        if block.startswith("repos:")
    )
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert f"id: {config['repos'][0]['hooks'][0]['id']}\n" in hooks
