"""Losses, penalties, schedules and what else a step has, in PyTorch, for test/reference/objectives.test.ts.

    python scripts/reference/objectives.py      (PyTorch 2.13)

Writes test/reference/fixtures/objectives.json. Networks, data and digests are those of steps.py; what is random inside a step
(interpolated points, augmentation) is proven in test/native instead.
"""
import copy
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

from steps import dcgan28, digests, fill, real_batch, wave

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "objectives.json"
LATENT = 10


def at(value, images):
    """A number, or a schedule over the images shown."""
    if not isinstance(value, dict):
        return value
    t = min(max((images - value.get("start", 0)) / value["images"], 0), 1)
    if value["schedule"] == "linear":
        return value["from"] + (value["to"] - value["from"]) * t
    return value["to"] + (value["from"] - value["to"]) * (1 + math.cos(math.pi * t)) / 2


def d_loss(loss, real, fake):
    kind, smooth = loss["kind"], loss.get("labelSmoothing", 0)
    if kind in ("minimax", "nonSaturating"):
        bce = F.binary_cross_entropy_with_logits
        return bce(real, torch.full_like(real, 1 - smooth)) + bce(fake, torch.zeros_like(fake))
    if kind == "leastSquares":
        return 0.5 * F.mse_loss(real, torch.full_like(real, 1 - smooth)) + 0.5 * (fake**2).mean()
    if kind == "wasserstein":
        return -real.mean() + fake.mean()
    if kind == "hinge":
        return torch.clamp(1 - real, min=0).mean() + torch.clamp(1 + fake, min=0).mean()
    if kind == "relativisticPairing":
        return F.softplus(fake - real).mean()
    return F.softplus(-(real - fake.mean())).mean() + F.softplus(fake - real.mean()).mean()


def g_loss(loss, fake, real):
    kind = loss["kind"]
    if kind == "minimax":
        return -F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    if kind == "nonSaturating":
        return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
    if kind == "leastSquares":
        return 0.5 * F.mse_loss(fake, torch.ones_like(fake))
    if kind in ("wasserstein", "hinge"):
        return -fake.mean()
    if kind == "relativisticPairing":
        return F.softplus(real - fake).mean()
    return F.softplus(-(fake - real.mean())).mean() + F.softplus(real - fake.mean()).mean()


class Averages:
    """LeCam's moving averages."""

    def __init__(self):
        self.real = self.fake = None


def penalty_value(options, d, real, fake, judged, averages):
    """One penalty; `judged` holds logits that were computed already, by 'real' and 'fake'."""

    def logits(which, images):
        if which not in judged:
            judged[which] = d(images, None)
        return judged[which]

    kind = options["kind"]
    if kind in ("r1", "r2"):
        which, images = ("real", real) if kind == "r1" else ("fake", fake)
        (gradient,) = torch.autograd.grad(logits(which, images).sum(), images, create_graph=True)
        return 0.5 * gradient.pow(2).sum((1, 2, 3)).mean()
    if kind == "drift":
        return logits("real", real).pow(2).mean()
    if kind == "leCam":
        real_logits, fake_logits = logits("real", real), logits("fake", fake)
        decay = options.get("decay", 0.99)
        now = real_logits.mean().item(), fake_logits.mean().item()
        averages.real = now[0] if averages.real is None else decay * averages.real + (1 - decay) * now[0]
        averages.fake = now[1] if averages.fake is None else decay * averages.fake + (1 - decay) * now[1]
        return F.relu(real_logits - averages.fake).pow(2).mean() + F.relu(averages.real - fake_logits).pow(2).mean()
    raise ValueError(kind)


def orthogonal(module):
    total = torch.zeros(())
    for name, weight in module.named_parameters():
        if weight.dim() < 2 or "embedding" in name:
            continue
        rows = weight.reshape(weight.shape[0], -1)
        gram = rows @ rows.T
        total = total + (gram * (1 - torch.eye(len(gram)))).pow(2).sum()
    return total


