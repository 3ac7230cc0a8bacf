"""Augmentations with given parameters, from PyTorch in double precision, for test/native/augment_test.cc.

    python scripts/reference/augment.py      (PyTorch 2.13, NumPy)

Writes test/reference/fixtures/augment.json: images, parameters, cotangents, results and gradients. Written from the papers'
formulas with padding, strided convolution and grid_sample, where the C++ core multiplies with matrices. Nothing of ganode
is used.
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "augment.json"

# PyWavelets' low-pass reconstruction filters.
SYM2 = [-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025]
SYM6 = [0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
        0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
        0.0017677118642428036, -0.007800708325034148]


def stored(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.13g}") for v in t.detach().reshape(-1).tolist()]}


def case(title, transform, parameters, images, function):
    x = images.clone().requires_grad_(True)
    y = function(x)
    cotangent = torch.randn(y.shape).mul(100).round().div(100)
    (gradient,) = torch.autograd.grad(y, x, cotangent)
    return {"title": title, "transform": transform, "parameters": parameters, "images": stored(images),
            "cotangent": stored(cotangent), "result": stored(y), "gradient": stored(gradient)}


def images(*shape):
    return (torch.rand(*shape) * 2 - 1).mul(100).round().div(100)


# --- geometry ---

def axis_filter(x, taps, dim):
    """True convolution along an axis, 'valid'."""
    n, c, h, w = x.shape
    kernel = torch.tensor(taps[::-1])
    kernel = kernel.view(1, 1, -1, 1) if dim == 2 else kernel.view(1, 1, 1, -1)
    y = F.conv2d(x.reshape(n * c, 1, h, w), kernel)
    return y.reshape(n, c, *y.shape[2:])


def double(x):
    n, c, h, w = x.shape
    y = x.new_zeros(n, c, 2 * h, 2 * w)
    y[:, :, ::2, ::2] = x
    taps = [2 * t / sum(SYM6) for t in SYM6]
    y = F.pad(y, [6, 5, 6, 5])
    return axis_filter(axis_filter(y, taps, 2), taps, 3)


def halve(x):
    taps = [t / sum(SYM6) for t in reversed(SYM6)]  # correlation: the transpose of doubling
    y = x[:, :, 1:-1, 1:-1]
    return axis_filter(axis_filter(y, taps, 2), taps, 3)[:, :, ::2, ::2]


def affine(x, inverses):
    n, c, h, w = x.shape
    cx, cy = (w - 1) / 2, (h - 1) / 2
    corners = torch.tensor([[-cx, cx, cx, -cx], [-cy, -cy, cy, cy], [1, 1, 1, 1]])
    seen = inverses @ corners
    need = [-seen[:, 0].min(), seen[:, 0].max(), -seen[:, 1].min(), seen[:, 1].max()]
    limit, middle = [w - 1, w - 1, h - 1, h - 1], [cx, cx, cy, cy]
    left, right, top, bottom = [
        math.ceil(min(max(float(a) + 6 - m, 0), l) - 1e-9) for a, m, l in zip(need, middle, limit)]
    up = double(F.pad(x, [left, right, top, bottom], mode="reflect"))
    # Where each pixel of the doubled result lies in the doubled, padded image: by pixel indices.
    oh, ow = 2 * (h + 6), 2 * (w + 6)
    j, i = torch.meshgrid(torch.arange(oh) - (oh - 1) / 2, torch.arange(ow) - (ow - 1) / 2, indexing="ij")
    points = torch.stack([(i + 0.5) / 2, (j + 0.5) / 2, torch.ones_like(i)]).reshape(3, -1)
    source = (inverses @ points).reshape(n, 3, oh, ow)
    px = 2 * source[:, 0] - 0.5 + (left - right) + (up.shape[3] - 1) / 2
    py = 2 * source[:, 1] - 0.5 + (top - bottom) + (up.shape[2] - 1) / 2
    grid = torch.stack([(2 * px + 1) / up.shape[3] - 1, (2 * py + 1) / up.shape[2] - 1], dim=-1)
    return halve(F.grid_sample(up, grid, mode="bilinear", padding_mode="zeros", align_corners=False))


def turn(a):
    return np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])


def move(x, y):
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def stretch(x, y):
    return np.diag([x, y, 1.0])


def geometry(title, shape, inverses):
    matrices = torch.tensor(np.stack(inverses))
    return case(title, "affine", matrices.tolist(), images(*shape), lambda x: affine(x, matrices))


# --- colour ---

GREY = np.array([1, 1, 1]) / math.sqrt(3)


def color_matrix(brightness=0.0, contrast=1.0, flip=False, hue=0.0, saturation=1.0):
    """Offset and factor; Householder reflection, Rodrigues' rotation and scaling about the grey axis."""
    outer = np.outer(GREY, GREY)
    cross = np.array([[0, -GREY[2], GREY[1]], [GREY[2], 0, -GREY[0]], [-GREY[1], GREY[0], 0]])
    linear = contrast * np.eye(3)
    offset = contrast * brightness * np.ones(3)
    steps = [np.eye(3) - 2 * outer] if flip else []
    steps += [np.eye(3) + math.sin(hue) * cross + (1 - math.cos(hue)) * cross @ cross,
              outer + (np.eye(3) - outer) * saturation]
    for step in steps:
        linear, offset = step @ linear, step @ offset
    return linear, offset


