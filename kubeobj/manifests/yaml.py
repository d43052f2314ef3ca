"""YAML files: parsing, and saying what is wrong with one that cannot be parsed.

Only the events of a safe loader are used, of libyaml's where it is compiled in; no tag can make
an object. The documents are made by `Builder`.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml
from yaml.reader import ReaderError

from kubeobj.errors import ManifestError, echo
from kubeobj.manifests.builder import Builder
from kubeobj.manifests.limits import Limits
from kubeobj.manifests.position import Position, Positions
from kubeobj.manifests.text import SourceText

SAFE_LOADERS: Final = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)
"""The parser that is used, and the one that needs no libyaml."""

# libyaml compares each directive with all before it; nobody writes more than two.
_MAX_DIRECTIVES = 100
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
# A template where a line or a value begins; in quotes it is a string like any other.
_TEMPLATE = re.compile(r"(?:^[ \t]*|[:-][ \t]+)(?=\{\{)", re.MULTILINE)
_UNREADABLE = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_yaml(
    text: SourceText, limits: Limits, *, loader: type[yaml.SafeLoader] = SAFE_LOADERS[0]
) -> Iterator[Positions]:
    """Yield each document of *text* that is not null, with its positions.

    Args:
        text: The file.
        limits: How much of it to read.
        loader: Whose parser to use.

    Raises:
        ManifestError: If it is not YAML that JSON can hold, or more than the limits allow.
    """
    directives = list(_DIRECTIVE.finditer(text.text))
    if len(directives) > _MAX_DIRECTIVES:
        reason = f"more than {_MAX_DIRECTIVES} lines begin with %"
        raise text.error(reason, directives[_MAX_DIRECTIVES].start())
    try:
        yield from Builder(text, limits).documents(loader(text.text))
    except (ManifestError, yaml.YAMLError, ValueError, OverflowError) as error:
        mistake = _manifest_error(text, error)
        raise _template_error(text, mistake) or mistake from None


def _manifest_error(text: SourceText, error: Exception) -> ManifestError:
    """Return *error*, of the parser or the builder, as our own."""
    match error:
        case ManifestError():
            return error
        case yaml.MarkedYAMLError():
            return _syntax_error(text, error)
        case ReaderError():
            found = _UNREADABLE.search(text.text)
            offset = found.start() if found else 0
            return text.error(f"the character {echo(text.text[offset])} is not text", offset)
        case _:
            # The pure parser turns the number of an escape into a character without a look.
            return text.error(f"an escape or directive holds no valid number: {error}", 0)


def _syntax_error(text: SourceText, error: yaml.MarkedYAMLError) -> ManifestError:
    """Return what the parser found, with what to do where it is a common mistake."""
    mark = error.problem_mark or error.context_mark
    if error.context and "simple key" in error.context:
        # A line that lacks its colon; it is missed only on the next.
        mark = error.context_mark
    position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
    # libyaml has the end one line further down.
    position = min(position, text.position(len(text.text)))
    reason = f"not YAML: {error.problem or error.context}"
    line = text.line(position.line)
    if error.context and error.problem:
        reason += f" {error.context}"
    if "\t" in line[: len(line) - len(line.lstrip())]:
        reason += "; indent with spaces, YAML takes no tabs"
    elif "mapping values" in reason:
        reason += "; put the value in quotes if it holds ': '"
    elif line[position.column - 1 : position.column] in {"@", "`", "%"}:
        reason += "; put the value in quotes"
    return text.error_at(reason, position)


def _template_error(text: SourceText, mistake: ManifestError) -> ManifestError | None:
    """Return the error that *text* is a template, if that is what stands on the line of *mistake*.

    Elsewhere a template may be text like any other, such as a ConfigMap's for another program.
    """
    found = _TEMPLATE.search(text.line(mistake.line))
    if found is None:
        return None
    position = Position(mistake.line, found.end() + 1)
    return text.error_at("this is a template, not YAML; render it first (helm template)", position)
