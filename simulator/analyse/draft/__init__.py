"""A first suite for somebody's own policy: what to ask, what the policy does today, as YAML to be reviewed."""

from simulator.analyse.draft.suite import Written, write_draft

__all__ = ["Written", "write_draft"]
