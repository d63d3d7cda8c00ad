"""Who may see what, judged from outside: over HTTP, against an oracle that shares no code with the service."""
