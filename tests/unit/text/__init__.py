"""Tests of the readers of files, JSON and YAML, and of what people see of their faults."""
