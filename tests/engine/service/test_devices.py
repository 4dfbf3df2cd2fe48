"""What the model may compute on: said in one sentence where this machine has not got it."""

import subprocess
import sys

import pytest
import torch

from engine.service.devices import lacks


@pytest.mark.parametrize("device", ["gpu", "mps", "cuda:", "cuda:x", ""])
def test_what_is_no_device_is_named(device):
    assert lacks(device) == f"device {device!r}; wanted cpu, cuda or cuda:N"


def test_a_device_that_is_not_there_is_named():
    number = torch.cuda.device_count()
    assert f"'cuda:{number}'" in lacks(f"cuda:{number}")
    assert (lacks("cuda") is None) == torch.cuda.is_available()


def test_the_processor_is_always_there_and_needs_no_torch():
    code = "import sys; from engine.service.devices import lacks; assert lacks('cpu') is None and 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
