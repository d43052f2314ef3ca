"""The generated modules are what the generator writes."""

from pathlib import Path

import kubeobj.models
from scripts.modelgen.output import generated, write


def test_the_models_are_those_of_the_published_schema(tmp_path: Path) -> None:
    """Generated anew, every module is the same; none is left over."""
    folder = Path(kubeobj.models.__file__).parent
    texts = generated()
    assert write(tmp_path) == len(texts)
    for name in texts:
        path = folder / f"{name}.py"
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), name
    marked = {
        path.stem
        for path in folder.glob("*.py")
        if path.read_text(encoding="utf-8").startswith("# Generated")
    }
    assert marked == texts.keys()
