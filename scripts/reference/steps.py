"""Adversarial training steps in PyTorch, for test/reference/steps.test.ts.

    python scripts/reference/steps.py      (PyTorch 2.13)

Writes test/reference/fixtures/steps.json: recipes, and for each the losses of every step and a digest of the updated weights.
Nothing of ganode is used. Weights, latents and images are given by formulas that the test repeats, so that they need no room.
"""
import copy
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "steps.json"


def wave(n, scale, phase):
    """scale · sin(1.7 i + phase), in double precision, then rounded: the same numbers in Python and JavaScript."""
    return torch.tensor([scale * math.sin(1.7 * i + phase) for i in range(n)], dtype=torch.float64).float()


def dcgan28(width, classes):
    """The networks of lib/models/dcgan.ts at 28×28, written again as PyTorch's DCGAN example has them."""

    class G(nn.Module):
        def __init__(self):
            super().__init__()
            z = 10
            if classes:
                self.embedding = nn.Embedding(classes, z)
                z *= 2
            self.convTranspose2d = nn.ConvTranspose2d(z, width * 2, 7, bias=False)
            self.batchNorm = nn.BatchNorm2d(width * 2)
            self.convTranspose2d1 = nn.ConvTranspose2d(width * 2, width, 4, 2, 1, bias=False)
            self.batchNorm1 = nn.BatchNorm2d(width)
            self.convTranspose2d2 = nn.ConvTranspose2d(width, 1, 4, 2, 1, bias=False)

        def forward(self, z, label):
            if classes:
                z = torch.cat([z, self.embedding(label)], 1)
            h = z[:, :, None, None]
            h = F.relu(self.batchNorm(self.convTranspose2d(h)))
            h = F.relu(self.batchNorm1(self.convTranspose2d1(h)))
            return torch.tanh(self.convTranspose2d2(h))

    class D(nn.Module):
        def __init__(self):
            super().__init__()
            extra = 0
            if classes:
                self.embedding = nn.Embedding(classes, 50)
                self.dense = nn.Linear(50, 28 * 28)
                extra = 1
            self.conv2d = nn.Conv2d(1 + extra, width, 4, 2, 1, bias=False)
            self.conv2d1 = nn.Conv2d(width, width * 2, 4, 2, 1, bias=False)
            self.batchNorm = nn.BatchNorm2d(width * 2)
            self.conv2d2 = nn.Conv2d(width * 2, 1, 7, bias=False)

        def forward(self, x, label):
            if classes:
                x = torch.cat([x, self.dense(self.embedding(label)).view(-1, 1, 28, 28)], 1)
            h = F.leaky_relu(self.conv2d(x), 0.2)
            h = F.leaky_relu(self.batchNorm(self.conv2d1(h)), 0.2)
            return self.conv2d2(h).view(-1, 1)

    return G(), D()


def name_of(key):
    return key.replace("running_mean", "runningMean").replace("running_var", "runningVar")


def fill(module, offset):
    """Weights by the formula; the i-th tensor by name has phase offset + i. Scales of batch norm lie around 1."""
    named = sorted((name_of(k), v) for k, v in module.state_dict().items() if "num_batches" not in k)
    for index, (name, value) in enumerate(named):
        if "running" in name:
            continue
        around = 1.0 if name.startswith("batchNorm") and name.endswith("weight") else 0.0
        value.copy_((around + wave(value.numel(), 0.05, offset + index).double()).float().view(value.shape))


