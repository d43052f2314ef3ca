"""How many bytes a text of base64 stands for."""


def decoded_size(text: str | None) -> int:
    """Return the number of bytes that *text*, canonical base64, stands for.

    >>> [decoded_size(text) for text in ("", "YQ==", "YWI=", "YWJj", None)]
    [0, 1, 2, 3, 0]
    """
    return len(text) // 4 * 3 - text[-2:].count("=") if text else 0
