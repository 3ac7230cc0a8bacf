"""ganode's graphs as a PyTorch user writes them: PyTorch's own layers, in nn.Sequential where a graph is a chain."""
import platform

import torch
import torch.nn as nn

import torch_device
import torch_style


def same(node, transposed):
    """TensorFlow's 'same' as PyTorch has it: symmetric, an odd row of it on the other side, which changes no cost."""
    if node.get("padding") != "same":
        return node.get("padding", 0), node.get("outputPadding", 0)
    kernel, stride = node["kernel"], node.get("stride", 1)
    total = kernel - stride if transposed else max(kernel - stride, 0)
    padding = (total + 1) // 2
    return padding, 2 * padding - total


def initialize(layer, kind):
    if isinstance(kind, dict) and kind["kind"] == "normal":
        nn.init.normal_(layer.weight, kind.get("mean", 0), kind.get("std", 0.02))
    elif isinstance(kind, dict) and kind["kind"] == "uniform":
        nn.init.uniform_(layer.weight, kind["low"], kind["high"])
    elif kind in (None, "glorotUniform") and layer.weight.dim() > 1:
        nn.init.xavier_uniform_(layer.weight)
    return layer


def layer(node, shape):
    """`shape`: of the input, without the batch."""
    op, bias = node["op"], node.get("bias", True)
    if op == "dense":
        return nn.Linear(shape[0], node["units"], bias)
    if op in ("conv2d", "convTranspose2d"):
        make = nn.Conv2d if op == "conv2d" else nn.ConvTranspose2d
        padding, after = same(node, op != "conv2d")
        more = {} if op == "conv2d" else {"output_padding": after}
        return make(shape[0], node["filters"], node["kernel"], node.get("stride", 1), padding, bias=bias, **more)
    if op == "batchNorm":
        return nn.BatchNorm2d(shape[0])
    if op == "groupNorm":
        return nn.GroupNorm(node["groups"], shape[0])
    if op == "leakyRelu":
        return nn.LeakyReLU(node.get("slope", 0.2), True)
    if op == "relu":
        return nn.ReLU(True)
    if op == "tanh":
        return nn.Tanh()
    if op == "flatten":
        return nn.Flatten()
    if op == "reshape":
        return nn.Unflatten(1, node["shape"]) if len(shape) == 1 else nn.Flatten()
    raise ValueError(f"no layer for {op}")


class Graph(nn.Module):
    """Nodes in their order, each with the outputs of others."""

    def __init__(self, graph, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.plan = [(node["name"], node["inputs"]) for node in graph["nodes"]]
        [self.source] = graph["inputs"]
        self.outputs = graph["outputs"]

    def forward(self, x, *wanted):
        """The first output, or those whose names are wanted."""
        values = {self.source: x}
        for (name, inputs), layer in zip(self.plan, self.layers):
            values[name] = layer(*(values[source] for source in inputs))
        if not wanted:
            return values[next(iter(self.outputs.values()))]
        return tuple(values[self.outputs[name]] for name in wanted)


def build(config, network):
    """A graph's network; `config["shapes"]` has what each node gives."""
    graph = config["recipe"]["models"][network]
    [(source, outer)] = graph["inputs"].items()
    shapes = {source: outer["shape"], **config["shapes"][network]}
    layers = []
    for node in graph["nodes"]:
        shape = shapes[node["inputs"][0]]
        made = torch_style.layer(node, shape, shapes[node["name"]])
        if made is None:
            made = layer(node, shape)
            if getattr(made, "weight", None) is not None:
                initialize(made, node.get("initializer"))
        layers.append(made)
    before = [source, *(node["name"] for node in graph["nodes"])]
    chain = all(node["inputs"] == [name] for node, name in zip(graph["nodes"], before))
    return nn.Sequential(*layers) if chain else Graph(graph, layers)


def networks(config):
    return build(config, "generator"), build(config, "discriminator")


def hello(config, batch):
    """Both networks on the device, and what a peer says first: their sizes, to be compared, and versions."""
    device = torch_device.find(config["recipe"]["device"])
    torch.set_num_threads(config["threads"])
    torch.manual_seed(42)
    G, D = (network.to(device) for network in networks(config))
    size = lambda network: sum(p.numel() for p in network.parameters())
    return G, D, device, {
        "parameters": {"generator": size(G), "discriminator": size(D)},
        "batch": batch,
        "versions": {"PyTorch": torch.__version__, "Python": platform.python_version()},
    }
