"""Points in time and lengths of time, as API objects carry them."""

from datetime import UTC

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.meta.duration import Duration
from kubeobj.meta.timestamps import NANOS_PER_SECOND, MicroTime, Time

_MOMENTS = st.datetimes(timezones=st.just(UTC))


def times() -> SearchStrategy[Time]:
    """Draw times to the second, in the years 1 to 9999; the zero time may be one of them.

    >>> from hypothesis import find
    >>> str(find(times(), lambda _: True))
    '2000-01-01T00:00:00Z'
    """
    return _MOMENTS.map(lambda moment: Time.from_datetime(moment.replace(microsecond=0)))


def micro_times() -> SearchStrategy[MicroTime]:
    """Draw times to the microsecond, in the years 1 to 9999; the zero time may be one of them."""
    return _MOMENTS.map(MicroTime.from_datetime)


def durations() -> SearchStrategy[Duration]:
    """Draw lengths of time, many of whole seconds; some are negative, as they may be.

    >>> from hypothesis import find
    >>> str(find(durations(), lambda _: True))
    '0s'
    """
    seconds = st.integers(-3600, 3600).map(lambda count: count * NANOS_PER_SECOND)
    return (seconds | st.integers(-(2**63), 2**63 - 1)).map(Duration)
