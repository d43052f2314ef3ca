"""Whether a pod fits a node: pure questions about documents, which remember nothing.

`fit` asks all of them. The rest has one idea a file: what pods ask for (`resources`), which nodes
they name (`nodeaffinity`) or tolerate (`taints`), which ports of a node they take (`ports`), which
pods they want to be near or far from (`podaffinity`), and how they spread (`spread`).
"""
