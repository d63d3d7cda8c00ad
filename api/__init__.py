"""The ways in: settings, HTTP API, command line."""