class WithClasses(nn.Module):
    """The discriminator of dcgan28 with a second head (AC-GAN)."""

    def __init__(self, width, classes):
        super().__init__()
        _, body = dcgan28(width, 0)
        for name, child in body.named_children():
            setattr(self, name, child)
        self.classConv = nn.Conv2d(width * 2, classes, 7, bias=False)

    def features(self, x):
        h = F.leaky_relu(self.conv2d(x), 0.2)
        return F.leaky_relu(self.batchNorm(self.conv2d1(h)), 0.2)

    def forward(self, x, label):
        h = self.features(x)
        self.class_logits = self.classConv(h).flatten(1)
        return self.conv2d2(h).view(-1, 1)


def adam_of(options, parameters, ratio):
    return torch.optim.Adam(parameters, eps=options.get("epsilon", 1e-8)), ratio


def move(optimizer, options, images):
    optimizer, ratio = optimizer
    for group in optimizer.param_groups:
        group["lr"] = at(options["learningRate"], images) * ratio
        group["betas"] = tuple(at(beta, images) ** ratio for beta in options["betas"])


def generator_gradients(recipe, case, g, d, fake, real, label, images):
    """Gathers G's gradients with D as it is; returns the loss and the gradients' norm."""
    for parameter in d.parameters():
        parameter.requires_grad_(False)
    fake_logits = d(fake, label)
    fake_classes = getattr(d, "class_logits", None)
    real_logits = None
    if recipe["loss"]["kind"].startswith("relativistic"):
        with torch.no_grad():
            real_logits = d(real, label)
    if recipe["loss"].get("topK"):
        k = max(1, round(at(recipe["loss"]["topK"], images) * len(fake_logits)))
        fake_logits = torch.sort(fake_logits, 0, descending=True).values[:k]
    loss = g_loss(recipe["loss"], fake_logits, real_logits)
    g_term = loss.item()
    if case["classifier"]:
        loss = loss + recipe["loss"].get("classification", {}).get("generator", 1) * F.cross_entropy(fake_classes, label)
    for p in recipe["penalties"]:
        if p["kind"] == "orthogonal" and p["network"] == "generator":
            loss = loss + at(p["weight"], images) * orthogonal(g)
    g.zero_grad()
    loss.backward()
    g_norm = math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in g.parameters()))
    for parameter in d.parameters():
        parameter.requires_grad_(True)
    return g_term, g_norm


