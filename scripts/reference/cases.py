"""What the reference scripts of the operators share: a case is a GraphSpec of one node `n`, its weights, inputs and a
cotangent, and the output, the gradients and the buffers that PyTorch finds, in double precision.
"""
import json
import pathlib

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures"
BATCH = 3
BUFFERS = ("running", "spectral", "reference", "average", "noise", "share")
cases = []


def tensor(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.17g}") for v in t.detach().reshape(-1).tolist()]}


def is_buffer(name):
    return any(word in name.lower() for word in BUFFERS)


def case(title, op, attributes, inputs, function, weights=None, training=False, after=None):
    """function(inputs, weights) -> output. `after`: buffers expected after a forward pass in training."""
    weights = weights or {}
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    own = {k: v.clone().requires_grad_(not is_buffer(k)) for k, v in weights.items()}
    output = function(leaves, own)
    cotangent = torch.randn(output.shape)
    wanted = {k: v for k, v in leaves.items() if v.is_floating_point()}
    wanted.update({f"n.{k}": v for k, v in own.items() if v.requires_grad})
    gradients = torch.autograd.grad(output, list(wanted.values()), cotangent, allow_unused=True) if wanted and output.requires_grad else []
    spec_inputs = {
        k: {"shape": list(v.shape[1:])} if v.is_floating_point() else {"classes": 5} for k, v in inputs.items()
    }
    cases.append({
        "title": title,
        "graph": {
            "version": 1,
            "inputs": spec_inputs,
            "nodes": [{"name": "n", "op": op, "inputs": list(inputs), **attributes}],
            "outputs": {"y": "n"},
        },
        "training": training,
        "weights": {f"n.{k}": tensor(v) for k, v in weights.items()},
        "inputs": {k: tensor(v) for k, v in inputs.items()},
        "cotangent": tensor(cotangent),
        "output": tensor(output),
        "gradients": {k: tensor(g) for k, g in zip(wanted, gradients) if g is not None},
        "after": {f"n.{k}": tensor(v) for k, v in (after or {}).items()},
    })


def x(*shape):
    return {"x": torch.randn(BATCH, *shape)}


def label():
    return {"label": torch.tensor([4, 0, 2])}


def write(name):
    path = FIXTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}))
    print(f"{len(cases)} cases, {path.stat().st_size} bytes")
