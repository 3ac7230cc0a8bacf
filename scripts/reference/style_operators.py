"""Values of StyleGAN2's operators from PyTorch in double precision, for test/reference/operators.test.ts.

    python scripts/reference/style_operators.py      (PyTorch 2.13)

Writes test/reference/fixtures/style_operators.json, as operators.py does. Everything is written out from the definitions of the
official code (NVlabs/stylegan2-ada-pytorch), the modulated convolution with weights for each item.
"""
import torch
import torch.nn.functional as F

from cases import BATCH, case, write, x


def upfirdn(v, taps, up=1, down=1, padding=(0, 0), gain=1):
    """Zeros put in, zeros around, every channel convolved with the filter, every down-th value."""
    n, c, h, w = v.shape
    v = F.pad(v.reshape(n, c, h, 1, w, 1), (0, up - 1, 0, 0, 0, up - 1)).reshape(n, c, h * up, w * up)
    v = F.pad(v, (padding[0], padding[1], padding[0], padding[1]))
    row = torch.tensor(taps, dtype=torch.float64)
    kernel = gain * torch.outer(row, row) / row.sum() ** 2
    v = F.conv2d(v, kernel.flip((0, 1))[None, None].repeat(c, 1, 1, 1), groups=c)
    return v[:, :, ::down, ::down]


def resampled(title, attributes, shape):
    options = {k: v for k, v in attributes.items() if k != "filter"}
    if isinstance(options.get("padding"), int):
        options["padding"] = (options["padding"],) * 2
    case(f"upfirdn, {title}", "upfirdn", attributes, x(*shape), lambda i, w: upfirdn(i["x"], attributes["filter"], **options))


resampled("blur", {"filter": [1, 3, 3, 1], "padding": 2}, (2, 4, 5))
resampled("a filter that is not symmetric", {"filter": [1, 2, 5], "padding": [0, 2], "gain": 3}, (2, 5, 4))
resampled("up", {"filter": [1, 3, 3, 1], "up": 2, "padding": [2, 1], "gain": 4}, (2, 3, 4))
resampled("up, not symmetric", {"filter": [1, 2, 5], "up": 3, "padding": [4, 3]}, (1, 3, 2))
resampled("down", {"filter": [1, 3, 3, 1], "down": 2, "padding": 1}, (2, 6, 4))
resampled("up and down", {"filter": [2, 1], "up": 3, "down": 2, "padding": [3, 0]}, (2, 3, 3))
resampled("up, cut", {"filter": [1, 3, 3, 1], "up": 2}, (1, 3, 3))


def modulated(title, attributes, channels, size):
    filters, kernel = attributes["filters"], attributes["kernel"]
    up, gain = attributes.get("up", 1), attributes.get("gain", 1)
    weights = {"weight": torch.randn(filters, channels, kernel, kernel)}
    if attributes.get("bias", True):
        weights["bias"] = torch.randn(filters)

    def function(i, p):
        style = i["s"]
        w = p["weight"][None] * style[:, None, :, None, None]
        if attributes.get("demodulate", True):
            w = w * (w.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
        else:
            w = w / (channels * kernel * kernel) ** 0.5
        rows = []
        for item, own in zip(i["x"], w):
            if up == 2:
                # A convolution, not a correlation, of the picture with zeros put in, then the filter.
                wide = F.pad(item[None, :, :, None, :, None], (0, 1, 0, 0, 0, 1)).reshape(1, channels, 2 * size, 2 * size)
                wide = F.pad(wide, (kernel - 1, kernel - 2) * 2)
                full = F.conv2d(wide, own.flip((2, 3)))
                edge = (5 - kernel) // 2
                rows.append(upfirdn(full, [1, 3, 3, 1], padding=(edge, edge), gain=4))
            else:
                rows.append(F.conv2d(item[None], own, padding=kernel // 2))
        y = torch.cat(rows) * gain
        return y + p["bias"][:, None, None] if "bias" in p else y

    case(f"modulatedConv2d {title}", "modulatedConv2d", attributes,
         {**x(channels, size, size), "s": torch.randn(BATCH, channels)}, function, weights)


modulated("3×3", {"filters": 4, "kernel": 3}, 2, 4)
modulated("with a gain, without bias", {"filters": 2, "kernel": 3, "gain": 1.5, "bias": False}, 3, 3)
modulated("up", {"filters": 3, "kernel": 3, "up": 2, "gain": 2**0.5}, 2, 3)
modulated("up 5×5", {"filters": 2, "kernel": 5, "up": 2}, 2, 3)
modulated("not demodulated", {"filters": 3, "kernel": 1, "demodulate": False, "gain": 2}, 4, 3)


def unit(v):
    return v * (v.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def mapping(title, attributes, training, inputs):
    layers, multiplier = attributes["layers"], attributes.get("learningRateMultiplier", 0.01)
    weights, features = {}, sum(v.shape[1] for v in inputs.values())
    for layer in range(layers):
        weights[f"weight{layer}"] = torch.randn(attributes["units"], features) / multiplier
        weights[f"bias{layer}"] = torch.randn(attributes["units"])
        features = attributes["units"]
    average = torch.randn(attributes["units"])

    def map_(i, p):
        h = torch.cat([unit(v) for v in i.values()], 1)
        for layer in range(layers):
            w, b = p[f"weight{layer}"], p[f"bias{layer}"]
            h = F.leaky_relu(h @ (w * multiplier / w.shape[1] ** 0.5).T + b * multiplier, 0.2) * 2**0.5
        return h

    def function(i, p):
        return map_(i, p)[:, None].repeat(1, attributes["styles"], 1)

    decay = attributes.get("averageDecay", 0.995)
    after = decay * average + (1 - decay) * map_(inputs, weights).mean(0) if training else average
    case(f"styleMapping {title}", "styleMapping", attributes, inputs, function, {**weights, "average": average}, training,
         {"average": after})


mapping("in evaluation", {"units": 3, "layers": 2, "styles": 4}, False, x(5))
mapping("with a condition, in training without mixing", {"units": 3, "layers": 3, "styles": 2, "mixing": 0, "averageDecay": 0.9},
        True, {**x(4), "c": torch.randn(BATCH, 2)})
mapping("of one layer", {"units": 2, "layers": 1, "styles": 1, "learningRateMultiplier": 0.5}, True, x(3))

case("noise in evaluation", "noise", {}, x(2, 3, 4), lambda i, w: i["x"] + w["strength"] * w["noise"],
     {"strength": torch.randn(1), "noise": torch.randn(3, 4)})
case("constant", "constant", {"shape": [2, 3, 3]}, x(4), lambda i, w: w["weight"][None].repeat(BATCH, 1, 1, 1),
     {"weight": torch.randn(2, 3, 3)})

write("style_operators.json")
