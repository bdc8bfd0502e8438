"""How a task becomes a result."""

import oelala.models  # noqa: F401  (before torch: see there)
