"""Deciding: requests are answered from compiled statements.  Pure: no files, no AWS, no YAML."""
