"""What a type checker sees at the front door; checked by mypy, never run."""

from typing import assert_type

from kubeobj import (
    FieldSelector,
    LabelIndex,
    LabelSelector,
    ObjectMeta,
    Operator,
    Quantity,
    Requirement,
    Selector,
    SelectorIndex,
)

selector = Selector.parse("app=web")
assert_type(selector, Selector)
assert_type(selector & Selector.everything(), Selector)
assert_type(selector.matches({"app": "web"}), bool)
assert_type(selector.matches(None), bool)
assert_type(selector.requirements, tuple[Requirement, ...])
assert_type(selector.requirements[0].operator, Operator)
assert_type(selector.requires_exact("app"), str | None)
assert_type(selector.witness(), dict[str, str] | None)
assert_type(Selector.from_label_selector({"matchLabels": {"app": "web"}}), Selector)
assert_type(Selector.from_label_selector(LabelSelector()), Selector)
assert_type(FieldSelector.parse("a=b").matches({"a": "b"}), bool)

pods = LabelIndex([(("shop", "web-0"), {"app": "web"})])
assert_type(pods, LabelIndex[tuple[str, str]])
assert_type(pods.select(selector), list[tuple[str, str]])
assert_type(pods.count("app"), int)
assert_type(pods.follow("app").poll().entered, tuple[tuple[str, str], ...])

services: SelectorIndex[int] = SelectorIndex()
services.add(1, selector)
assert_type(services.match({"app": "web"}), list[int])

assert_type(Quantity("1") + Quantity("250m"), Quantity)
assert_type(Quantity("1") < Quantity("2"), bool)
assert_type(ObjectMeta(name="web").name, str)
