"""Coverage: what the requests of cells made of each statement, from the masks that decided them.

`Observer` notes what is asked while cells are judged; `gather` reads the masks once for each spot; `union` joins
what several processes saw; `covered` puts it beside the policies as plain data.
"""

from simulator.analyse.coverage.gather import Touch, gather
from simulator.analyse.coverage.hits import Hits, decode, encode, key_of, union
from simulator.analyse.coverage.observe import Observer
from simulator.analyse.coverage.told import AWS_OWN, covered

__all__ = ["AWS_OWN", "Hits", "Observer", "Touch", "covered", "decode", "encode", "gather", "key_of", "union"]
