"""Two small TorchScript files, as text, and what PyTorch says of images by them: test/reference/fixtures/torchscript.json."""

import base64
import io
import json
import pathlib
import zipfile

import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = pathlib.Path(__file__).parents[2] / "test" / "reference" / "fixtures"


class Pooled(nn.Module):
    """Float images in, a pair of features and logits out."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.classes = nn.Linear(4, 3)

    def forward(self, images):
        features = F.silu(self.conv(images)).mean([2, 3])
        return features, self.classes(features)


class InceptionLike(nn.Module):
    """Called as StyleGAN's Inception file: bytes in, and features only where they are asked for."""

    def forward(self, images: torch.Tensor, return_features: bool = False):
        assert images.dtype == torch.uint8
        pooled = F.adaptive_avg_pool2d(images.float() / 255, 2)
        if return_features:
            return pooled.flatten(1)
        return pooled.flatten(1).softmax(1)


def images(count, channels, side):
    i = torch.arange(count * channels * side * side)
    return ((i * 37 + i // 11) % 256).to(torch.uint8).reshape(count, channels, side, side)


def written(module):
    """The file of a module in base64, without the debug records, which name paths of the machine that wrote it."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    slim = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(slim, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name))
    return base64.b64encode(slim.getvalue()).decode()


def main():
    torch.manual_seed(0)
    pooled = torch.jit.script(Pooled().eval())
    inception = torch.jit.script(InceptionLike().eval())
    grey = images(3, 1, 8)
    scaled = grey.float() / 255 * 2 - 1
    resized = F.interpolate(grey.float(), (5, 6), mode="bilinear", antialias=True) / 255
    with torch.no_grad():
        features, logits = pooled(scaled.expand(-1, 3, -1, -1))
        small, _ = pooled(resized.expand(-1, 3, -1, -1))
        bytes_ = inception(images(2, 3, 8), return_features=True)
    values = {
        "features": features, "logits": logits, "resized": small, "bytes": bytes_,
    }
    report = {name: [round(v, 7) for v in value.flatten().tolist()] for name, value in values.items()}
    report["files"] = {"pooled.pt": written(pooled), "inception-like.pt": written(inception)}
    (FIXTURES / "torchscript.json").write_text(json.dumps(report) + "\n")


main()
