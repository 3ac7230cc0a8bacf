"""The device that a peer runs on: `cpu`, `cuda` or `cuda:1`."""
import contextlib

import torch


def find(name):
    """The torch.device of a name. Throws one line where it does not answer."""
    device = torch.device(name)
    if device.type != "cuda":
        return device
    if not torch.cuda.is_available():
        raise RuntimeError(f"PyTorch {torch.__version__} finds no CUDA device")
    count = torch.cuda.device_count()
    if (device.index or 0) >= count:
        raise RuntimeError(f"PyTorch finds {count} CUDA devices, numbered from 0, and not {name}")
    device = torch.device("cuda", device.index or 0)
    torch.cuda.set_device(device)
    # PyTorch's official examples choose cuDNN's algorithms by trial, too. TF32 stays at PyTorch's defaults.
    torch.backends.cudnn.benchmark = True
    return device


def waiting(device):
    """What waits until the device has done all that it was given: before a clock is read."""
    return (lambda: torch.cuda.synchronize(device)) if device.type == "cuda" else (lambda: None)


def autocast(device, on):
    return torch.autocast(device.type, dtype=torch.bfloat16) if on else contextlib.nullcontext()
