"""The schedule as diffusers knows it: a value that a pipeline keeps beside its networks.

It holds no state of any run.
"""

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.schedulers.scheduling_utils import SchedulerMixin

from engine.diffusion.anchors import correcting_level
from engine.diffusion.schedules import levels, progressive_paces


class FrameFlowScheduler(SchedulerMixin, ConfigMixin):
    """Levels per frame and view.

    `shift` moves all of them towards noise (SD3); `first_pace` and `last_pace` are those of temporal progressive denoising;
    `strength` and `kappa` those of joint denoising and correcting (MiLA; our readings).
    """

    config_name = "scheduler_config.json"
    order = 1

    @register_to_config
    def __init__(
        self,
        shift: float = 1.0,
        first_pace: float = 0.5,
        last_pace: float = 2.0,
        strength: float = 0.5,
        kappa: float = 0.2,
    ) -> None:
        """All of it is configuration."""

    def levels(self, num_steps: int, start: torch.Tensor) -> torch.Tensor:
        """Levels (num_steps + 1, B, T, V) from `start` (B, T, V) to 0, earlier frames ahead of later ones."""
        paces = progressive_paces(start.shape[1], self.config.first_pace, self.config.last_pace)
        return levels(num_steps, start, paces * self.config.shift)

    @property
    def correcting_start(self) -> float:
        """The level at which an anchor that is to be corrected starts."""
        return correcting_level(self.config.strength, self.config.kappa)
