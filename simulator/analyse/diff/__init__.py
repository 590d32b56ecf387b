"""What a change of policies changes: cells that flip, access over the catalogue, and a proof for all requests.

`access` compares two versions of a principal on the sweep's targets, `proof` asks the prover, `cells` pairs the
results of two runs.  `model` is the plain data that is shown.
"""

from simulator.analyse.diff.access import Subject, compare_access, keys_of, meaning, said_of
from simulator.analyse.diff.cells import compare_cells, decide_cells
from simulator.analyse.diff.model import Access, CellChanges, Diff, Flip, Proof, Row
from simulator.analyse.diff.proof import prove_subject

__all__ = [
    "Access",
    "CellChanges",
    "Diff",
    "Flip",
    "Proof",
    "Row",
    "Subject",
    "compare_access",
    "compare_cells",
    "decide_cells",
    "keys_of",
    "meaning",
    "prove_subject",
    "said_of",
]
