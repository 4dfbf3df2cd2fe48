"""Random generators keyed by what they are for, so that one thing's dice never shift another's."""

import hashlib

import numpy as np


def dice(*keys: object) -> np.random.Generator:
    """A generator that depends on these keys alone, in every process."""
    digest = hashlib.sha256("/".join(str(k) for k in keys).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
