"""The linter: each rule, the examples, and the output for code hosts."""
