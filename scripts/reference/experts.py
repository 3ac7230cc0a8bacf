"""Mixtures of experts in PyTorch, in double precision: operators for test/reference/operators.test.ts, and the networks of MGAN
and MEGAN for test/reference/experts.test.ts.

    python scripts/reference/experts.py      (PyTorch 2.13)

Writes test/reference/fixtures/experts.json and expert_networks.json. Gates are held against
torch.nn.functional.gumbel_softmax, which is made to draw the noise that ganode takes as an input. Each expert of a network is a
module of its own here; MGAN's official code is TensorFlow's (qhoangdl/MGAN), and is written anew.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

import networks
from cases import BATCH, case, write, x


def gumbel_of(noise):
    """Standard normal numbers to Gumbel's, by both distribution functions."""
    return -torch.log(-torch.special.log_ndtr(noise))


class Drawn:
    """torch.nn.functional.gumbel_softmax draws Gumbel noise as -log of exponential noise; here that noise is given."""

    def __init__(self, noise):
        self.exponential = torch.exp(-gumbel_of(noise))

    def __enter__(self):
        self.own = torch.Tensor.exponential_
        torch.Tensor.exponential_ = lambda tensor, *_, **__: tensor.copy_(self.exponential)

    def __exit__(self, *_):
        torch.Tensor.exponential_ = self.own


def gumbel_softmax(i, tau, hard):
    with Drawn(i["noise"].detach()):
        # The gradient by the noise, which PyTorch's function does not have: that by the scores, times the derivative of the
        # noise. Adding what is zero brings it in.
        noise = gumbel_of(i["noise"])
        return F.gumbel_softmax(i["x"] + noise - noise.detach(), tau=tau, hard=hard)


noisy = {**x(4), "noise": torch.randn(BATCH, 4)}
for training in (True, False):
    mode = "in training" if training else "in evaluation"
    case(f"gate {mode}", "gate", {}, noisy, lambda i, w: gumbel_softmax(i, 1, True), training=training)
    case(f"gate, soft, {mode}", "gate", {"kind": "soft", "temperature": 0.6}, noisy,
         lambda i, w: gumbel_softmax(i, 0.6, False), training=training)
case("gate with a temperature", "gate", {"temperature": 0.3}, noisy, lambda i, w: gumbel_softmax(i, 0.3, True), training=True)
case("gate with a schedule, at its end", "gate",
     {"temperature": {"schedule": "linear", "from": 2, "to": 0.4, "images": 10}}, noisy,
     lambda i, w: gumbel_softmax(i, 0.4, True), training=True)
case("gate without noise, soft", "gate", {"kind": "soft", "temperature": 2}, x(5), lambda i, w: torch.softmax(i["x"] / 2, 1))


def straight(i, w):
    soft = torch.softmax(i["x"], 1)
    return F.one_hot(soft.argmax(1), 5).double() - soft.detach() + soft


case("gate without noise", "gate", {}, x(5), straight, training=True)
gates = {"gate": torch.randn(BATCH, 3)}
case("mixture of features", "mixture", {}, {**x(6), **gates},
     lambda i, w: sum(i["x"][:, 2 * k:2 * k + 2] * i["gate"][:, k:k + 1] for k in range(3)))
case("mixture of channels", "mixture", {}, {**x(6, 2, 3), **gates},
     lambda i, w: sum(i["x"][:, 2 * k:2 * k + 2] * i["gate"][:, k, None, None, None] for k in range(3)))


def grouped(i, w, groups):
    parts = [F.linear(part, weight) for part, weight in zip(i["x"].chunk(groups, -1), w["weight"].chunk(groups))]
    return torch.cat(parts, -1) + w.get("bias", 0)


case("dense with groups", "dense", {"units": 4, "groups": 2}, x(6), lambda i, w: grouped(i, w, 2),
     {"weight": torch.randn(4, 3), "bias": torch.randn(4)})
