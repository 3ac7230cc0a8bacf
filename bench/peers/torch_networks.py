"""ganode's graphs as a PyTorch user writes them: nn.Sequential of PyTorch's own layers."""
import torch.nn as nn


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


def build(config, network):
    """A chain of nodes; `config["shapes"]` has what each gives."""
    graph = config["recipe"]["models"][network]
    [source] = graph["inputs"].values()
    shape, layers = source["shape"], []
    for node in graph["nodes"]:
        made = layer(node, shape)
        if getattr(made, "weight", None) is not None:
            initialize(made, node.get("initializer"))
        layers.append(made)
        shape = config["shapes"][network][node["name"]]
    return nn.Sequential(*layers)


def networks(config):
    return build(config, "generator"), build(config, "discriminator")


def hello(config, batch):
    """What a peer says first: sizes of the networks, to be compared, and versions."""
    import platform

    import torch

    torch.set_num_threads(config["threads"])
    torch.manual_seed(42)
    G, D = networks(config)
    size = lambda network: sum(p.numel() for p in network.parameters())
    return G, D, {
        "parameters": {"generator": size(G), "discriminator": size(D)},
        "batch": batch,
        "versions": {"PyTorch": torch.__version__, "Python": platform.python_version()},
    }
