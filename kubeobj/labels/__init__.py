"""Labels and label selectors: what Kubernetes hangs together by.

Start with `kubeobj.labels.selector`. The rooms beside it: `requirement` and `operator` (what a
selector is made of), `selector.lark` and `parser` (text to selector), `matcher` (selector to
predicate), `labelselector` (the object form), `labeltext` (``a=b,c=d``), `explain` (why an object
matches or not), `algebra` (selectors compared without any object), `index` (objects by label) and
`selectorindex` (selectors by object).
"""
