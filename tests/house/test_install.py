"""What a user gets who installs kubeobj: the built package, away from the source tree."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import kubeobj

TYPED = [name for name in kubeobj.__all__ if not name.startswith("__")]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.install


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package and install it, alone, into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", folder]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, ROOT], check=True)
    return folder


def _run(installed: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run *command* somewhere else, with the installed package before the source tree."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        command, cwd=installed, env=environment, capture_output=True, text=True, check=False
    )


def test_the_package_carries_its_data_and_nothing_else(installed: Path) -> None:
    """Grammar and type marker are in; tests, docs and benchmarks are not."""
    assert (installed / "kubeobj/labels/selector.lark").is_file()
    assert (installed / "kubeobj/py.typed").is_file()
    packages = {path.name for path in installed.iterdir() if (path / "__init__.py").is_file()}
    assert packages == {"kubeobj"}


def test_the_installed_command_works(installed: Path) -> None:
    """Away from the source tree, with the installed package."""
    where = _run(installed, sys.executable, "-c", "import kubeobj; print(kubeobj.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(installed)
    run = _run(installed, sys.executable, "-m", "kubeobj", "selector", "check", "b, a in (x)")
    assert (run.returncode, run.stdout, run.stderr) == (0, "a in (x),b\n", "")


def test_every_public_type_is_known(installed: Path) -> None:
    """A type checker of another make than ours knows the type of every public name."""
    checker = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable]
    run = _run(installed, *checker, "--verifytypes", "kubeobj", "--ignoreexternal", "--outputjson")
    report = json.loads(run.stdout)["typeCompleteness"]
    homes = {f"{getattr(kubeobj, name).__module__}.{name}" for name in TYPED}
    ours = [
        symbol
        for symbol in report["symbols"]
        if any(f"{symbol['name']}.".startswith(f"{home}.") for home in homes)
    ]
    assert len(ours) > 10 * len(homes) / 2
    assert [symbol["name"] for symbol in ours if not symbol["isTypeKnown"]] == []
