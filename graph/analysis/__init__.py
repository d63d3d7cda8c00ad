"""Pure functions over a Snapshot view, one module a question."""
