"""The command line `partygraph`: one module per group of commands, one edge where every error becomes Chinese."""

from api.cli.entry import main

__all__ = ["main"]
