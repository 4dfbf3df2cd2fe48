"""Whether this machine has what the model is to compute on; torch is asked only where that is not the processor."""

WANTED = "cpu, cuda or cuda:N"


def lacks(device: str) -> str | None:
    """What is wrong with a device in one sentence; None where nothing is."""
    if device == "cpu":
        return None
    kind, _, number = device.partition(":")
    if kind != "cuda" or (number and not number.isdecimal()) or device.endswith(":"):
        return f"device {device!r}; wanted {WANTED}"
    import torch  # here, since it takes seconds

    if not torch.cuda.is_available():
        return f"device {device!r}, but torch finds no CUDA here; wanted cpu, or a machine and a build of torch that have it"
    if number and int(number) >= torch.cuda.device_count():
        return f"device {device!r}, but torch finds {torch.cuda.device_count()} here; wanted cuda:0 or one of the others"
    return None
