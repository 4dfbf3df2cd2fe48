"""Where weights adapted to one drive lie, so that who adapts, who judges and who draws find the same folder."""

import re
from pathlib import Path

from editor.scene import Scene

ADAPTED = Path("build/adapted")
STATEMENT = "adapted.json"  # beside the weights: to which drive, from what, and what of the drive was held out


def folder_of(scene: Scene, adapted: Path = ADAPTED) -> Path:
    """The folder of a drive's own weights: the same for the same drive, wherever its files lie."""
    words = f"{scene.fingerprint.version}-{scene.name}-{scene.fingerprint.tokens_sha256[:8]}"
    return adapted / re.sub(r"[^\w.-]", "_", words)


def adapted_to(scene: Scene, adapted: Path = ADAPTED) -> Path | None:
    """The drive's own weights; None where there are none."""
    folder = folder_of(scene, adapted)
    return folder if (folder / STATEMENT).is_file() else None
