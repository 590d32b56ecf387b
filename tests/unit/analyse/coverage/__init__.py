"""Tests of `simulator.analyse.coverage`."""
