"""Times and durations: any text is one, or a time's error."""

import json

from tests.fuzz.harness import Target, instrumented, main, recorded, refused

with instrumented(__name__):
    from kubeobj.errors import TimeError
    from kubeobj.meta.duration import Duration
    from kubeobj.meta.timestamps import MicroTime, Time


def check(text: str) -> None:
    """Read it as each of the types, and write it again."""
    for read in (Time.parse, Time.from_query, MicroTime.parse, Duration.parse):
        with refused(TimeError):
            moment = read(text)
            str(moment)
            moment.to_json()
            if not isinstance(moment, Duration):
                moment.to_datetime()


TARGET = Target(
    check,
    alphabet="0129-:.,+TZzhmsuµμn \n٣\ud800",
    seeds=[
        str(json.loads(text))
        for text in recorded("times")
        if text.startswith('"') and "\\x" not in text and json.loads(text)
    ],
    repeated=[
        ("2020-01-02T03:04:05.", "9", "Z"),
        ("", "2020-01-02T", ""),
        ("", "0", "h"),
        ("", "9", "h"),
        ("", "1h", ""),
        ("0.", "9", "s"),
        ("", "0.1ns", ""),
        ("", "-", "1s"),
        ("", ".", "s"),
        ("", "1µ", ""),
        ("", "m", ""),
    ],
)

if __name__ == "__main__":
    main(TARGET)
