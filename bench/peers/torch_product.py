"""How fast this machine is at a large matrix product: the best of a turn."""
import time

import torch

from serve import serve
from torch_networks import hello

SIZE = 2048


def open_peer(config):
    _, _, _, greeting = hello(config, 1)
    dtype = torch.bfloat16 if config["variant"]["bfloat16"] else torch.float32
    a, b = (torch.randn(SIZE, SIZE).to(dtype) for _ in range(2))

    def once():
        start = time.perf_counter()
        torch.mm(a, b)
        return time.perf_counter() - start

    def run(steps):
        times = [once() for _ in range(steps)]
        return {"seconds": min(times), "steps": steps, "multiplyAdds": SIZE**3, "wall": sum(times)}

    return greeting, run


serve(open_peer)
