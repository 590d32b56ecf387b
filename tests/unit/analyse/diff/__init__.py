"""Tests of `simulator.analyse.diff`."""
