"""Tests of `simulator.analyse.invariants`."""
