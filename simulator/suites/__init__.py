"""Suites: YAML becomes scenarios, scenarios become cells, cells are run and compared."""
