"""What the ego's own headlights would throw on what its cameras see: known without a lamp being seen by day.

From the cameras' places and the draft's G-buffer alone, so that it falls on any recorded street. A low beam, as cars have it:
wide and flat, cut off a little below the horizon, falling off with the square of the distance. Ours; its shape is roughly that
of any car, and how bright it is, and of what colour, is learned.
"""

import torch

from engine.model.told import GROUND, MIDDLE, NEAR, SKY

LAMPS_M = ((3.6, 0.65, 0.7), (3.6, -0.65, 0.7))  # in the ego frame, whose origin is on the ground below the rear axle
REACHES_M = {NEAR: 20.0, MIDDLE: 60.0}  # of these channels: how far it is until 1/e is left
LEAST = 0.05  # what is left of the nearer channel, below which the farther one tells distances better
DOWN, WIDE, HIGH, LOW = 0.07, 0.45, 0.08, 0.3  # radians: where the beam points, and how far to the sides, up and down it goes
STRENGTH, CLOSE_M, MOST = 75.0, 2.0, 4.0  # full light on asphalt some metres ahead; nothing nearer gets more than that at 2 m
FACING = 0.7  # the cosine at which things that stand are lit: their normals are not known
GAMMA = 0.45  # of pictures


def beam(cameras: torch.Tensor, gbuffer: torch.Tensor) -> torch.Tensor:
    """Light (N, 1, h, w), 0 to 2, in the gamma of pictures, for cameras (N, 16; see `camera_numbers`) and the G-buffers
    (N, channels, h, w) of what they show."""
    cameras, gbuffer = cameras.double(), gbuffer.double()
    points = _points(cameras, gbuffer)
    ground = gbuffer[:, GROUND]
    light = torch.zeros_like(ground)
    for lamp in LAMPS_M:
        x, y, z = (points - points.new_tensor(lamp)).unbind(-1)
        square = x * x + y * y + z * z
        up = torch.atan2(z, torch.hypot(x, y)) + DOWN
        spread = torch.exp(-((torch.atan2(y, x) / WIDE) ** 2) - torch.where(up > 0, up / HIGH, up / LOW) ** 2)
        facing = ground * (-z / square.clamp(min=0.1).sqrt()).clamp(min=0) + (1 - ground) * FACING
        light += STRENGTH * spread * facing / square.clamp(min=CLOSE_M**2)
    return (light.clamp(max=MOST) ** GAMMA * (gbuffer[:, SKY] < 0.5))[:, None].float()


def _points(cameras: torch.Tensor, gbuffer: torch.Tensor) -> torch.Tensor:
    """Where in the ego frame (N, h, w, 3) the middle of each cell lies."""
    h, w = gbuffer.shape[2:]
    fx, fy, cx, cy = (number[:, None, None] for number in cameras[:, :4].unbind(1))
    u = ((torch.arange(w, dtype=cameras.dtype) + 0.5) / w - cx) / fx
    v = ((torch.arange(h, dtype=cameras.dtype)[:, None] + 0.5) / h - cy) / fy
    u, v = torch.broadcast_tensors(u, v)
    rays = torch.stack([u, v, torch.ones_like(u)], dim=-1) @ cameras[:, None, 4:13].unflatten(-1, (3, 3)).mT
    near, far = (-reach * gbuffer[:, k].clamp(min=1e-6).log() for k, reach in REACHES_M.items())
    distance = torch.where(gbuffer[:, NEAR] > LEAST, near, far)
    return cameras[:, None, None, 13:] + rays * (distance / rays.norm(dim=-1))[..., None]
