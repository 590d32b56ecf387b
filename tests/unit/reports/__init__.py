"""Tests of the renderers; every one reads the run of ``sample.py``."""
