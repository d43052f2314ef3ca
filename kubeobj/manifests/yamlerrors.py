"""What is wrong with a YAML file that cannot be parsed: in our words, where, with advice."""

import re

import yaml
from yaml.reader import ReaderError

from kubeobj.errors import ManifestError, echo
from kubeobj.manifests.position import Position
from kubeobj.manifests.text import SourceText

# A template where a line or a value begins; in quotes it is a string like any other.
_TEMPLATE = re.compile(r"(?:^[ \t]*|[:-][ \t]+)(?=\{\{)")
_UNREADABLE = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def yaml_error(text: SourceText, error: Exception) -> ManifestError:
    """Return *error*, of the parser or the builder of *text*, as our own, with advice."""
    mistake = _manifest_error(text, error)
    return _template_error(text, mistake) or mistake


def _manifest_error(text: SourceText, error: Exception) -> ManifestError:
    """Return *error* as our own."""
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
    if error.context and error.problem:
        reason += f" {error.context}"
    return text.error_at(
        reason + _advice(reason, text.line(position.line), position.column), position
    )


def _advice(reason: str, line: str, column: int) -> str:
    """Return what to do where *reason* is a common mistake, at *column* of *line*."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "; indent with spaces, YAML takes no tabs"
    if "mapping values" in reason:
        return "; put the value in quotes if it holds ': '"
    if "escape character" in reason or "hexdecimal" in reason:
        return "; a backslash escapes in double quotes, and stands for itself in single ones"
    if line[column - 1 : column] in {"@", "`", "%"}:
        return "; put the value in quotes"
    return ""


def _template_error(text: SourceText, mistake: ManifestError) -> ManifestError | None:
    """Return the error that *text* is a template, if that is what stands on the line of *mistake*.

    Elsewhere a template may be text like any other, such as a ConfigMap's for another program.
    """
    found = _TEMPLATE.search(text.line(mistake.line))
    if found is None:
        return None
    position = Position(mistake.line, found.end() + 1)
    return text.error_at("this is a template, not YAML; render it first (helm template)", position)
