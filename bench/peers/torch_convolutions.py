"""How fast this machine is at the convolutions of a step, each alone: forward, by weights and by input, as often as
config["passes"] has them in a step. Of both memory formats and of the repetitions of a turn the best counts."""
import time

import torch
import torch.nn as nn

from serve import serve
from torch_networks import hello


def pair(value):
    return list(value) if isinstance(value, (tuple, list)) else [value, value]


def layers(config, networks):
    """(passes, layer, shape of its input without the batch) of each convolution."""
    for entry in config["passes"]:
        graph = config["recipe"]["models"][entry["network"]]
        index = next(i for i, node in enumerate(graph["nodes"]) if node["name"] == entry["node"])
        layer = networks[entry["network"]][index]
        if not isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            raise ValueError(f"{entry['node']} is no convolution")
        [source] = graph["nodes"][index]["inputs"]
        [outer] = graph["inputs"].values()
        yield entry, layer, config["shapes"][entry["network"]].get(source, outer["shape"])


def operations(layer, shape, batch, form, dtype):
    """Name of a pass -> what computes it."""
    transposed = isinstance(layer, nn.ConvTranspose2d)
    x = torch.randn(batch, *shape).to(dtype).contiguous(memory_format=form)
    weight = layer.weight.detach().to(dtype).contiguous(memory_format=form)
    geometry = [pair(layer.stride), pair(layer.padding), pair(layer.dilation), transposed,
                pair(layer.output_padding), layer.groups]
    forward = lambda: torch.ops.aten.convolution(x, weight, None, *geometry)
    gradient = torch.randn_like(forward())

    def backward(by_input, by_weights):
        mask = [by_input, by_weights, False]
        return lambda: torch.ops.aten.convolution_backward(gradient, x, weight, None, *geometry, mask)

    return {"forward": forward, "byInput": backward(True, False), "byWeights": backward(False, True)}


def open_peer(config):
    batch = config["recipe"]["batch"]
    G, D, _, greeting = hello(config, batch)
    dtype = torch.bfloat16 if config["variant"]["bfloat16"] else torch.float32
    plan = []
    for entry, layer, shape in layers(config, {"generator": G, "discriminator": D}):
        forms = [operations(layer, shape, batch, form, dtype)
                 for form in (torch.contiguous_format, torch.channels_last)]
        plan += [(entry[name], [form[name] for form in forms]) for name in forms[0] if entry[name] > 0]

    def once(operation):
        start = time.perf_counter()
        operation()
        return time.perf_counter() - start

    @torch.no_grad()
    def run(steps):
        start = time.perf_counter()
        best = [min(once(form) for form in forms for _ in range(steps)) for _, forms in plan]
        seconds = sum(times * one for (times, _), one in zip(plan, best))
        return {"seconds": seconds, "steps": steps, "images": batch, "wall": time.perf_counter() - start}

    return greeting, run


serve(open_peer)
