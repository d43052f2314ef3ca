"""What a server answers when it cannot, as the exceptions of the API."""

from pathlib import Path
from typing import final

from kubeobj.api import errors
from kubeobj.api.errors import ApiError
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError


@final
class NoCluster(KubeobjError, ConnectionError):
    """No cluster answers; the message says what to do.

    Attributes:
        state: Where its state would be.
    """

    def __init__(self, state: Path, why: str = "") -> None:
        reason = f" ({why})" if why else ""
        super().__init__(
            f"no cluster runs in {state}{reason}: start one with `kubeobj up -f PATH`,"
            " or name another with --state"
        )
        self.state: Path = state


def _classes() -> dict[str, type[ApiError]]:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    return {one.reason: one for one in found if issubclass(one, ApiError) and one.reason}


_BY_REASON = _classes()
_BY_CODE = {one.code: one for one in reversed([*_BY_REASON.values()])}


def error_of(status: Wire, code: int) -> ApiError:
    """Return the error that a ``Status`` tells of.

    Args:
        status: The status; what it does not say is taken from the code.
        code: With which code of HTTP it came.

    >>> status = {"kind": "Status", "reason": "NotFound", "message": "no such pod", "code": 404}
    >>> error_of(status, 404)
    NotFound('no such pod')
    """
    kind = _BY_REASON.get(status.get("reason", "")) or _BY_CODE.get(code, ApiError)
    details: Wire = dict(status.get("details") or {})
    retry = details.pop("retryAfterSeconds", None)
    message = status.get("message") or f"the server answers with {code}"
    return kind(message, details=details or None, retry_after_seconds=retry)
