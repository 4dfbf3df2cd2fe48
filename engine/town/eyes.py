"""The cameras of some pictures of one size, as arrays: rays through places in their pictures, and where places appear."""

from dataclasses import dataclass

import numpy as np
import torch

from editor.geometry import Rigid, Vec3, rotation_matrix
from editor.scene import View
from engine.town.columns import columns, some


@dataclass(frozen=True, eq=False)
class Eyes:
    """k cameras. Pictures are taken one after the other, each row by row, wherever pixels are numbered."""

    width: int
    height: int
    origins: torch.Tensor  # (k, 3)
    turns: torch.Tensor  # (k, 9), rows of a matrix: camera axes (x right, y down, z ahead) in the world
    intrinsics: torch.Tensor  # (k, 5) fx, fy, cx, cy, skew; pixel centres at integers

    @classmethod
    def of(cls, views: list[View], T_world_ego: list[Rigid], device: torch.device) -> "Eyes":
        """The cameras of views of one size, each with its ego pose."""
        poses = [T @ view.T_ego_camera for view, T in zip(views, T_world_ego, strict=True)]
        turns = np.array([rotation_matrix(T.rotation).T.reshape(9) for T in poses], np.float32)
        origins = np.array([T.translation for T in poses], np.float32)
        intrinsics = np.array([view.intrinsics for view in views], np.float32)
        arrays = (torch.from_numpy(a).to(device) for a in (origins, turns, intrinsics))
        return cls(views[0].width, views[0].height, *arrays)

    def centres(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Which camera each pixel is of, and where its centre is: three of (k * height * width,)."""
        return self.centres_of(torch.arange(len(self.origins) * self.height * self.width, device=self.origins.device))

    def centres_of(self, pixel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The same of some pixels (n,), by their numbers."""
        row = torch.div(pixel, self.width, rounding_mode="floor")
        which = torch.div(row, self.height, rounding_mode="floor")
        return which, (pixel - row * self.width).float(), (row - which * self.height).float()

    def rays_of_centres(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Which camera each pixel is of, and what `rays` says of its centre, to the last bit, at a quarter of the time."""
        count, device = self.height * self.width, self.origins.device
        u = torch.arange(self.width, device=device).float()
        v = torch.arange(self.height, device=device).float()[:, None]
        ways = torch.empty(3, len(self.origins), self.height, self.width, device=device)
        for way, turn, (fx, fy, cx, cy, skew) in zip(ways.unbind(1), self.turns, self.intrinsics, strict=True):
            y = (v - cy) / fy
            x = (u - cx - skew * y) / fx
            for k in range(3):
                torch.add(x * turn[k], y * turn[3 + k], out=way[k]).add_(turn[6 + k])
        which = torch.arange(len(self.origins), device=device).repeat_interleave(count)
        origin = self.origins if len(self.origins) == 1 else self.origins.T.repeat_interleave(count, 1).T
        return which, origin, ways.view(3, -1).T, (1 / self.intrinsics[:, 0]).repeat_interleave(count)

    def rays(self, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Where rays start (1 or n, 3), world directions (n, 3) of depth 1, how far apart (n,) neighbours are at depth 1."""
        turn, origin, (fx, fy, cx, cy, skew) = self.turns, self.origins, self.intrinsics.T
        if len(self.origins) > 1:
            turn, origin = (some(a.T.contiguous().T, which) for a in (turn, origin))
            fx, fy, cx, cy, skew = (a.index_select(0, which) for a in self.intrinsics.T)
        y = (v - cy) / fy
        x = (u - cx - skew * y) / fx
        direction = columns(*(x * turn[:, k] + y * turn[:, 3 + k] + turn[:, 6 + k] for k in range(3)))
        return origin, direction, (1 / fx).expand(len(u))

    def seen(
        self, which: torch.Tensor, places: torch.Tensor, far: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Where places (n, 3) in the world appear, u and v (n,), and their depths. Where `far` (n,) is set they are directions
        to what is infinitely far away."""
        turn, intrinsics, origin = (a.index_select(0, which) for a in (self.turns, self.intrinsics, self.origins))
        fx, fy, cx, cy, skew = intrinsics.T
        ray = torch.where(far[:, None], places, places - origin)
        x, y, depth = ((turn[:, i : i + 3] * ray).sum(1) for i in (0, 3, 6))
        ahead = depth.clamp(min=1e-6)
        x, y = x / ahead, y / ahead
        return fx * x + skew * y + cx, fy * y + cy, depth

    def inside(self, u: torch.Tensor, v: torch.Tensor, depth: torch.Tensor) -> torch.Tensor:
        """Whether what appears there is on a pixel (n,)."""
        return (depth > 1e-3) & (u >= -0.5) & (u < self.width - 0.5) & (v >= -0.5) & (v < self.height - 0.5)


def place_and_axis(view: View, T_world_ego: Rigid) -> tuple[Vec3, Vec3]:
    """Where a camera is and where it looks, in the world."""
    T = T_world_ego @ view.T_ego_camera
    x, y, z = (float(c) for c in rotation_matrix(T.rotation)[:, 2])
    return T.translation, (x, y, z)