def color(title, shape, parameters):
    maps = [color_matrix(**p) for p in parameters]
    linear = torch.tensor(np.stack([m for m, _ in maps]))
    offset = torch.tensor(np.stack([o for _, o in maps]))

    def run(x):
        wide = x.expand(-1, 3, -1, -1)
        y = torch.einsum("nij,njhw->nihw", linear, wide) + offset[:, :, None, None]
        return y if x.shape[1] == 3 else y.mean(1, keepdim=True)

    return case(title, "color", parameters, images(*shape), run)


# --- frequency bands ---

def bands():
    low = np.array(SYM2)
    high = low * np.array([1, -1, 1, -1])
    low2, high2 = np.convolve(low, low[::-1]) / 2, np.convolve(high, high[::-1]) / 2

    def spread(f, by):
        y = np.zeros((len(f) - 1) * by + 1)
        y[::by] = f
        return y

    # Split the low half again and again: band 3 is the upper half of all frequencies, band 0 the lowest eighth.
    result = [np.convolve(np.convolve(spread(low2, 4), spread(low2, 2)), low2),
              np.convolve(np.convolve(spread(high2, 4), spread(low2, 2)), low2),
              np.convolve(spread(high2, 2), low2), high2]
    return torch.tensor(np.stack([np.pad(f, (43 - len(f)) // 2) for f in result]))


def amplify(title, shape, gains):
    taps = torch.tensor(gains) @ bands()

    def run(x):
        n, c, h, w = x.shape
        kernel = taps.repeat_interleave(c, dim=0)
        y = F.pad(x, [21] * 4, mode="reflect").reshape(1, n * c, h + 42, w + 42)
        y = F.conv2d(y, kernel.view(n * c, 1, 1, -1), groups=n * c)
        y = F.conv2d(y, kernel.view(n * c, 1, -1, 1), groups=n * c)
        return y.reshape(n, c, h, w)

    return case(title, "bands", gains, images(*shape), run)


# --- holes, DiffAugment ---

def hole(title, shape, centres, size):
    """Centres (x, y) and size relative to the image, as in ADA."""
    _, _, h, w = shape
    centre = torch.tensor(centres)
    x_in = ((torch.arange(w) + 0.5) / w - centre[:, :1]).abs() < size / 2
    y_in = ((torch.arange(h) + 0.5) / h - centre[:, 1:]).abs() < size / 2
    mask = ~(y_in[:, None, :, None] & x_in[:, None, None, :])
    return case(title, "cutout", {"centres": centres, "size": size}, images(*shape), lambda x: x * mask)


def diff_color(title, shape, brightness, saturation, contrast):
    b, s, c = (torch.tensor(v).view(-1, 1, 1, 1) for v in (brightness, saturation, contrast))

    def run(x):
        x = x + b
        m = x.mean(dim=1, keepdim=True)
        x = (x - m) * s + m
        m = x.mean(dim=[1, 2, 3], keepdim=True)
        return (x - m) * c + m

    parameters = {"brightness": brightness, "saturation": saturation, "contrast": contrast}
    return case(title, "diffColor", parameters, images(*shape), run)


def diff_translation(title, shape, down, right):
    def run(x):
        return torch.stack([
            torch.roll(F.pad(image, [9, 9, 9, 9]), (d, r), (1, 2))[:, 9:-9, 9:-9]
            for image, d, r in zip(x, down, right)])

    return case(title, "translate", {"down": down, "right": right}, images(*shape), run)


cases = [
    geometry("affine: exact maps of a square", (6, 1, 12, 12), [
        np.eye(3), stretch(-1, 1), turn(math.pi / 2), turn(math.pi), move(3, -2), stretch(-1, 1) @ turn(-math.pi / 2) @ move(-1, 1)]),
    geometry("affine: everything, with images of unequal sides", (3, 2, 9, 14), [
        turn(0.7) @ stretch(1.3, 0.8) @ turn(-0.2) @ move(1.3, -2.6), stretch(0.6, 0.6) @ move(0.25, 0.5), turn(-2.5) @ stretch(1.8, 1.8)]),
    geometry("affine: little, with a small margin", (2, 1, 20, 16), [turn(0.05) @ move(0.4, 0.1), stretch(0.97, 1.02)]),
    geometry("affine: far outside, where images are zero", (1, 1, 8, 8), [move(13, -9) @ stretch(2, 2)]),
    color("color: of three channels", (4, 3, 3, 2), [
        {}, {"brightness": 0.3, "contrast": 1.7}, {"flip": True, "hue": 1.1}, {"brightness": -0.2, "contrast": 0.6, "flip": True, "hue": -2.3, "saturation": 2.4}]),
    color("color: of one channel", (3, 1, 3, 2), [{}, {"brightness": 0.3, "contrast": 1.7, "flip": True}, {"flip": True}]),
    amplify("bands", (3, 1, 22, 24), [[1.0, 1.0, 1.0, 1.0], [0.5, 2.0, 0.7, 1.4], [3.0, 0.1, 1.2, 0.6]]),
    hole("cutout", (3, 2, 6, 9), [[0.5, 0.5], [0.03, 0.9], [0.71, 0.13]], 0.5),
    diff_color("DiffAugment: color", (3, 3, 4, 5), [0.4, -0.3, 0.0], [0.1, 1.9, 1.0], [0.6, 1.4, 1.0]),
    diff_color("DiffAugment: color of one channel", (2, 1, 4, 5), [0.4, -0.3], [0.1, 1.9], [0.6, 1.4]),
    diff_translation("DiffAugment: translation", (4, 2, 6, 8), [0, 1, -2, 7], [0, -1, 2, 0]),
]
OUT.write_text(json.dumps({"cases": cases}, separators=(",", ":")))
print(OUT, OUT.stat().st_size)
