"""Coverage: what the requests of cells made of each statement, from the masks that decided them.

`hits_of` unites what cells ask of each spot; `gather` reads the masks once for each; `covered` puts it beside the
policies as plain data.
"""

from simulator.analyse.coverage.gather import Touch, gather
from simulator.analyse.coverage.hits import Hits, key_of
from simulator.analyse.coverage.observe import hits_of
from simulator.analyse.coverage.told import AWS_OWN, covered

__all__ = ["AWS_OWN", "Hits", "Touch", "covered", "gather", "hits_of", "key_of"]
