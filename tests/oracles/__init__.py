"""A second, naive evaluator: the rules of ``docs/semantics.md`` read aloud over plain parsed JSON.

It exists to be checked by eye, not to be fast, and it shares no line with the package it judges: nothing of
``simulator`` is imported here.  ``tests/property`` holds the two equal, ``tests/test_corpus.py`` runs both.

    patterns     ``*`` and ``?`` (M2, R2, R3, Z9)        values      numbers, dates, addresses (C11, C12, C15)
    variables    ``${...}`` (V1-V9)                      comparisons what the operators compare (C10-C16)
    conditions   operators and modifiers (C1-C30)        statements  identity policies alone (E1, E2)
    principals   whom a resource policy names (E7-E9)    layers      boundary, resource policy, SCP, ... (E5, E6, 7.x)
"""
