"""Values of every graph operator from PyTorch in double precision, for test/reference/operators.test.ts.

    python scripts/reference/operators.py      (PyTorch 2.13)

Writes test/reference/fixtures/operators.json: a GraphSpec, weights, inputs, cotangents, and the outputs and gradients that
PyTorch finds. Nothing of ganode is used. 'same' padding is TensorFlow's, written out by hand below.
"""
import math

import torch
import torch.nn.functional as F

from cases import BATCH, case, label, write, x

# Weights.
case("dense", "dense", {"units": 4}, x(5), lambda i, w: i["x"] @ w["weight"].T + w["bias"],
     {"weight": torch.randn(4, 5), "bias": torch.randn(4)})
case("dense without bias", "dense", {"units": 4, "bias": False}, x(5), lambda i, w: i["x"] @ w["weight"].T,
     {"weight": torch.randn(4, 5)})
case("embedding", "embedding", {"units": 3}, label(), lambda i, w: w["weight"][i["label"]], {"weight": torch.randn(5, 3)})


def conv(title, attributes, in_shape, weight, **kw):
    w = {"weight": torch.randn(*weight)}
    if attributes.get("bias", True):
        w["bias"] = torch.randn(weight[0])
    case(title, "conv2d", attributes, x(*in_shape), lambda i, p: F.conv2d(i["x"], p["weight"], p.get("bias"), **kw), w)


conv("conv2d stride and padding", {"filters": 4, "kernel": 3, "stride": 2, "padding": 1}, (2, 7, 6), (4, 2, 3, 3), stride=2, padding=1)
conv("conv2d pairs", {"filters": 2, "kernel": [3, 2], "stride": [1, 2], "padding": [1, 0], "bias": False}, (3, 5, 6), (2, 3, 3, 2),
     stride=(1, 2), padding=(1, 0))
conv("conv2d groups", {"filters": 6, "kernel": 3, "groups": 2}, (4, 5, 5), (6, 2, 3, 3), groups=2)
conv("conv2d dilation", {"filters": 2, "kernel": 3, "dilation": 2}, (2, 7, 7), (2, 2, 3, 3), dilation=2)


