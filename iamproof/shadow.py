"""Notice when a user's own `simulator` or `reports` stands in front of ours.

Their names are generic.  Whoever has a folder of that name on the path first would get errors from
deep inside; this says it in one line instead.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

__all__ = ["check_shadow"]


def check_shadow() -> None:
    """Raise ImportError when `simulator` or `reports` come from elsewhere than iamproof itself."""
    home = Path(__file__).resolve().parent.parent
    for name in ("simulator", "reports"):
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if spec is not None and spec.origin is not None:
            places.insert(0, str(Path(spec.origin).parent))
        if not places or Path(places[0]).resolve().parent != home:
            where = places[0] if places else "nowhere"
            message = (
                f"iamproof needs its own package `{name}` but finds another one at {where}: "
                "rename that folder, or run from another folder"
            )
            raise ImportError(message)
