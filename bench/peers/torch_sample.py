"""PyTorch's sampling: batches of G without gradients, as bytes."""
import torch

import torch_device
from serve import serve, timed
from torch_networks import hello


def open_peer(config):
    recipe, variant = config["recipe"], config["variant"]
    batch = recipe["batch"]
    G, _, device, greeting = hello(config, batch)
    if variant["channelsLast"]:
        G = G.to(memory_format=torch.channels_last)
    G.eval()

    @torch.no_grad()
    def step():
        with torch_device.autocast(device, variant["bfloat16"]):
            images = G(torch.randn(batch, recipe["latentSize"], device=device))
        images.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8).contiguous().cpu()

    return greeting, timed(step, batch, torch_device.waiting(device))


serve(open_peer)
