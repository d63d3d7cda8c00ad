"""What an organization graph is, where it is kept, and what can be asked of it."""
