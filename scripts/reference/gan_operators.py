"""Values of the weight options and of the operators that only GANs have, from PyTorch in double precision, for
test/reference/operators.test.ts.

    python scripts/reference/gan_operators.py      (PyTorch 2.13)

Writes test/reference/fixtures/gan_operators.json, as operators.py does. Spectral normalization is PyTorch's own; the others
are written out from their papers or from their authors' code.
"""
import torch
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

from cases import BATCH, case, label, write, x


# Spectral normalization (Miyato et al. 2018) with torch.nn.utils.parametrizations.spectral_norm.
def spectral(title, op, attributes, inputs, module, training, iterations=1):
    """`module` is an nn.Dense, nn.Conv2d, … of the same shape, whose random weights are used."""
    module = spectral_norm(module, n_power_iterations=iterations).train(training)
    norm = module.parametrizations.weight[0]
    start = {"spectralU": norm._u.clone(), "spectralV": norm._v.clone()}
    weights = {"weight": module.parametrizations.weight.original.detach().clone(), **start}
    if getattr(module, "bias", None) is not None:
        weights["bias"] = module.bias.detach().clone()

    def function(i, w):
        norm._u.copy_(start["spectralU"])
        norm._v.copy_(start["spectralV"])
        own = {"parametrizations.weight.original": w["weight"]}
        if "bias" in w:
            own["bias"] = w["bias"]
        return torch.func.functional_call(module, own, next(iter(i.values())))

    function(inputs, weights)
    after = {"spectralU": norm._u.clone(), "spectralV": norm._v.clone()}
    options = {"spectralNorm": True, **({"spectralIterations": iterations} if iterations != 1 else {})}
    case(title, op, {**attributes, **options}, inputs, function, weights, training, after)


for training in (True, False):
    mode = "in training" if training else "in evaluation"
    spectral(f"dense, spectral norm {mode}", "dense", {"units": 4}, x(5), torch.nn.Linear(5, 4), training)
    spectral(f"conv2d, spectral norm {mode}", "conv2d", {"filters": 4, "kernel": 3, "padding": 1, "bias": False}, x(2, 5, 4),
             torch.nn.Conv2d(2, 4, 3, padding=1, bias=False), training)
    spectral(f"convTranspose2d, spectral norm {mode}", "convTranspose2d", {"filters": 3, "kernel": 4, "stride": 2, "padding": 1},
             x(2, 3, 3), torch.nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1), training)
spectral("embedding, spectral norm", "embedding", {"units": 3}, label(), torch.nn.Embedding(5, 3), True)
spectral("dense, spectral norm of three iterations", "dense", {"units": 3}, x(4), torch.nn.Linear(4, 3), True, 3)


# Equalized learning rate (Karras et al. 2018, get_weight of its code; 2019 for the multiplier).
def equalized(title, op, attributes, inputs, shape, fan_in, function, bias=None, gain=2**0.5, multiplier=1):
    scale = gain * fan_in**-0.5 * multiplier
    weights = {"weight": torch.randn(shape), **({"bias": torch.randn(bias)} if bias else {})}
    case(title, op, {"equalized": True, **attributes}, inputs,
         lambda i, w: function(next(iter(i.values())), w["weight"] * scale, w["bias"] * multiplier if bias else None), weights)


equalized("dense, equalized", "dense", {"units": 4}, x(5), (4, 5), 5, F.linear, 4)
equalized("dense, equalized with gain and multiplier", "dense", {"units": 4, "equalizedGain": 1, "learningRateMultiplier": 0.01},
          x(5), (4, 5), 5, F.linear, 4, 1, 0.01)
equalized("conv2d, equalized", "conv2d", {"filters": 4, "kernel": 3, "groups": 2}, x(2, 5, 4), (4, 1, 3, 3), 9,
          lambda i, w, b: F.conv2d(i, w, b, groups=2), 4)
equalized("convTranspose2d, equalized", "convTranspose2d", {"filters": 3, "kernel": 4, "stride": 2, "padding": 1}, x(2, 3, 3),
          (2, 3, 4, 4), 2 * 16, lambda i, w, b: F.conv_transpose2d(i, w, b, 2, 1), 3)
