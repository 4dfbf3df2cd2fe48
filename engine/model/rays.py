"""Where each token of each camera looks, so that views know how they lie beside one another."""

import torch

from engine.model.told import NUM_CAMERA


def ray_directions(cameras: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Unit directions (B, V, rows, columns, 3) in the ego frame of tokens' middles, from cameras (B, V, NUM_CAMERA)."""
    if cameras.shape[-1] != NUM_CAMERA:
        raise ValueError(f"cameras of {cameras.shape[-1]} numbers; wanted {NUM_CAMERA}")
    fx, fy, cx, cy = cameras[..., :4].unbind(-1)
    y = (torch.arange(rows, device=cameras.device, dtype=cameras.dtype) + 0.5) / rows
    x = (torch.arange(columns, device=cameras.device, dtype=cameras.dtype) + 0.5) / columns
    across = (x - cx[..., None]) / fx[..., None]
    down = (y - cy[..., None]) / fy[..., None]
    shape = (*cameras.shape[:2], rows, columns)
    d = torch.stack(
        [
            across[..., None, :].expand(shape),
            down[..., :, None].expand(shape),
            torch.ones(shape, dtype=x.dtype, device=x.device),
        ],
        -1,
    )
    turn = cameras[..., 4:13].unflatten(-1, (3, 3))
    return torch.einsum("bvij,bvrcj->bvrci", turn, torch.nn.functional.normalize(d, dim=-1))
