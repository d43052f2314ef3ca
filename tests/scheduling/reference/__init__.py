"""A scheduler so plain that one can see it is right; the real one is measured by it.

It knows one cluster and one incoming pod, as documents, and looks at everything each time: no
arrays, no index, nothing kept from one question to the next. `answer.answer` is the way in. There
is one module for each family of plugins, and `preemption`.

Sources: the concept pages of kubernetes.io on scheduling, preemption and eviction, and
``k8s.io/kubernetes/pkg/scheduler`` (v1.36) where they do not say.
"""
