"""What bench's PyTorch networks and steps compute from given weights: a list of requests in, one of answers out, as
JSON; for peers.test.ts.

Tensors go as [shape, base64 of their float32]. A request has `config`, as peers get it, and `tensors`, of both networks by ganode's
names. With `images` and `latents` it has steps taken, and is answered with their losses and the tensors after them; otherwise with
what the networks give for `z` in evaluation.
"""
import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
import numpy
import torch

from torch_average import Average
from torch_networks import networks
from torch_step import Step

torch.set_num_threads(1)


def read(entry, dtype=numpy.float32):
    shape, text = entry
    return torch.from_numpy(numpy.frombuffer(base64.b64decode(text), dtype).copy()).view(shape)


def write(tensor):
    data = tensor.detach().contiguous().float().numpy().tobytes()
    return [list(tensor.shape), base64.b64encode(data).decode()]


def tensors_of(config, which, network):
    """By ganode's names."""
    layers = network if isinstance(network, torch.nn.Sequential) else network.layers
    for node, layer in zip(config["recipe"]["models"][which]["nodes"], layers):
        for name, tensor in layer.state_dict().items():
            slot = name.replace("running_mean", "runningMean").replace("running_var", "runningVar")
            if slot != "num_batches_tracked":
                yield f"{which}.{node['name']}.{slot}", tensor


def evaluate(request, G, D):
    with torch.no_grad():
        image = G.eval()(read(request["z"]))
        return {"image": write(image), "logits": write(D.eval()(image))}


def train(request, G, D):
    config = request["config"]
    ema = config["recipe"].get("ema")
    step = Step(config, G, D, torch.device("cpu"))
    average = Average(G, ema, step.batch * step.updates, config["variant"]["fusedOptimizer"])
    latents = iter(read(request["latents"]))
    step.latents = lambda: next(latents)
    losses = []
    for index, images in enumerate(read(request["images"], numpy.uint8)):
        losses.append(step(images, step.due(index)).tolist())
        average.update()
    after = {"generator": G, "discriminator": D}
    tensors = {name: write(tensor) for which in after for name, tensor in tensors_of(config, which, after[which])}
    if ema:
        averages = tensors_of(config, "generator", average.average)
        tensors.update({name.replace("generator.", "ema."): write(tensor) for name, tensor in averages})
    return {"losses": losses, "tensors": tensors}


def answer(request):
    G, D = networks(request["config"])
    for which, network in {"generator": G, "discriminator": D}.items():
        for name, tensor in tensors_of(request["config"], which, network):
            tensor.copy_(read(request["tensors"][name]).view(tensor.shape))
    return evaluate(request, G, D) if "z" in request else train(request, G, D)


print(json.dumps([answer(request) for request in json.load(sys.stdin)]))
