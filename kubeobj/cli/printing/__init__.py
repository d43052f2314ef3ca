"""How objects are printed as kubectl prints them: tables, YAML, JSON, paths, columns."""