equalized("embedding, equalized", "embedding", {"units": 3}, label(), (5, 3), 5, lambda i, w, b: F.embedding(i, w))

# Normalization.
def affine(channels):
    return {"weight": torch.randn(channels), "bias": torch.randn(channels)}


case("instanceNorm", "instanceNorm", {}, x(3, 4, 2), lambda i, w: F.instance_norm(i["x"], weight=w["weight"], bias=w["bias"]), affine(3))
case("instanceNorm not affine", "instanceNorm", {"affine": False, "epsilon": 1e-3}, x(3, 2, 2), lambda i, w: F.instance_norm(i["x"], eps=1e-3))
case("groupNorm", "groupNorm", {"groups": 2}, x(4, 3, 2), lambda i, w: F.group_norm(i["x"], 2, w["weight"], w["bias"]), affine(4))
case("groupNorm of features, not affine", "groupNorm", {"groups": 3, "affine": False, "epsilon": 1e-3}, x(6),
     lambda i, w: F.group_norm(i["x"], 3, eps=1e-3))
for shape in [(4, 3, 2), (5,)]:
    case(f"pixelNorm of {shape}", "pixelNorm", {}, x(*shape), lambda i, w: i["x"] / (i["x"] ** 2).mean(1, keepdim=True).add(1e-8).sqrt())
case("pixelNorm epsilon", "pixelNorm", {"epsilon": 0.1}, x(5), lambda i, w: i["x"] / (i["x"] ** 2).mean(1, keepdim=True).add(0.1).sqrt())


# Virtual batch normalization (Salimans et al. 2016), class VBN of openai/improved-gan, imagenet/ops.py.
def virtual(title, shape, training, reference):
    """`reference`: the number of items of the reference batch; 0: none yet."""
    channels = shape[0]
    data = x(*shape)
    axes = (2, 3) if len(shape) == 3 else ()
    column = (-1, channels) + (1,) * len(axes)
    seen = torch.randn(max(reference, 1), *shape) + 0.5

    def statistics(v, dims):
        return v.mean(dims), v.square().mean(dims)

    mean, square = (s.detach() for s in statistics(seen, (0, *axes))) if reference else (torch.zeros(channels), torch.zeros(channels))

    def function(i, w):
        own = statistics(i["x"], axes) if axes else (i["x"], i["x"].square())
        if reference == 0 and training:
            m, s = statistics(i["x"], (0, *axes))
        else:
            new = 1 / (reference + 1)
            m, s = (new * a + (1 - new) * b for a, b in zip(own, (mean, square)))
        m, s = m.view(column), s.view(column)
        shape_of = (1, channels) + (1,) * len(axes)
        return (i["x"] - m) / (1e-5 + s - m.square()).sqrt() * w["weight"].view(shape_of) + w["bias"].view(shape_of)

    first = statistics(data["x"], (0, *axes)) if reference == 0 and training else (mean, square)
    count = torch.tensor([float(BATCH if reference == 0 and training else reference)])
    buffers = {"referenceMean": mean, "referenceMeanSquare": square, "referenceCount": torch.tensor([float(reference)])}
    case(title, "virtualBatchNorm", {}, data, function, {**affine(channels), **buffers}, training,
         {"referenceMean": first[0], "referenceMeanSquare": first[1], "referenceCount": count})


virtual("virtualBatchNorm of the first training batch", (3, 4, 2), True, 0)
virtual("virtualBatchNorm of a later training batch", (3, 4, 2), True, 5)
virtual("virtualBatchNorm in evaluation", (3, 4, 2), False, 5)
virtual("virtualBatchNorm in evaluation, without a reference", (3, 4, 2), False, 0)
virtual("virtualBatchNorm of the first features", (4,), True, 0)
virtual("virtualBatchNorm of later features", (4,), True, 2)