def optimizer(options, parameters):
    o = dict(options)
    kind, lr = o.pop("kind"), o.pop("learningRate")
    wd = o.pop("weightDecay", 0)
    if kind in ("adam", "adamW"):
        cls = torch.optim.Adam if kind == "adam" else torch.optim.AdamW
        return cls(parameters, lr=lr, betas=tuple(o.pop("betas", (0.9, 0.999))), eps=o.pop("epsilon", 1e-8), weight_decay=wd)
    if kind == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=lr, alpha=o.pop("alpha", 0.99), eps=o.pop("epsilon", 1e-8), weight_decay=wd,
                                   momentum=o.pop("momentum", 0))
    if kind == "adagrad":
        return torch.optim.Adagrad(parameters, lr=lr, eps=o.pop("epsilon", 1e-10), weight_decay=wd)
    return torch.optim.SGD(parameters, lr=lr, momentum=o.pop("momentum", 0), nesterov=o.pop("nesterov", False), weight_decay=wd)


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def real_batch(start, batch, classes):
    """Images and labels `start`… of the data that the test repeats."""
    bytes_ = torch.tensor([(37 * i + 11 * (i // 784)) % 256 for i in range(start * 784, (start + batch) * 784)])
    label = torch.tensor([i % max(classes, 1) for i in range(start, start + batch)])
    return bytes_.float().div(127.5).sub(1).view(batch, 1, 28, 28), label


def digests(g, d, ema):
    """Norm, and projections on two waves, of every weight: a digest in which a wrong element shows."""
    weights = {}
    for prefix, module in [("generator", g), ("discriminator", d), ("ema", ema)]:
        for key, value in module.state_dict().items():
            if "num_batches" in key:
                continue
            flat = value.reshape(-1).double()
            waves = [wave(flat.numel(), 1.0, phase).double() for phase in (0.0, 1.0)]
            digest = [flat.norm().item(), *[(flat * v).sum().item() for v in waves]]
            weights[f"{prefix}.{name_of(key)}"] = {"digest": digest, "first": flat[:8].tolist()}
    return weights


def train(case):
    width, classes, batch = case["width"], case["classes"], case["batch"]
    accumulation, d_steps, g_steps = case["accumulation"], case["discriminatorSteps"], case["generatorSteps"]
    g, d = dcgan28(width, classes)
    fill(g, 0.0)
    fill(d, 100.0)
    ema = copy.deepcopy(g)
    optimizer_g = optimizer(case["optimizer"], g.parameters())
    optimizer_d = optimizer(case["optimizer"], d.parameters())
    z_used = 0
    used = 0
    rows = []
    for _ in range(case["steps"]):
        d_terms, g_terms = [], []
        for update in range(d_steps):
            optimizer_d.zero_grad()
            kept = []
            for _ in range(accumulation):
                real, label = real_batch(used, batch, classes)
                used += batch
                z = wave(batch * 10, 1.0, float(z_used)).view(batch, 10)
                z_used += 1
                fake = g(z, label)
                kept.append((fake, label))
                real_logits, fake_logits = d(real, label), d(fake.detach(), label)
                loss = bce(real_logits, 1.0) + bce(fake_logits, 0.0)
                (loss / accumulation).backward()
                right = ((real_logits > 0).float().mean() + (fake_logits < 0).float().mean()) / 2
                d_terms.append([loss.item(), real_logits.mean().item(), fake_logits.mean().item(), right.item()])
            optimizer_d.step()
        for update in range(g_steps):
            optimizer_g.zero_grad()
            for part in range(accumulation):
                fake, label = kept[part]
                if update > 0:
                    fake = g(wave(batch * 10, 1.0, float(z_used)).view(batch, 10), label)
                    z_used += 1
                logits = d(fake, label)
                loss = bce(logits, 1.0) if case["loss"] == "nonSaturating" else -bce(logits, 0.0)
                (loss / accumulation).backward()
                g_terms.append(loss.item())
            optimizer_g.step()
        with torch.no_grad():
            for average, weight in zip(ema.parameters(), g.parameters()):
                average.lerp_(weight, 1 - case["emaDecay"])
            for average, buffer in zip(ema.buffers(), g.buffers()):
                average.copy_(buffer)
        mean = torch.tensor(d_terms, dtype=torch.float64).mean(0).tolist()
        rows.append([mean[0], sum(g_terms) / len(g_terms), *mean[1:]])
    return {**case, "latents": z_used, "rows": rows, "weights": digests(g, d, ema)}


ADAM = {"kind": "adam", "learningRate": 2e-4, "betas": [0.5, 0.999]}
BASE = {"width": 4, "classes": 0, "batch": 4, "steps": 3, "accumulation": 1, "discriminatorSteps": 1, "generatorSteps": 1,
        "loss": "nonSaturating", "optimizer": ADAM, "emaDecay": 0.9}
CASES = [
    {"title": "non-saturating, adam", **BASE},
    {"title": "one step at width 32", **BASE, "width": 32, "batch": 16, "steps": 1},
    {"title": "minimax", **BASE, "loss": "minimax"},
    {"title": "adamW", **BASE, "optimizer": {"kind": "adamW", "learningRate": 1e-3, "weightDecay": 0.1}},
    {"title": "adam with weight decay", **BASE, "optimizer": {"kind": "adam", "learningRate": 1e-3, "weightDecay": 0.1}},
    {"title": "rmsprop", **BASE, "optimizer": {"kind": "rmsprop", "learningRate": 1e-3, "weightDecay": 0.01}},
    {"title": "rmsprop with momentum", **BASE, "optimizer": {"kind": "rmsprop", "learningRate": 1e-4, "alpha": 0.9, "momentum": 0.5}},
    {"title": "sgd", **BASE, "optimizer": {"kind": "sgd", "learningRate": 0.05, "weightDecay": 0.01}},
    {"title": "sgd with momentum", **BASE, "optimizer": {"kind": "sgd", "learningRate": 0.05, "momentum": 0.9}},
    {"title": "sgd with Nesterov momentum", **BASE,
     "optimizer": {"kind": "sgd", "learningRate": 0.02, "momentum": 0.8, "nesterov": True, "weightDecay": 0.01}},
    {"title": "two D-updates and three G-updates", **BASE, "discriminatorSteps": 2, "generatorSteps": 3},
    {"title": "accumulation", **BASE, "accumulation": 2, "discriminatorSteps": 2},
    {"title": "conditional", **BASE, "classes": 3},
]

if __name__ == "__main__":
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"torch": torch.__version__, "cases": [train(case) for case in CASES]}))
    print(f"{len(CASES)} cases, {OUT.stat().st_size} bytes")
