"""The maintainer's task that rebuilds the catalogue's files; nothing here runs for a user."""

__all__: list[str] = []
