"""What all fuzz targets share: what a target is, what an error must do, and how to run one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from kubeobj.errors import KubeobjError
from tests.golden import golden


@dataclass(frozen=True)
class Target:
    """One way for text to come in.

    Args:
        check: Raises unless the text is dealt with as it should.
        alphabet: What mistakes are made of there.
        seeds: Texts to start from.
        repeated: What stands before a part that makes a long text when repeated, it, what follows.
        long: How many characters of them are very long.
    """

    check: Callable[[str], None]
    alphabet: str
    seeds: Sequence[str]
    repeated: Sequence[tuple[str, str, str]]
    long: int = 100_000


def recorded(name: str) -> list[str]:
    """Return the texts that the recording *name* has answers to."""
    inputs = (line.get("input", line.get("selector")) for line in golden(name))
    return [text for text in inputs if isinstance(text, str)]


@contextmanager
def refused(*errors: type[KubeobjError]) -> Iterator[None]:
    """Let pass what is refused with one of *errors*, if it says something that can be printed."""
    refusal: KubeobjError | None = None
    try:
        yield
    except errors as error:
        refusal = error
    if refusal is not None:
        assert str(refusal).encode()


def instrumented(module: str) -> AbstractContextManager[None]:
    """Return what target *module* imports kubeobj under: the fuzzer's view, if it is run by it."""
    if module != "__main__":
        return nullcontext()
    import atheris

    return atheris.instrument_imports(include=["kubeobj"])


def main(target: Target) -> None:
    """Run the fuzzer on *target*; the command line has options of libFuzzer and a directory.

    In the directory it keeps the texts that showed it something new, and beside it those that
    failed; by default that is ``.fuzz/<target>``. Texts are UTF-8, in which lone surrogates stand
    for bytes that are not.
    """
    import atheris

    def check(data: bytes) -> None:
        target.check(data.decode("utf-8", "surrogateescape"))

    program, *arguments = sys.argv
    options = [argument for argument in arguments if argument.startswith("-")]
    directories = [argument for argument in arguments if not argument.startswith("-")]
    corpus = Path(*directories or [".fuzz", Path(program).stem])
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed.encode("utf-8", "surrogatepass"))
    # Five seconds is a thousand times what the longest of these texts takes.
    defaults = ["-max_len=4096", "-timeout=5", f"-artifact_prefix={corpus}-"]
    atheris.Setup([program, *defaults, *options, str(corpus)], check)
    atheris.Fuzz()
