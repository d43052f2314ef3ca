"""The command: answers, exit codes, shapes, and what it does when the world is not well."""
