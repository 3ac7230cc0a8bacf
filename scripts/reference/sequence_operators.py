"""Values of the recurrent operators, and of others on sequences, from PyTorch in double precision, for
test/reference/operators.test.ts.

    python scripts/reference/sequence_operators.py      (PyTorch 2.13)

Writes test/reference/fixtures/sequence_operators.json, as operators.py does: torch.nn.LSTM and torch.nn.GRU with batch_first.
"""
import torch

from cases import case, write, x

NAMES = {"weight_ih": "inputWeight", "weight_hh": "hiddenWeight", "bias_ih": "inputBias", "bias_hh": "hiddenBias"}


def ours(name):
    """weight_ih_l0_reverse -> inputWeight0Reverse."""
    kind, layer = name.split("_l", 1)
    return NAMES[kind] + layer.replace("_reverse", "Reverse")


def recurrent(title, op, features, steps, attributes):
    known = {"layers": "num_layers", "bidirectional": "bidirectional", "bias": "bias", "dropout": "dropout"}
    options = {known[k]: v for k, v in attributes.items() if k in known}
    module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[op](features, attributes["units"], batch_first=True, **options).eval()
    names = {ours(name): name for name, _ in module.named_parameters()}

    def function(i, w):
        sequence, state = torch.func.functional_call(module, {names[k]: v for k, v in w.items()}, i["x"])
        if attributes.get("returnSequences", True):
            return sequence
        last = state[0] if op == "lstm" else state
        directions = 2 if attributes.get("bidirectional") else 1
        return torch.cat(list(last[-directions:]), 1)

    weights = {k: dict(module.named_parameters())[v].detach().clone() for k, v in names.items()}
    case(f"{op} {title}", op, attributes, x(steps, features), function, weights)


for op in ("lstm", "gru"):
    recurrent("of one layer", op, 3, 4, {"units": 5})
    recurrent("without bias", op, 3, 2, {"units": 2, "bias": False})
    recurrent("of three layers in both directions", op, 2, 5, {"units": 3, "layers": 3, "bidirectional": True})
    recurrent("in evaluation, where nothing is dropped", op, 2, 3, {"units": 3, "layers": 2, "dropout": 0.5})
    recurrent("to its last state", op, 3, 4, {"units": 4, "returnSequences": False})
    recurrent("to its last states in both directions", op, 3, 4,
              {"units": 2, "layers": 2, "bidirectional": True, "returnSequences": False})

case("dense of a sequence", "dense", {"units": 4}, x(3, 5), lambda i, w: i["x"] @ w["weight"].T + w["bias"],
     {"weight": torch.randn(4, 5), "bias": torch.randn(4)})
case("repeat", "repeat", {"count": 3}, x(4), lambda i, w: i["x"][:, None].repeat(1, 3, 1))
case("slice of channels", "slice", {"start": 1, "length": 2}, x(4, 3, 2), lambda i, w: i["x"][:, 1:3])
case("slice of columns", "slice", {"axis": 2, "length": 1}, x(2, 3, 4), lambda i, w: i["x"][..., :1])

write("sequence_operators.json")
