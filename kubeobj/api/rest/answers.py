"""Answers: a body in the form that is asked for, with its warnings, or what is wrong.

Source: RFC 7234 section 5.5 for warnings, as ``k8s.io/apimachinery/pkg/util/net`` writes them.
"""

from dataclasses import replace

import orjson

from kubeobj.api.errors import ApiError
from kubeobj.api.negotiation import Form
from kubeobj.api.rest.message import HttpResponse
from kubeobj.documents import Document


def warned(warnings: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return a header for each warning, as RFC 7234 has them."""
    return tuple(("Warning", f"299 - {_quoted(text)}") for text in dict.fromkeys(warnings))


def _quoted(text: str) -> str:
    plain = "".join(char if char.isprintable() and char.isascii() else "?" for char in text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def answer(
    status: int, body: Document | bytes, form: Form, warnings: tuple[str, ...] = ()
) -> HttpResponse:
    """Return the response that *body* is, in the form that is asked for."""
    if form.media == "yaml":
        document = orjson.loads(body) if isinstance(body, bytes) else body
        from kubeobj.manifests.yamltext import to_yaml  # few ask for it, and PyYAML is not small

        data, media = to_yaml([document]), "application/yaml"
    else:
        media = "application/json"
        if form.pretty:
            document = orjson.loads(body) if isinstance(body, bytes) else body
            data = orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
        else:
            data = body if isinstance(body, bytes) else orjson.dumps(body)
    return HttpResponse(status, (("Content-Type", media), *warned(warnings)), data)


def failure(error: ApiError, form: Form, warnings: tuple[str, ...] = ()) -> HttpResponse:
    """Return the response that says what is wrong."""
    response = answer(error.code, error.to_status(), form, warnings)
    if error.retry_after_seconds is None:
        return response
    retry = ("Retry-After", str(error.retry_after_seconds))
    return replace(response, headers=(*response.headers, retry))
