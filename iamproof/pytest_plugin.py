"""The pytest plugin: a cell a test (``docs/pytest.md``)."""