case("dense with groups, of a sequence, without bias", "dense", {"units": 6, "groups": 3, "bias": False}, x(4, 3),
     lambda i, w: grouped(i, w, 3), {"weight": torch.randn(6, 1)})
write("experts.json")


def same(size, kernel=5, stride=2):
    """TensorFlow's padding of a convolution."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Conv(nn.Conv2d):
    def forward(self, x):
        rows, columns = same(x.shape[2]), same(x.shape[3])
        return super().forward(F.pad(x, (*columns, *rows)))


class ConvTranspose(nn.ConvTranspose2d):
    """The gradient of such a convolution by its input, which is twice as large."""

    def forward(self, x):
        first, last = same(2 * x.shape[2])
        whole = super().forward(x)
        return whole[:, :, first:first + 2 * x.shape[2], first:first + 2 * x.shape[3]]


def norm2d(x, layer):
    return F.batch_norm(x, None, None, layer.weight, layer.bias, training=True, eps=1e-5)


class Norm(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return norm2d(x, self)


class Mgan(nn.Module):
    def __init__(self, latent, experts, width, channels, base, doublings):
        super().__init__()
        self.latent, self.base = latent, base
        deep = width * 2 ** (doublings - 1)
        self.first = nn.ModuleList([nn.Linear(latent, deep * base * base) for _ in range(experts)])
        self.norms = nn.ModuleList([Norm(deep * base * base) for _ in range(experts)])
        self.ups = nn.ModuleList()
        for level in range(doublings - 2, -1, -1):
            self.ups += [ConvTranspose(deep, width * 2 ** level, 5, 2), Norm(width * 2 ** level)]
            deep = width * 2 ** level
        self.last = ConvTranspose(deep, channels, 5, 2)

    def joined(self):
        """Parameters as ganode has them: those of the experts in one tensor."""
        one = lambda modules, name: torch.cat([getattr(module, name) for module in modules])
        return [one(self.first, "weight"), one(self.first, "bias"), one(self.norms, "weight"), one(self.norms, "bias")]

    def forward(self, latent):
        z, choice = latent[:, :self.latent], latent[:, self.latent:].argmax(1)
        made = [F.relu(norm(first(z))) for first, norm in zip(self.first, self.norms)]
        h = torch.stack([made[k][i] for i, k in enumerate(choice)]).view(len(z), -1, self.base, self.base)
        for up, norm in zip(self.ups[::2], self.ups[1::2]):
            h = F.relu(norm(up(h)))
        return torch.tanh(self.last(h))


class MganDiscriminator(nn.Module):
    def __init__(self, experts, width, channels, size, doublings):
        super().__init__()
        self.downs = nn.ModuleList()
        for level in range(doublings):
            self.downs += [Conv(channels, width * 2 ** level, 5, 2), Norm(width * 2 ** level)]
            channels = width * 2 ** level
        features = channels * (size // 2 ** doublings) ** 2
        self.real, self.expert = nn.Linear(features, 1), nn.Linear(features, experts)

    def forward(self, x):
        for down, norm in zip(self.downs[::2], self.downs[1::2]):
            x = F.leaky_relu(norm(down(x)), 0.2)
        return self.real(x.flatten(1)), self.expert(x.flatten(1))


class Expert(nn.Module):
    """DCGAN's generator."""

    def __init__(self, latent, width, channels, base, doublings):
        super().__init__()
        deep = width * 2 ** (doublings - 1)
        self.first, self.norm = nn.ConvTranspose2d(latent, deep, base, bias=False), Norm(deep)
        self.ups = nn.ModuleList()
        for level in range(doublings - 2, -1, -1):
            self.ups += [nn.ConvTranspose2d(deep, width * 2 ** level, 4, 2, 1, bias=False), Norm(width * 2 ** level)]
            deep = width * 2 ** level
        self.last = nn.ConvTranspose2d(deep, channels, 4, 2, 1, bias=False)

    def features(self, z):
        return F.relu(self.norm(self.first(z[:, :, None, None])))

    def image(self, h):
        for up, norm in zip(self.ups[::2], self.ups[1::2]):
            h = F.relu(norm(up(h)))
        return torch.tanh(self.last(h))


