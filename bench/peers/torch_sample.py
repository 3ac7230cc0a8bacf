"""PyTorch's sampling: batches of G without gradients, as bytes."""
import contextlib

import torch

from serve import serve, timed
from torch_networks import hello


def open_peer(config):
    recipe, variant = config["recipe"], config["variant"]
    batch = recipe["batch"]
    G, _, greeting = hello(config, batch)
    if variant["channelsLast"]:
        G = G.to(memory_format=torch.channels_last)
    G.eval()

    def precision():
        return torch.autocast("cpu", dtype=torch.bfloat16) if variant["bfloat16"] else contextlib.nullcontext()

    @torch.no_grad()
    def step():
        with precision():
            images = G(torch.randn(batch, recipe["latentSize"]))
        images.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8).contiguous()

    return greeting, timed(step, batch)


serve(open_peer)