def same_pad(size, kernel, stride, dilation=1):
    """TensorFlow's rule: the output has ceil(size / stride); the odd one goes to the end."""
    span = dilation * (kernel - 1) + 1
    total = max((math.ceil(size / stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def same_conv(v, weight, bias, stride, dilation=1):
    top, bottom = same_pad(v.shape[2], weight.shape[2], stride, dilation)
    left, right = same_pad(v.shape[3], weight.shape[3], stride, dilation)
    return F.conv2d(F.pad(v, (left, right, top, bottom)), weight, bias, stride=stride, dilation=dilation)


for kernel, stride, size in [(4, 2, (7, 6)), (3, 2, (8, 8)), (5, 1, (4, 6)), (2, 3, (7, 8)), (1, 2, (5, 5))]:
    case(f"conv2d same kernel {kernel} stride {stride}", "conv2d", {"filters": 2, "kernel": kernel, "stride": stride, "padding": "same"},
         x(2, *size), lambda i, w, s=stride: same_conv(i["x"], w["weight"], w["bias"], s),
         {"weight": torch.randn(2, 2, kernel, kernel), "bias": torch.randn(2)})
case("conv2d same dilation", "conv2d", {"filters": 2, "kernel": 3, "dilation": 2, "padding": "same"}, x(2, 6, 5),
     lambda i, w: same_conv(i["x"], w["weight"], w["bias"], 1, 2), {"weight": torch.randn(2, 2, 3, 3), "bias": torch.randn(2)})


def up(title, attributes, in_shape, weight, filters, **kw):
    w = {"weight": torch.randn(*weight), "bias": torch.randn(filters)}
    case(title, "convTranspose2d", {"filters": filters, **attributes}, x(*in_shape),
         lambda i, p: F.conv_transpose2d(i["x"], p["weight"], p["bias"], **kw), w)


up("convTranspose2d", {"kernel": 4, "stride": 2, "padding": 1}, (3, 4, 5), (3, 2, 4, 4), 2, stride=2, padding=1)
up("convTranspose2d outputPadding", {"kernel": 3, "stride": 2, "padding": 1, "outputPadding": 1}, (2, 4, 4), (2, 3, 3, 3), 3,
   stride=2, padding=1, output_padding=1)
up("convTranspose2d groups and dilation", {"kernel": 3, "groups": 2, "dilation": 2}, (4, 3, 3), (4, 2, 3, 3), 4, groups=2, dilation=2)


def same_transpose(v, weight, bias, stride):
    """TensorFlow: the gradient, with respect to its input, of a 'same' conv2d whose input is stride times as large."""
    large = torch.zeros(v.shape[0], weight.shape[1], v.shape[2] * stride, v.shape[3] * stride, requires_grad=True)
    small = same_conv(large, weight, None, stride)
    (result,) = torch.autograd.grad(small, large, v, create_graph=True)
    return result + bias.view(1, -1, 1, 1)


for kernel, stride in [(4, 2), (5, 2), (3, 2), (3, 1), (2, 3)]:
    case(f"convTranspose2d same kernel {kernel} stride {stride}", "convTranspose2d",
         {"filters": 2, "kernel": kernel, "stride": stride, "padding": "same"}, x(3, 3, 4),
         lambda i, w, s=stride: same_transpose(i["x"], w["weight"], w["bias"], s),
         {"weight": torch.randn(3, 2, kernel, kernel), "bias": torch.randn(2)})


# Normalization.
def bn(title, shape, training, affine=True, momentum=0.1, epsilon=1e-5):
    channels = shape[0]
    w = {"runningMean": torch.randn(channels), "runningVar": torch.rand(channels) + 0.5}
    if affine:
        w.update({"weight": torch.randn(channels), "bias": torch.randn(channels)})
    data = x(*shape)
    mean, var = w["runningMean"].clone(), w["runningVar"].clone()
    F.batch_norm(data["x"], mean, var, None, None, training, momentum, epsilon)
    attributes = {"momentum": momentum, "epsilon": epsilon, "affine": affine}
    case(title, "batchNorm", attributes, data,
         lambda i, p: F.batch_norm(i["x"], w["runningMean"].clone(), w["runningVar"].clone(), p.get("weight"), p.get("bias"), training,
                                   momentum, epsilon),
         w, training, {"runningMean": mean, "runningVar": var})


bn("batchNorm in training", (3, 4, 5), True)
bn("batchNorm in evaluation", (3, 4, 5), False)
bn("batchNorm of features, momentum, not affine", (4,), True, affine=False, momentum=0.3, epsilon=1e-3)
case("layerNorm", "layerNorm", {}, x(2, 3, 4), lambda i, w: F.layer_norm(i["x"], (2, 3, 4), w["weight"], w["bias"], 1e-5),
     {"weight": torch.randn(2, 3, 4), "bias": torch.randn(2, 3, 4)})
case("layerNorm not affine", "layerNorm", {"affine": False, "epsilon": 1e-3}, x(6), lambda i, w: F.layer_norm(i["x"], (6,), eps=1e-3))
case("dropout in evaluation", "dropout", {"rate": 0.4}, x(5), lambda i, w: i["x"] * 1)

# Activations.
for op, function in [("relu", torch.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("silu", F.silu), ("softplus", F.softplus)]:
    case(op, op, {}, x(3, 4), lambda i, w, f=function: f(i["x"]))
case("leakyRelu", "leakyRelu", {"negativeSlope": 0.3}, x(7), lambda i, w: F.leaky_relu(i["x"], 0.3))
case("leakyRelu by default", "leakyRelu", {}, x(7), lambda i, w: F.leaky_relu(i["x"], 0.2))
case("gelu", "gelu", {}, x(7), lambda i, w: F.gelu(i["x"]))
case("gelu tanh", "gelu", {"approximate": "tanh"}, x(7), lambda i, w: F.gelu(i["x"], approximate="tanh"))
case("maxout of features", "maxout", {"pieces": 3}, x(6), lambda i, w: i["x"].view(BATCH, 2, 3).max(2).values)
case("maxout of channels", "maxout", {"pieces": 2}, x(4, 2, 3), lambda i, w: i["x"].view(BATCH, 2, 2, 2, 3).max(2).values)

# Shaping.
case("reshape", "reshape", {"shape": [2, 6]}, x(3, 4), lambda i, w: i["x"].reshape(BATCH, 2, 6))
case("flatten", "flatten", {}, x(2, 3, 2), lambda i, w: i["x"].flatten(1))
two = {"a": torch.randn(BATCH, 2, 3, 3), "b": torch.randn(BATCH, 1, 3, 3)}
case("concat", "concat", {}, two, lambda i, w: torch.cat([i["a"], i["b"]], 1))
case("concat on the last axis", "concat", {"axis": 1}, {"a": torch.randn(BATCH, 2, 3), "b": torch.randn(BATCH, 2, 1)},
     lambda i, w: torch.cat([i["a"], i["b"]], 2))
case("add", "add", {}, two, lambda i, w: i["a"] + i["b"])
case("add of different ranks", "add", {}, {"a": torch.randn(BATCH, 2, 3), "b": torch.randn(BATCH, 3)},
     lambda i, w: i["a"] + i["b"].unsqueeze(1))
case("multiply", "multiply", {}, {**two, "c": torch.randn(BATCH, 2, 1, 1)}, lambda i, w: i["a"] * i["b"] * i["c"])
case("oneHot", "oneHot", {}, label(), lambda i, w: F.one_hot(i["label"], 5).double())

# Resampling.
case("upsample nearest", "upsample", {}, x(2, 3, 4), lambda i, w: F.interpolate(i["x"], scale_factor=2, mode="nearest"))
case("upsample bilinear", "upsample", {"factor": 3, "mode": "bilinear"}, x(2, 3, 4),
     lambda i, w: F.interpolate(i["x"], scale_factor=3, mode="bilinear", align_corners=False))
case("downsample area", "downsample", {}, x(2, 4, 6), lambda i, w: i["x"].view(BATCH, 2, 2, 2, 3, 2).mean((3, 5)))
case("downsample nearest", "downsample", {"factor": 3, "mode": "nearest"}, x(2, 3, 6), lambda i, w: i["x"][:, :, ::3, ::3] * 1)
case("downsample bilinear", "downsample", {"mode": "bilinear"}, x(2, 4, 6),
     lambda i, w: F.interpolate(i["x"], size=(2, 3), mode="bilinear", align_corners=False))
case("avgPool", "avgPool", {"kernel": 3, "stride": 2, "padding": 1}, x(2, 5, 6), lambda i, w: F.avg_pool2d(i["x"], 3, 2, 1))
case("maxPool", "maxPool", {"kernel": [2, 3], "padding": [1, 0]}, x(2, 5, 6), lambda i, w: F.max_pool2d(i["x"], (2, 3), None, (1, 0)))
case("globalAvgPool", "globalAvgPool", {}, x(3, 4, 2), lambda i, w: i["x"].mean((2, 3)))
case("globalSumPool", "globalSumPool", {}, x(3, 4, 2), lambda i, w: i["x"].sum((2, 3)))

# Shapes for which ganode takes a matrix product: a kernel over all of the input, one filter, a single position.
conv("conv2d kernel over the input", {"filters": 3, "kernel": [5, 4]}, (2, 5, 4), (3, 2, 5, 4))
conv("conv2d kernel over the input, stride", {"filters": 1, "kernel": 4, "stride": 2, "bias": False}, (3, 4, 4), (1, 3, 4, 4), stride=2)
conv("conv2d one filter, same size", {"filters": 1, "kernel": [5, 3], "padding": [2, 1]}, (3, 6, 5), (1, 3, 5, 3), padding=(2, 1))
conv("conv2d one filter, larger", {"filters": 1, "kernel": 3, "padding": 2}, (3, 6, 5), (1, 3, 3, 3), padding=2)
up("convTranspose2d of one position", {"kernel": [3, 4]}, (3, 1, 1), (3, 2, 3, 4), 2)
up("convTranspose2d one filter", {"kernel": [4, 3], "stride": [2, 1], "padding": [1, 0]}, (3, 4, 5), (3, 1, 4, 3), 1, stride=(2, 1),
   padding=(1, 0))

write("operators.json")