def train(case):
    recipe = {"loss": {"kind": "nonSaturating"}, "penalties": [], "weightClipping": None, "packing": 1, "discriminatorSteps": 1,
              "update": "alternating", "ema": {"decay": 0.9}, **case["recipe"]}
    batch, width, classes, packing = case["batch"], 4, case["classes"], recipe["packing"]
    simultaneous = recipe["update"] == "simultaneous"
    g, d = dcgan28(width, classes)
    if simultaneous:
        d.batchNorm = nn.Identity()  # a D that does not mix samples
    if case["classifier"]:
        d = WithClasses(width, classes)
    if packing > 1:
        d.conv2d = nn.Conv2d(packing, width, 4, 2, 1, bias=False)
    fill(g, 0.0)
    fill(d, 100.0)
    ema = copy.deepcopy(g)
    lazy = sorted({p["interval"] for p in recipe["penalties"] if p.get("interval", 1) > 1})
    options = recipe["optimizer"]
    optimizer_g = adam_of(options, g.parameters(), 1)
    optimizer_d = adam_of(options, d.parameters(), 1 / (1 + sum(1 / k for k in lazy)))
    per_step = batch * recipe["discriminatorSteps"]
    averages = Averages()
    rows, z_used, used = [], 0, 0
    for step in range(case["steps"]):
        images = step * per_step
        d_terms = []
        for update in range(recipe["discriminatorSteps"]):
            real, label = real_batch(used, batch, classes)
            used += batch
            z = wave(batch * LATENT, 1.0, float(z_used)).view(batch, LATENT)
            z_used += 1
            kept = g(z, label)
            pack = lambda x: x.reshape(batch // packing, packing, 28, 28)
            real, fake = pack(real).requires_grad_(), pack(kept).detach().requires_grad_()
            judged = {}
            judged["real"] = d(real, label)
            real_classes = getattr(d, "class_logits", None)
            judged["fake"] = d(fake, label)
            fake_classes = getattr(d, "class_logits", None)
            loss = d_loss(recipe["loss"], judged["real"], judged["fake"])
            row = [loss.item(), judged["real"].mean().item(), judged["fake"].mean().item()]
            if case["classifier"]:
                weight = recipe["loss"].get("classification", {}).get("discriminator", 1)
                loss = loss + weight * (F.cross_entropy(real_classes, label) + F.cross_entropy(fake_classes, label))
            for p in recipe["penalties"]:
                if p["kind"] == "orthogonal":
                    loss = loss + (at(p["weight"], images) * orthogonal(d) if p["network"] == "discriminator" else 0)
                elif p.get("interval", 1) == 1:
                    loss = loss + at(p["weight"], images) * penalty_value(p, d, real, fake, judged, averages)
            optimizer_d[0].zero_grad()
            loss.backward()
            row.append(math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in d.parameters())))
            if simultaneous and update == recipe["discriminatorSteps"] - 1:
                # Two passes, both from the same weights: what ganode gets from one.
                g_term, g_norm = generator_gradients(recipe, case, g, d, pack(kept), real, label, images)
            move(optimizer_d, options, images)
            optimizer_d[0].step()
            index = step * recipe["discriminatorSteps"] + update
            for interval in lazy:
                if index % interval:
                    continue
                judged, loss = {}, 0
                for p in recipe["penalties"]:
                    if p.get("interval", 1) == interval:
                        loss = loss + at(p["weight"], images) * interval * penalty_value(p, d, real, fake, judged, averages)
                optimizer_d[0].zero_grad()
                loss.backward()
                optimizer_d[0].step()
            if recipe["weightClipping"]:
                with torch.no_grad():
                    for parameter in d.parameters():
                        parameter.clamp_(-recipe["weightClipping"], recipe["weightClipping"])
            d_terms.append(row)
        if not simultaneous:
            g_term, g_norm = generator_gradients(recipe, case, g, d, pack(kept), real, label, images)
        move(optimizer_g, options, images)
        optimizer_g[0].step()
        average = recipe["ema"]
        decay = average.get("decay")
        if decay is None:
            half_life = at(average["halfLife"], images)
            if average.get("rampUp"):
                half_life = min(half_life, images * average["rampUp"])
            decay = 0.5 ** (per_step / half_life) if half_life > 0 else 0
        with torch.no_grad():
            for mean, weight in zip(ema.parameters(), g.parameters()):
                mean.copy_(decay * mean + (1 - decay) * weight)
            for mean, buffer in zip(ema.buffers(), g.buffers()):
                mean.copy_(buffer)
        mean = torch.tensor(d_terms, dtype=torch.float64).mean(0).tolist()
        rows.append({"discriminatorLoss": mean[0], "generatorLoss": g_term, "realLogit": mean[1], "fakeLogit": mean[2],
                     "discriminatorGradientNorm": mean[3], "generatorGradientNorm": g_norm})
    return {**case, "latents": z_used, "rows": rows, "weights": digests(g, d, ema)}


ADAM = {"kind": "adam", "learningRate": 2e-4, "betas": [0.5, 0.99]}


def case(title, classes=0, classifier=False, steps=3, **recipe):
    return {"title": title, "batch": 4, "steps": steps, "classes": classes, "classifier": classifier,
            "recipe": {"optimizer": ADAM, **recipe}}


def loss(kind, **options):
    return {"loss": {"kind": kind, **options}}