# Minibatch standard deviation: MinibatchStdLayer of NVlabs/stylegan2-ada-pytorch, training/networks.py.
def std_dev(v, size, features):
    n, c, h, w = v.shape
    y = v.reshape(size, -1, features, c // features, h, w)
    y = y - y.mean(dim=0)
    y = (y.square().mean(dim=0) + 1e-8).sqrt().mean(dim=[2, 3, 4])
    return torch.cat([v, y.reshape(-1, features, 1, 1).repeat(size, 1, h, w)], dim=1)


def deviation(title, attributes, n, shape, size, features=1):
    function = (lambda i, w: std_dev(i["x"], size, features)) if len(shape) == 3 else (
        lambda i, w: std_dev(i["x"][:, :, None, None], size, features)[:, :, 0, 0])
    case(title, "minibatchStdDev", attributes, {"x": torch.randn(n, *shape)}, function)


deviation("minibatchStdDev", {}, 8, (2, 2, 3), 4)
deviation("minibatchStdDev of features in groups of 2", {"groupSize": 2, "features": 2}, 6, (4, 2, 2), 2, 2)
deviation("minibatchStdDev of a batch under the group", {}, 3, (2, 2, 2), 3)
deviation("minibatchStdDev where the group does not divide the batch", {}, 6, (2, 2, 2), 3)
deviation("minibatchStdDev of a vector", {}, 4, (3,), 4)
deviation("minibatchStdDev of one item", {}, 1, (2, 2, 2), 1)


# Minibatch discrimination: MinibatchLayer of openai/improved-gan without its weight normalization and bias.
def discriminate(i, w):
    m = torch.einsum("na,abc->nbc", i["x"], w["T"])
    distances = (m[:, :, :, None] - m.permute(1, 2, 0)[None]).abs().sum(2)
    distances = distances + 1e6 * torch.eye(len(m))[:, None, :]
    return torch.cat([i["x"], torch.exp(-distances).sum(2)], 1)


case("minibatchDiscrimination", "minibatchDiscrimination", {"kernels": 4, "kernelSize": 2}, x(3), discriminate, {"T": 0.3 * torch.randn(3, 4, 2)})


# Self-attention: class Attention of ajbrock/BigGAN-PyTorch, layers.py.
def normalized(weights, name, spectral_norm):
    """The weight, and the spectral vectors after one step of the power method."""
    w = weights[name]
    if not spectral_norm:
        return w, {}
    with torch.no_grad():
        u = F.normalize(w.flatten(1) @ weights[f"{name}SpectralV"], dim=0)
        v = F.normalize(w.flatten(1).T @ u, dim=0)
    return w / (u @ w.flatten(1) @ v), {f"{name}SpectralU": u, f"{name}SpectralV": v}


def attention(title, pool, spectral_norm):
    c, h, w = 16, 4, 2
    shapes = {"theta": (2, 16), "phi": (2, 16), "g": (8, 16), "o": (16, 8)}
    weights = {"gamma": torch.randn(1)}
    for name, (out, into) in shapes.items():
        weights[name] = torch.randn(out, into, 1, 1) / into**0.5
        if spectral_norm:
            weights[f"{name}SpectralU"] = F.normalize(torch.randn(out), dim=0)
            weights[f"{name}SpectralV"] = F.normalize(torch.randn(into), dim=0)

    def function(i, p):
        used = {name: normalized(p, name, spectral_norm)[0] for name in shapes}
        area = h * w // (4 if pool else 1)
        shrink = (lambda v: F.max_pool2d(v, [2, 2])) if pool else (lambda v: v)
        theta = F.conv2d(i["x"], used["theta"]).view(-1, c // 8, h * w)
        phi = shrink(F.conv2d(i["x"], used["phi"])).view(-1, c // 8, area)
        g = shrink(F.conv2d(i["x"], used["g"])).view(-1, c // 2, area)
        beta = F.softmax(torch.bmm(theta.transpose(1, 2), phi), -1)
        o = F.conv2d(torch.bmm(g, beta.transpose(1, 2)).view(-1, c // 2, h, w), used["o"])
        return p["gamma"] * o + i["x"]

    after = {k: v for name in shapes for k, v in normalized(weights, name, spectral_norm)[1].items()}
    attributes = {**({} if pool else {"pool": False}), **({"spectralNorm": True} if spectral_norm else {})}
    case(title, "selfAttention", attributes, x(c, h, w), function, weights, spectral_norm, after)


attention("selfAttention", True, False)
attention("selfAttention without pooling", False, False)
attention("selfAttention, spectral norm", True, True)


# Conditional batch normalization: torch.nn.BatchNorm2d(affine=False) and two embeddings (SNGAN's projection code), or two
# linear maps of a vector and 1 + W x (ccbn of ajbrock/BigGAN-PyTorch).
def conditional(title, shape, by_label, training, spectral_norm=False, momentum=0.1, epsilon=1e-5):
    channels = shape[0]
    condition = label() if by_label else {"v": torch.randn(BATCH, 4)}
    data = {**x(*shape), **condition}
    table = (5, channels) if by_label else (channels, 4)
    weights = {"weight": torch.randn(table), "bias": torch.randn(table)}
    if spectral_norm:
        for name in ("spectral", "biasSpectral"):
            weights[f"{name}U"] = F.normalize(torch.randn(channels), dim=0)
            weights[f"{name}V"] = F.normalize(torch.randn(4), dim=0)
    running = {"runningMean": torch.randn(channels), "runningVar": torch.rand(channels) + 0.5}

    def maps(p):
        plain = {"weight": p["weight"], "weightSpectralV": p.get("spectralV")}
        scale, moved = normalized(plain, "weight", spectral_norm)
        shift, more = normalized(p, "bias", spectral_norm)
        renamed = {k.replace("weightS", "s"): v for k, v in {**moved, **more}.items()}
        return scale, shift, renamed

    def normalize(v, mean, var):
        return F.batch_norm(v, mean, var, None, None, training, momentum, epsilon)

    def function(i, p):
        scale, shift, _ = maps(p)
        if by_label:
            scale, shift = scale[i["label"]], shift[i["label"]]
        else:
            scale, shift = 1 + i["v"] @ scale.T, i["v"] @ shift.T
        size = (BATCH, channels) + (1,) * (len(shape) - 1)
        return normalize(i["x"], running["runningMean"].clone(), running["runningVar"].clone()) * scale.view(size) + shift.view(size)

    after = {k: v.clone() for k, v in running.items()}
    normalize(data["x"], after["runningMean"], after["runningVar"])
    attributes = {"momentum": momentum, "epsilon": epsilon, **({"spectralNorm": True} if spectral_norm else {})}
    case(title, "conditionalBatchNorm", attributes, data, function, {**weights, **running}, training, {**after, **maps(weights)[2]})


conditional("conditionalBatchNorm by label in training", (3, 4, 2), True, True)
conditional("conditionalBatchNorm by label in evaluation", (3, 4, 2), True, False)
conditional("conditionalBatchNorm by vector in training", (3, 2, 2), False, True, momentum=0.3, epsilon=1e-3)
conditional("conditionalBatchNorm by vector, spectral norm", (3, 2, 2), False, True, spectral_norm=True)
conditional("conditionalBatchNorm of features by label", (4,), True, True)

# Projection (Miyato & Koyama 2018), the term of the label in the discriminator's output.
case("projection", "projection", {}, {**x(4), **label()}, lambda i, w: torch.einsum("nf,nf->n", i["x"], w["weight"][i["label"]])[:, None],
     {"weight": torch.randn(5, 4)})
embed = spectral_norm(torch.nn.Embedding(5, 4)).eval()
case("projection, spectral norm in evaluation", "projection", {"spectralNorm": True}, {**x(4), **label()},
     lambda i, w: (torch.func.functional_call(embed, {"parametrizations.weight.original": w["weight"]}, i["label"]) * i["x"]).sum(1, True),
     {"weight": embed.parametrizations.weight.original.detach(), "spectralU": embed.parametrizations.weight[0]._u,
      "spectralV": embed.parametrizations.weight[0]._v})

# Growing (Karras et al. 2018): on the way from one size to the next, and before it begins, where the next size is not computed.
old_and_next = {"old": torch.randn(BATCH, 2, 3), "next": torch.randn(BATCH, 2, 3)}
case("fade, on the way", "fade", {"level": 1}, old_and_next, lambda i, w: 0.7 * i["old"] + 0.3 * i["next"], {"share": torch.tensor([0.3])})
case("fade, not begun", "fade", {"level": 1}, old_and_next, lambda i, w: 1 * i["old"], {"share": torch.tensor([0.0])})

write("gan_operators.json")
