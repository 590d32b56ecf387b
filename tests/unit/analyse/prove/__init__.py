"""The prover, module by module; the laws of the whole are in ``tests/property/test_prove.py``."""
