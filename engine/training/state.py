"""All that a run needs to go on: networks, their running averages, the optimizer, how far it is; in one file."""

import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from editor.datasets.files import write_bytes

AS_BEGUN = "the recipe, the autoencoder and the text encoder that it was begun with"


@dataclass(slots=True, eq=False)
class RunState:
    """`networks` are trained; `averages` follow them and are what ships. `before` are the runs that this one went on from, the
    first of them first: recipe, steps, seconds; `origin` is a hash of the weights that it began with, of such a run."""

    networks: nn.ModuleDict
    optimizer: torch.optim.Optimizer
    decay: float
    averages: dict[str, torch.Tensor] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    before: tuple[tuple[str, int, float], ...] = ()
    origin: str = ""

    def __post_init__(self) -> None:
        """Averages begin as the weights themselves."""
        self.averages = self.averages or {name: w.detach().float().clone() for name, w in self.networks.state_dict().items()}

    @torch.no_grad()
    def average(self) -> None:
        """Take a step's weights into account: fast at first, then at the run's own pace."""
        decay = min(self.decay, (1 + self.step) / (10 + self.step))
        for name, weight in self.networks.state_dict().items():
            if weight.is_floating_point():
                self.averages[name].lerp_(weight.float(), 1 - decay)
            else:
                self.averages[name].copy_(weight)

    def save(self, file: Path) -> None:
        """Put it on disk."""
        buffer = io.BytesIO()
        kept = {name: getattr(self, name) for name in ("averages", "step", "seconds", "before", "origin")}
        torch.save(kept | {"networks": self.networks.state_dict(), "optimizer": self.optimizer.state_dict()}, buffer)
        write_bytes(file, buffer.getvalue())

    def resume(self, file: Path) -> bool:
        """Take over what is on disk; False where nothing is."""
        if not os.path.exists(file):
            return False
        found = torch.load(file, map_location="cpu", weights_only=True)
        if self.origin and found.get("origin", self.origin) != self.origin:  # files of before 2026-11-23 do not say
            raise ValueError(f"{file} began with other weights than these; wanted those, or another folder by --out")
        self._take(found["networks"], file)
        self.optimizer.load_state_dict(found["optimizer"])
        device = next(self.networks.parameters()).device
        self.averages = {name: w.to(device) for name, w in found["averages"].items()}
        self.step, self.seconds, self.before = found["step"], found["seconds"], found["before"]
        self.origin = found.get("origin", "")
        return True

    def begin_with(self, file: Path, anew: tuple[str, ...] = ()) -> None:
        """Start from the averages of another run, in a file of its recipe's name; see `go_on`. OSError where there is no such
        run."""
        found = torch.load(file, map_location="cpu", weights_only=True)
        before = (*found["before"], (file.stem, found["step"], found["seconds"]))
        self.go_on(found["averages"], before, file, anew)

    def go_on(
        self,
        weights: Mapping[str, torch.Tensor],
        before: tuple[tuple[str, int, float], ...],
        source: Path,
        anew: tuple[str, ...] = (),
    ) -> None:
        """Start from such weights of the same networks, which runs `before` have made; what is not among them stays as it
        begins, and so do weights whose names begin with one of `anew`. ValueError where they are of other networks, or of
        more."""
        if left := sorted(set(weights) - set(self.averages)):
            raise ValueError(f"{source} has weights {left[0]!r}, which these networks lack; wanted those of the same or fewer")
        device = next(self.networks.parameters()).device
        taken = {name: w.float().to(device) for name, w in weights.items() if not name.startswith(anew)}
        self.averages, self.before, self.origin = self.averages | taken, before, _hash(weights)
        self._take(self._averages(), source, "those of networks of this recipe's size, and of its parts")

    def averaged(self) -> None:
        """Put the averages into the networks, for judging and shipping."""
        self.networks.load_state_dict(self._averages(), strict=True)

    def _averages(self) -> dict[str, torch.Tensor]:
        return {name: self.averages[name].to(weight.dtype) for name, weight in self.networks.state_dict().items()}

    def _take(self, weights: dict[str, torch.Tensor], file: Path, wanted: str = AS_BEGUN) -> None:
        try:
            self.networks.load_state_dict(weights, strict=True)
        except RuntimeError as error:
            raise ValueError(f"{file} holds weights of other networks; wanted {wanted}") from error


def _hash(weights: Mapping[str, torch.Tensor]) -> str:
    sha = hashlib.sha256()
    for name in sorted(weights):
        sha.update(name.encode())
        sha.update(weights[name].detach().float().cpu().contiguous().numpy().tobytes())
    return sha.hexdigest()
