"""Scores brought to the range 0 to 100."""


def normalize(scores: dict[str, int], *, reverse: bool = False) -> dict[str, int]:
    """Return *scores* so that the greatest becomes 100; *reverse*: the smaller, the better."""
    greatest = max(scores.values(), default=0)
    result = {}
    for name, score in scores.items():
        share = 100 * score // greatest if greatest else 0
        result[name] = 100 - share if reverse else share
    return result
