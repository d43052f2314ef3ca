"""What goes wrong with a patch, by the rule that programs compare.

The tree::

    PatchError(KubeobjError, ValueError)      a patch that cannot be applied or computed
    ├── PatchDecodeError                      the patch or the document is none
    ├── PatchTestError                        a JSON patch's test found another value
    ├── PatchConflictError                    a computed patch would undo another's change
    └── PatchCrashError                       Kubernetes' own library fails outright
"""

from enum import StrEnum

from kubeobj.errors import KubeobjError


class PatchRule(StrEnum):
    """What is wrong with a patch; what programs compare."""

    BAD_PATCH = "bad_patch"
    BAD_DOCUMENT = "bad_document"
    # JSON patch
    UNKNOWN_OP = "unknown_op"
    MISSING = "missing"
    BAD_INDEX = "bad_index"
    INVALID_INDEX = "invalid_index"
    TEST_FAILED = "test_failed"
    TOO_MANY_OPERATIONS = "too_many_operations"
    COPY_LIMIT = "copy_limit"
    TOO_DEEP = "too_deep"
    # strategic merge patch
    BAD_PATCH_DIRECTIVE = "bad_patch_directive"
    LIST_MERGE_DIRECTIVE = "list_merge_directive"
    NO_MERGE_KEY = "no_merge_key"
    NO_MERGE_KEY_DECLARED = "no_merge_key_declared"
    ORDER_MISMATCH = "order_mismatch"
    BAD_SET_ELEMENT_ORDER = "bad_set_element_order"
    BAD_RETAIN_KEYS = "bad_retain_keys"
    BAD_DELETE_FROM_PRIMITIVE_LIST = "bad_delete_from_primitive_list"
    EMPTY_LISTS = "empty_lists"
    MIXED_LIST = "mixed_list"
    ITEM_NOT_A_MAP = "item_not_a_map"
    LIST_OF_LISTS = "list_of_lists"
    NOT_A_LIST_FIELD = "not_a_list_field"
    NOT_AN_OBJECT_FIELD = "not_an_object_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_FIELD = "unknown_field"
    CONFLICT = "conflict"
    PANIC = "panic"
    OTHER = "other"


class PatchError(KubeobjError, ValueError):
    """A patch that cannot be applied to the document, or that cannot be computed.

    Attributes:
        rule: What is wrong, as programs compare it.
    """

    rule: PatchRule

    def __init__(self, reason: str, *, rule: PatchRule) -> None:
        """Say why, in prose and as a rule."""
        super().__init__(reason)
        self.rule = rule


class PatchDecodeError(PatchError):
    """The patch is no patch, or the document is no document: wrong before anything is applied."""


class PatchTestError(PatchError):
    """A JSON patch's `test` operation found another value than it asks for."""

    def __init__(self, reason: str) -> None:
        """Say where, and what was asked for."""
        super().__init__(reason, rule=PatchRule.TEST_FAILED)


class PatchConflictError(PatchError):
    """A computed patch would undo a change that someone else has made since."""

    def __init__(self, reason: str) -> None:
        """Say what is in conflict."""
        super().__init__(reason, rule=PatchRule.CONFLICT)


class PatchCrashError(PatchError):
    """Kubernetes' own library fails outright on this; an API server answers with status 500."""

    def __init__(self, reason: str) -> None:
        """Say what it cannot do."""
        super().__init__(reason, rule=PatchRule.PANIC)
