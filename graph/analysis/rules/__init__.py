"""The structural rules of regulations (graph/profiles/rules.csv) as declared checks over a view."""