class Megan(nn.Module):
    def __init__(self, latent, experts, width, channels, base, doublings, units):
        super().__init__()
        self.latent = latent
        self.experts = nn.ModuleList([Expert(latent, width, channels, base, doublings) for _ in range(experts)])
        deep = width * 2 ** (doublings - 1)
        self.gate = nn.Sequential(nn.Linear(latent + experts * deep, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU(),
                                  nn.Linear(units, experts))

    def order(self):
        """Modules whose parameters ganode has in one tensor, node by node; the first layer's are joined by filters."""
        of = lambda pick: [pick(expert) for expert in self.experts]
        yield "columns", of(lambda e: e.first)
        yield "norm", of(lambda e: e.norm)
        for layer in self.gate[::2]:
            yield "plain", [layer]
        for index in range(0, len(self.experts[0].ups), 2):
            yield "groups", of(lambda e: e.ups[index])
            yield "norm", of(lambda e: e.ups[index + 1])
        yield "groups", of(lambda e: e.last)

    def forward(self, latent):
        z, noise = latent[:, :self.latent], latent[:, self.latent:]
        features = [expert.features(z) for expert in self.experts]
        scores = self.gate(torch.cat([z, *(f.mean((2, 3)) for f in features)], 1))
        choice = (scores + gumbel_of(noise)).argmax(1)
        images = [expert.image(f) for expert, f in zip(self.experts, features)]
        return torch.stack([images[k][i] for i, k in enumerate(choice)]), choice


def fill_joined(tensors, start):
    """Fills one tensor of ganode's, given as the parts that it joins along an axis."""
    for k, (parts, axis) in enumerate(tensors, start):
        shape = list(parts[0].shape)
        shape[axis] = sum(part.shape[axis] for part in parts)
        values = networks.values(tuple(shape), k, False)
        for part, piece in zip(parts, values.split([part.shape[axis] for part in parts], axis)):
            part.data = piece.contiguous()


def mgan(title, size, base, doublings):
    latent, experts, width = 5, 3, 2
    g = Mgan(latent, experts, width, 3, base, doublings)
    d = MganDiscriminator(experts, width, 3, size, doublings)
    own = [([getattr(m, name) for m in modules], 0) for modules in (g.first, g.norms) for name in ("weight", "bias")]
    rest = [([p], 0) for module in [*g.ups, g.last] for p in module.parameters()]
    fill_joined(own + rest, 0)
    networks.fill(list(d.parameters()))
    z = networks.latent(latent + experts)
    image = g(z)
    real, expert = d(image)
    return {**networks.case(title, g, d, z, None, image, real), "expertLogits": expert.flatten().tolist(),
            "choice": z[:, latent:].argmax(1).tolist()}


def megan(title, size, base, doublings):
    latent, experts = 5, 3
    g = Megan(latent, experts, 2, 3, base, doublings, 4)
    tensors = []
    for kind, modules in g.order():
        names = ("weight", "bias") if kind in ("norm", "plain") else ("weight",)
        # A transposed convolution's weight is [in, out / groups]: experts of one input differ by their filters.
        tensors += [([getattr(m, name) for m in modules], 1 if kind == "columns" else 0) for name in names]
    fill_joined(tensors, 0)
    z = networks.latent(latent + experts)
    image, choice = g(z)
    d = nn.Linear(3 * size * size, 1)
    networks.fill(list(d.parameters()))
    return {**networks.case(title, g, d, z, None, image, d(image.flatten(1))), "choice": choice.tolist()}


networks.write("expert_networks.json", [mgan("mgan 32", 32, 4, 3), mgan("mgan 28", 28, 7, 2), megan("megan 32", 32, 4, 3),
                                        megan("megan 28", 28, 7, 2)])