R1 = {"kind": "r1", "weight": 5}
CASES = [
    case("least squares", **loss("leastSquares")),
    case("least squares, smoothed", **loss("leastSquares", labelSmoothing=0.1)),
    case("wasserstein, clipped, two critic steps", **loss("wasserstein"), weightClipping=0.04, discriminatorSteps=2),
    case("hinge", **loss("hinge")),
    case("relativistic pairing", **loss("relativisticPairing")),
    case("relativistic average", **loss("relativisticAverage")),
    case("non-saturating, smoothed", **loss("nonSaturating", labelSmoothing=0.2)),
    case("minimax, smoothed", **loss("minimax", labelSmoothing=0.2)),
    case("top-k", **loss("nonSaturating", topK={"schedule": "linear", "from": 1, "to": 0.5, "images": 8})),
    case("r1", penalties=[R1]),
    case("r1 and r2", **loss("relativisticPairing"), penalties=[R1, {"kind": "r2", "weight": 2}]),
    case("lazy r1", penalties=[{**R1, "interval": 2}], steps=4),
    case("lazy r1 and r2 at other intervals", penalties=[{**R1, "interval": 2}, {"kind": "r2", "weight": 3, "interval": 3}], steps=4),
    case("drift", **loss("wasserstein"), penalties=[{"kind": "drift", "weight": 0.5}]),
    case("leCam", **loss("hinge"), penalties=[{"kind": "leCam", "weight": 3, "decay": 0.5}]),
    case("orthogonal in both", penalties=[{"kind": "orthogonal", "weight": 0.5, "network": "generator"},
                                          {"kind": "orthogonal", "weight": 0.2, "network": "discriminator"}]),
    case("packing", packing=2),
    case("an auxiliary classifier", classes=3, classifier=True,
         **loss("nonSaturating", classification={"discriminator": 0.5, "generator": 2})),
    case("schedules of all", penalties=[{"kind": "r1", "weight": {"schedule": "linear", "from": 8, "to": 1, "images": 8}}], steps=4,
         optimizer={"kind": "adam", "learningRate": {"schedule": "cosine", "from": 1e-3, "to": 1e-5, "images": 12, "start": 4},
                    "betas": [0, {"schedule": "cosine", "from": 0.9, "to": 0.99, "images": 12}]},
         ema={"halfLife": {"schedule": "cosine", "from": 0, "to": 40, "images": 12}}),
    case("simultaneous: non-saturating", update="simultaneous"),
    case("simultaneous: hinge", **loss("hinge"), update="simultaneous", optimizer={"kind": "adam", "learningRate": 5e-3, "betas": [0, 0.9]}, steps=6),
    case("simultaneous: least squares, packing", **loss("leastSquares"), update="simultaneous", packing=2),
    case("simultaneous: relativistic pairing, r1 and r2", **loss("relativisticPairing"), update="simultaneous",
         penalties=[R1, {"kind": "r2", "weight": 2}]),
    case("simultaneous: wasserstein, clipped, two critic steps", **loss("wasserstein"), update="simultaneous", weightClipping=0.04,
         discriminatorSteps=2),
    case("simultaneous: minimax, top-k, lazy r1, leCam, orthogonal in both", **loss("minimax", topK=0.5), update="simultaneous", steps=4,
         penalties=[{**R1, "interval": 2}, {"kind": "leCam", "weight": 3, "decay": 0.5},
                    {"kind": "orthogonal", "weight": 0.5, "network": "generator"},
                    {"kind": "orthogonal", "weight": 0.2, "network": "discriminator"}]),
    case("simultaneous: relativistic average", **loss("relativisticAverage"), update="simultaneous"),
    case("an average with ramp-up", ema={"halfLife": 30, "rampUp": 0.5}, steps=4),
]
OUT.write_text(json.dumps({"torch": torch.__version__, "cases": [train(one) for one in CASES]}))
print(f"{len(CASES)} cases, {OUT.stat().st_size} bytes")
