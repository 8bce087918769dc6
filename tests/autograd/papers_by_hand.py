"""Forward passes of the cells of tests/cells/papers.py as a person writes them for PyTorch, one step of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Step = Callable[..., Any]
"""From PyTorch, the parameters, the inputs at t (and at t - 1), the states before and the numbers to the new states."""


def layer_normalised(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    a = (p["W"] @ h["h"] + p["U"] @ x["x"]).T
    v = torch.nn.functional.layer_norm(a, a.shape[-1:], p["g"][:, 0], p["b"][:, 0], numbers["epsilon"])
    return {"h": torch.tanh(v).T}


def scrn(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    s = (1 - numbers["alpha"]) * p["B"] @ x["x"] + numbers["alpha"] * h["s"]
    return {"s": s, "h": torch.sigmoid(p["P"] @ s + p["A"] @ x["x"] + p["R"] @ h["h"])}


def qrnn(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    z, f, o = (p[f"V_{g}"] @ x["x before"] + p[f"W_{g}"] @ x["x"] for g in "zfo")
    f = torch.sigmoid(f)
    c = f * h["c"] + (1 - f) * torch.tanh(z)
    return {"c": c, "h": torch.sigmoid(o) * c}


def ind_rnn(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    return {"h": torch.relu(p["W"] @ x["x"] + p["u"] * h["h"] + p["b"])}


def antisymmetric(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    turned = (p["W"] - p["W"].T - numbers["gamma"] * torch.eye(len(p["W"]), dtype=p["W"].dtype)) @ h["h"]
    z = torch.sigmoid(turned + p["V_z"] @ x["x"] + p["b_z"])
    return {"h": h["h"] + z * torch.tanh(turned + p["V"] @ x["x"] + p["b"])}


def state_space(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    state = p["a"] * h["h"] + p["B"] @ x["x"]
    return {"h": state, "y": p["C"] @ state + p["D"] @ x["x"]}


def encoder_decoder(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    encoded = torch.tanh(p["W"] @ x["x"] + p["U"] @ h["h"] + p["b"])
    decoded = torch.tanh(p["W_d"] @ x["x"] + p["U_d"] @ h["h"] + p["b_d"])
    return {"h": x["k"] * encoded + (1 - x["k"]) * decoded}


def zoneout(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    new = torch.tanh(p["W"] @ x["x"] + p["U"] @ h["h"] + p["b"])
    return {"h": x["d"] * h["h"] + (1 - x["d"]) * new}


def unit_length(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    a = p["W"] @ x["x"] + p["U"] @ h["h"] + p["b"]
    return {"h": a / torch.linalg.vector_norm(a, dim=0)}


def attentive(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    w = torch.softmax(p["Q"] @ x["x"], dim=0)
    c = (torch.stack([h["h"], h["p"], h["o"]]) * w[:, None]).sum(0)
    return {"h": torch.tanh(p["W"] @ x["x"] + p["V"] @ c), "p": h["h"], "o": h["p"]}


def lagging(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    return {"h": torch.tanh(p["W"] @ h["h"] + p["V"] @ h["p"] + p["U"] @ x["x"]), "p": h["h"]}


def maxout(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    return {"h": torch.maximum(*(p[f"W_{one}"] @ x["x"] + p[f"U_{one}"] @ h["h"] for one in "ab"))}


def detached_peephole(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    f = torch.sigmoid(p["W"] @ x["x"] + p["p"] * h["c"].detach() + p["b"])
    return {"c": f * h["c"] + (1 - f) * torch.tanh(p["W_g"] @ x["x"])}


def normalised_lstm(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    def normalised(a: Any, gain: str, bias: str) -> Any:
        whole = torch.nn.functional.layer_norm(a.T, a.T.shape[-1:], p[gain][:, 0], p[bias][:, 0], numbers["epsilon"])
        return whole.T

    a = normalised(p["W"] @ h["h"], "k_p", "b_p") + normalised(p["U"] @ x["x"], "k_r", "b_r") + p["b"]
    f, i, o, g = torch.chunk(a, 4)
    c = torch.sigmoid(f) * h["c"] + torch.sigmoid(i) * torch.tanh(g)
    return {"c": c, "h": torch.sigmoid(o) * torch.tanh(normalised(c, "k_z", "b_z"))}


def content_attention(torch: Any, p: Any, x: Any, h: Any, numbers: Any) -> Any:
    window = torch.stack([h["s"], h["p"], h["o"]])
    scores = torch.stack([p["v"].T @ torch.tanh(p["W"] @ past + p["U"] @ h["s"]) for past in window])
    c = (window * torch.softmax(scores, dim=0)).sum(0)
    return {"s": torch.tanh(p["V"] @ c + p["C"] @ x["x"]), "p": h["s"], "o": h["p"]}


STEPS: dict[str, Step] = {
    "layer normalisation": layer_normalised,
    "SCRN": scrn,
    "QRNN": qrnn,
    "IndRNN": ind_rnn,
    "AntisymmetricRNN": antisymmetric,
    "state space model": state_space,
    "encoder and decoder": encoder_decoder,
    "zoneout": zoneout,
    "unit length": unit_length,
    "attention": attentive,
    "lag 2": lagging,
    "maxout": maxout,
    "detached peephole": detached_peephole,
    "LN-LSTM": normalised_lstm,
    "content attention": content_attention,
}
