"""Exact outputs; ``IAMPROOF_UPDATE_GOLDEN=1 pytest tests/golden`` writes them anew."""
