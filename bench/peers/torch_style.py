"""StyleGAN2's operators as the official PyTorch code has them (NVlabs/stylegan2-ada-pytorch), without its own CUDA kernels. Numbers
that it multiplies activations by stand among the weights, as in ganode's graphs."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Upfirdn(nn.Module):
    """Zeros put in, zeros around, every channel convolved with the filter, every `down`-th value."""

    def __init__(self, filter, up=1, down=1, padding=0, gain=1):
        super().__init__()
        row = torch.tensor(filter, dtype=torch.get_default_dtype())
        kernel = gain * torch.outer(row, row) / row.sum() ** 2
        before, behind = padding if isinstance(padding, (list, tuple)) else (padding, padding)
        taps, self.up, self.down = len(filter), up, down
        # A transposed convolution turns the filter round by itself, and multiplies no zeros; its padding cuts.
        self.padding = before if up == 1 else taps - 1 - before
        behind = behind if up == 1 else taps - up - behind
        if self.padding != behind or behind < 0 or (up > 1 and down > 1):
            raise ValueError("upfirdn: only padding that comes to the same on both sides")
        self.register_buffer("kernel", (kernel.flip((0, 1)) if up == 1 else kernel)[None, None], persistent=False)

    def forward(self, x):
        channels = x.shape[1]
        kernel = self.kernel.to(x.dtype).repeat(channels, 1, 1, 1)
        if self.up == 1:
            return F.conv2d(x, kernel, stride=self.down, padding=self.padding, groups=channels)
        return F.conv_transpose2d(x, kernel, stride=self.up, padding=self.padding, groups=channels)


class EqualizedConv2d(nn.Module):
    def __init__(self, channels, node):
        super().__init__()
        kernel = node["kernel"]
        self.weight = nn.Parameter(torch.randn(node["filters"], channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(node["filters"])) if node.get("bias", True) else None
        self.scale = node.get("equalizedGain", math.sqrt(2)) / math.sqrt(channels * kernel * kernel)
        self.stride, self.padding = node.get("stride", 1), node.get("padding", 0)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)


class EqualizedLinear(nn.Module):
    def __init__(self, features, node):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(node["units"], features))
        self.bias = nn.Parameter(torch.full((node["units"],), 1.0 if node.get("biasInitializer") == "ones" else 0.0))
        self.scale = node.get("equalizedGain", math.sqrt(2)) / math.sqrt(features)

    def forward(self, x):
        return F.linear(x, self.weight * self.scale, self.bias)


def unit(x):
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class StyleMapping(nn.Module):
    """z to the styles of all layers; in training, those of a second z from a place on that is drawn."""

    def __init__(self, features, node):
        super().__init__()
        self.styles, self.mixing, layers = node["styles"], node.get("mixing", 0.9), node.get("layers", 8)
        self.multiplier, self.decay = node.get("learningRateMultiplier", 0.01), node.get("averageDecay", 0.995)
        for i in range(layers):
            setattr(self, f"weight{i}", nn.Parameter(torch.randn(node["units"], features) / self.multiplier))
            setattr(self, f"bias{i}", nn.Parameter(torch.zeros(node["units"])))
            features = node["units"]
        self.layers = layers
        self.register_buffer("average", torch.zeros(node["units"]))

    def map(self, z):
        with torch.autocast(z.device.type, enabled=False):
            h = unit(z)
            for i in range(self.layers):
                weight, bias = getattr(self, f"weight{i}"), getattr(self, f"bias{i}")
                h = F.linear(h, weight * (self.multiplier / math.sqrt(weight.shape[1])), bias * self.multiplier)
                h = F.leaky_relu(h, 0.2) * math.sqrt(2)
            return h

    def forward(self, z):
        w = self.map(z)
        styles = w[:, None].repeat(1, self.styles, 1)
        if not self.training:
            return styles
        self.average.copy_(w.detach().mean(0).lerp(self.average, self.decay))
        if self.mixing == 0 or self.styles == 1:
            return styles
        # The cut stays on the device, which would have to be waited for otherwise.
        cut = torch.randint(1, self.styles, [1], device=z.device)
        cut = torch.where(torch.rand(1, device=z.device) < self.mixing, cut, self.styles)
        later = torch.arange(self.styles, device=z.device) >= cut
        return torch.where(later[None, :, None], self.map(torch.randn_like(z))[:, None], styles)


class ModulatedConv2d(nn.Module):
    """The styles multiply the input, and what brings each filter to length 1 the output, as the official code does in training."""

    def __init__(self, channels, node):
        super().__init__()
        kernel = node["kernel"]
        self.weight = nn.Parameter(torch.randn(node["filters"], channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(node["filters"])) if node.get("bias", True) else None
        self.demodulate, self.gain, self.fan_in = node.get("demodulate", True), node.get("gain", 1), channels * kernel**2
        self.padding = kernel // 2
        self.blur = Upfirdn([1, 3, 3, 1], padding=(5 - kernel) // 2, gain=4) if node.get("up", 1) == 2 else None

    def forward(self, x, style):
        style = style.float() if style.dtype == torch.bfloat16 else style
        if self.demodulate:
            scale = self.gain * (style.square() @ self.weight.square().sum((2, 3)).T + 1e-8).rsqrt()
        else:
            style = style * (self.gain / math.sqrt(self.fan_in))
        x = x * style[:, :, None, None]
        if self.blur:
            y = self.blur(F.conv_transpose2d(x, self.weight.transpose(0, 1), stride=2))
        else:
            y = F.conv2d(x, self.weight, padding=self.padding)
        if self.demodulate:
            y = y * scale[:, :, None, None]
        return y if self.bias is None else y + self.bias[:, None, None]


class Noise(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))
        self.register_buffer("noise", torch.randn(shape[1:]))

    def forward(self, x):
        if not self.training:
            return x + self.noise * self.strength
        return x + torch.randn(len(x), 1, *x.shape[2:], device=x.device, dtype=self.noise.dtype) * self.strength


class Constant(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape))

    def forward(self, x):
        return self.weight[None].repeat(len(x), 1, 1, 1)


class MinibatchStdDev(nn.Module):
    def __init__(self, node):
        super().__init__()
        self.most, self.features = node.get("groupSize", 4), node.get("features", 1)

    def forward(self, x):
        n, _, height, width = x.shape
        size = max(size for size in range(1, min(n, self.most) + 1) if n % size == 0)
        groups = (x.float() if x.dtype == torch.bfloat16 else x).reshape(size, n // size, self.features, -1)
        deviation = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean(2).repeat(size, 1)
        return torch.cat([x, deviation[:, :, None, None].expand(-1, -1, height, width).to(x.dtype)], 1)


class Slice(nn.Module):
    def __init__(self, node):
        super().__init__()
        self.start, self.end = node["start"], node["start"] + node["length"]

    def forward(self, x):
        return x[:, self.start:self.end]


class Add(nn.Module):
    def forward(self, *inputs):
        return sum(inputs[1:], inputs[0])


def layer(node, shape, shape_out):
    """The module of a node, or None for an operator that is not here. `shape`: of the first input, without the batch."""
    op = node["op"]
    if op == "conv2d" and node.get("equalized"):
        return EqualizedConv2d(shape[0], node)
    if op == "dense" and node.get("equalized"):
        return EqualizedLinear(shape[0], node)
    if op == "upfirdn":
        return Upfirdn(node["filter"], **{key: node[key] for key in ("up", "down", "padding", "gain") if key in node})
    made = {
        "styleMapping": lambda: StyleMapping(shape[0], node),
        "modulatedConv2d": lambda: ModulatedConv2d(shape[0], node),
        "noise": lambda: Noise(shape),
        "constant": lambda: Constant(shape_out),
        "minibatchStdDev": lambda: MinibatchStdDev(node),
        "slice": lambda: Slice(node),
        "add": Add,
    }.get(op)
    return made and made()
