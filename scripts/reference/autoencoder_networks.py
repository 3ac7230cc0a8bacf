"""The networks that autoencoders.py trains, written anew from the papers; NETWORKS has encoder, decoder and discriminator by procedure."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

PIXELS, LATENT = 784, 10


def shaped(half):
    half = half.view(-1, 1, 28, 28)
    return {"image": torch.tanh(half), "logits": 2 * half}


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.zeros(1))


class VaeEncoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        # Frozen, 1 and 0.5 in the recipe; here, as all weights, by the formula.
        self.constant = Frozen()
        self.constant1 = Frozen()
        self.dense = nn.Linear(PIXELS, o["units"])
        self.dense1 = nn.Linear(o["units"], LATENT)
        self.dense2 = nn.Linear(o["units"], LATENT)

    def forward(self, image):
        h = torch.tanh(self.dense((image.flatten(1) + self.constant.weight) * self.constant1.weight))
        return {"mean": self.dense1(h), "logVariance": self.dense2(h)}


class VaeDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.dense = nn.Linear(LATENT, o["units"])
        self.dense1 = nn.Linear(o["units"], PIXELS)

    def forward(self, z):
        return shaped(self.dense1(torch.tanh(self.dense(z))))


class VaeGanEncoder(nn.Module):
    """Table 1 of the paper at 28x28: two halvings, BN and ReLU behind each, a dense layer of 16 times the width."""

    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        self.conv2d = nn.Conv2d(1, w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm = nn.BatchNorm2d(w)
        self.conv2d1 = nn.Conv2d(w, 2 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm1 = nn.BatchNorm2d(2 * w)
        self.dense = nn.Linear(2 * w * 49, 16 * w, bias=False)
        self.batchNorm2 = nn.BatchNorm1d(16 * w)
        self.dense1 = nn.Linear(16 * w, LATENT)
        self.dense2 = nn.Linear(16 * w, LATENT)

    def forward(self, image):
        h = F.relu(self.batchNorm(self.conv2d(image)))
        h = F.relu(self.batchNorm1(self.conv2d1(h)))
        h = F.relu(self.batchNorm2(self.dense(h.flatten(1))))
        return {"mean": self.dense1(h), "logVariance": self.dense2(h)}


class VaeGanDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        extra = {"output_padding": 1} if k == 5 else {}
        self.dense = nn.Linear(LATENT, 4 * w * 49, bias=False)
        self.batchNorm = nn.BatchNorm1d(4 * w * 49)
        self.convTranspose2d = nn.ConvTranspose2d(4 * w, 2 * w, k, 2, (k - 1) // 2, bias=False, **extra)
        self.batchNorm1 = nn.BatchNorm2d(2 * w)
        self.convTranspose2d1 = nn.ConvTranspose2d(2 * w, math.ceil(w / 2), k, 2, (k - 1) // 2, bias=False, **extra)
        self.batchNorm2 = nn.BatchNorm2d(math.ceil(w / 2))
        self.conv2d = nn.Conv2d(math.ceil(w / 2), 1, 5, padding=2)
        self.width = w

    def forward(self, z):
        h = F.relu(self.batchNorm(self.dense(z))).view(-1, 4 * self.width, 7, 7)
        h = F.relu(self.batchNorm1(self.convTranspose2d(h)))
        h = F.relu(self.batchNorm2(self.convTranspose2d1(h)))
        return shaped(self.conv2d(h))


class VaeGanDiscriminator(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        self.conv2d = nn.Conv2d(1, math.ceil(w / 2), 5, padding=2)
        self.conv2d1 = nn.Conv2d(math.ceil(w / 2), 2 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm = nn.BatchNorm2d(2 * w)
        self.conv2d2 = nn.Conv2d(2 * w, 4 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm1 = nn.BatchNorm2d(4 * w)
        self.dense = nn.Linear(4 * w * 49, 8 * w, bias=False)
        self.batchNorm2 = nn.BatchNorm1d(8 * w)
        self.dense1 = nn.Linear(8 * w, 1)

    def forward(self, image):
        h = F.relu(self.conv2d(image))
        h = F.relu(self.batchNorm(self.conv2d1(h)))
        features = self.conv2d2(h)
        h = F.relu(self.batchNorm1(features)).flatten(1)
        h = F.relu(self.batchNorm2(self.dense(h)))
        return {"logits": self.dense1(h), "features": features}


class Hidden(nn.Module):
    """Two layers of rectifiers."""

    def __init__(self, inputs, units):
        super().__init__()
        self.dense = nn.Linear(inputs, units)
        self.dense1 = nn.Linear(units, units)

    def hidden(self, x):
        return F.relu(self.dense1(F.relu(self.dense(x))))


class AaeEncoder(Hidden):
    def __init__(self, o):
        super().__init__(PIXELS, o["units"])
        self.gaussian = o["posterior"] == "gaussian"
        self.dense2 = nn.Linear(o["units"], LATENT)
        if self.gaussian:
            self.dense3 = nn.Linear(o["units"], LATENT)

    def forward(self, image):
        h = self.hidden(image.flatten(1))
        return {"mean": self.dense2(h), "logVariance": self.dense3(h)} if self.gaussian else {"code": self.dense2(h)}


class AaeDecoder(Hidden):
    def __init__(self, o):
        super().__init__(LATENT, o["units"])
        self.dense2 = nn.Linear(o["units"], PIXELS)

    def forward(self, z):
        return shaped(self.dense2(self.hidden(z)))


class AaeDiscriminator(Hidden):
    def __init__(self, o):
        super().__init__(LATENT, o["units"])
        self.dense2 = nn.Linear(o["units"], 1)

    def forward(self, z):
        return {"logits": self.dense2(self.hidden(z))}


class AvbEncoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        n, u = o["noiseSize"], o["units"]
        self.dense = nn.Linear(n, PIXELS, bias=False)
        self.dense1 = nn.Linear(PIXELS, u)
        self.dense2 = nn.Linear(n, u, bias=False)
        self.dense3 = nn.Linear(u, u)
        self.dense4 = nn.Linear(n, u, bias=False)
        self.dense5 = nn.Linear(u, LATENT)

    def forward(self, image, noise):
        h = image.flatten(1) + self.dense(noise)
        h = F.softplus(self.dense1(h)) + self.dense2(noise)
        h = F.softplus(self.dense3(h)) + self.dense4(noise)
        return {"code": self.dense5(h)}


class AvbDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.dense = nn.Linear(LATENT, o["decoderUnits"])
        self.dense1 = nn.Linear(o["decoderUnits"], PIXELS)

    def forward(self, z):
        return shaped(self.dense1(F.softplus(self.dense(z))))


class AvbDiscriminator(nn.Module):
    def __init__(self, o):
        super().__init__()
        u = o["discriminatorUnits"]
        self.dense = nn.Linear(PIXELS, u)
        self.dense1 = nn.Linear(u, u)
        self.dense2 = nn.Linear(LATENT, u)
        self.dense3 = nn.Linear(u, u)
        self.dense4 = nn.Linear(u, u)
        self.dense5 = nn.Linear(u, u)
        self.dense6 = nn.Linear(u, 1)
        self.dense7 = nn.Linear(u, 1)
        self.dense8 = nn.Linear(u, 1)

    def forward(self, image, z):
        leaky = lambda x: F.leaky_relu(x, 0.2)
        hx = leaky(self.dense1(leaky(self.dense(image.flatten(1)))))
        hz = leaky(self.dense3(leaky(self.dense2(z))))
        return {"logits": self.dense6(self.dense4(hx) * self.dense5(hz)) + self.dense7(hx) + self.dense8(hz)}


NETWORKS = {
    "vae": (VaeEncoder, VaeDecoder, None),
    "vaeGan": (VaeGanEncoder, VaeGanDecoder, VaeGanDiscriminator),
    "aae": (AaeEncoder, AaeDecoder, AaeDiscriminator),
    "avb": (AvbEncoder, AvbDecoder, AvbDiscriminator),
}
