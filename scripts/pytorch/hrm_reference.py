"""The network of hrmbot in plain PyTorch: an independent reference for expected values and for comparisons of speed.

Architectures are dictionaries with the snake case fields of a model's manifest (`d_h`, `d_l`, `n_cycles`, ...).
B is the batch, S the positions (prefix + seq_len). Tensors have the names and shapes of hrmbot's model files.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

IGNORED = -100


def preset(name):
    """The architectures that hrmbot ships, by name."""
    shared = dict(
        expansion=4.0, inner_multiple=256, rms_eps=1e-5, rope_base=10000.0, pos="rope", max_segments=4, front="bars",
        seq_len=15, vocab=1, puzzle_dim=0, n_puzzles=1, n_features=16, patch=4, n_instruments=1000, d_instrument=64,
        n_timeframes=10, d_timeframe=32, n_account=8, head="trade", n_actions=5, loss_type="softmax", w_quantity=0.5,
        w_value=0.5)
    if name == "hrm-27m":
        return dict(shared, d_h=512, d_l=256, heads_h=8, heads_l=4, layers_h=7, layers_l=4, n_cycles=3, t_steps=5,
                    l_reset=True)
    if name == "hrm-27m-pub":
        return dict(shared, d_h=512, d_l=512, heads_h=8, heads_l=8, layers_h=4, layers_l=4, n_cycles=2, t_steps=2,
                    l_reset=False)
    raise ValueError(f"no preset {name}: hrm-27m or hrm-27m-pub")


def prefix_length(a):
    """Positions before the sequence: the context token of bars, or the pieces of the puzzle row."""
    return 1 if a["front"] == "bars" else -(-a["puzzle_dim"] // a["d_l"])


def inner_width(a, d):
    """The inner width of a block: expansion * d * 2/3, rounded half to even, then up to the multiple."""
    wanted = round(a["expansion"] * d * 2 / 3)
    return a["inner_multiple"] * -(-wanted // a["inner_multiple"])


def rms(x, eps):
    """x / sqrt(mean(x^2) + eps), without a gain."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)


def matrix(rows, columns):
    """A linear layer without bias."""
    return nn.Linear(columns, rows, bias=False)


class Block(nn.Module):
    """Attention and gated MLP, each followed by the residual sum and the norm."""

    def __init__(self, a, d, heads):
        super().__init__()
        self.heads, self.eps = heads, a["rms_eps"]
        m = inner_width(a, d)
        self.w_qkv, self.w_o = matrix(3 * d, d), matrix(d, d)
        self.w_gu, self.w_down = matrix(2 * m, d), matrix(d, m)

    def forward(self, x, rotary):
        batch, positions, d = x.shape
        # [B, S, 3, heads, hd] -> three of [B, heads, S, hd]
        q, k, v = self.w_qkv(x).view(batch, positions, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        if rotary is not None:
            q, k = rotate(q, *rotary), rotate(k, *rotary)
        attended = F.scaled_dot_product_attention(q, k, v)
        x = rms(x + self.w_o(attended.transpose(1, 2).reshape(batch, positions, d)), self.eps)
        gate, up = self.w_gu(x).chunk(2, -1)
        return rms(x + self.w_down(F.silu(gate) * up), self.eps)


def rotate(x, cosines, sines):
    """Turns component i with its partner i + hd/2 by the angle of the position."""
    half = x.shape[-1] // 2
    partner = torch.cat((-x[..., half:], x[..., :half]), -1)
    return x * cosines + partner * sines


class Module(nn.Module):
    """A stack of blocks, applied to state + injection."""

    def __init__(self, a, d, heads, layers):
        super().__init__()
        self.blocks = nn.ModuleList(Block(a, d, heads) for _ in range(layers))
        self.has_rotary = a["pos"] == "rope"
        if self.has_rotary:
            hd, positions = d // heads, prefix_length(a) + a["seq_len"]
            angle = torch.arange(positions, dtype=torch.float64)[:, None] * a["rope_base"] ** (
                -2 * torch.arange(hd // 2, dtype=torch.float64) / hd)
            self.register_buffer("cosines", angle.cos().repeat(1, 2), persistent=False)
            self.register_buffer("sines", angle.sin().repeat(1, 2), persistent=False)

    def forward(self, state, injection):
        x = state + injection
        rotary = (self.cosines, self.sines) if self.has_rotary else None
        for block in self.blocks:
            x = block(x, rotary)
        return x


class HRM(nn.Module):
    """The whole network. `double()` or `float()` chooses the arithmetic."""

    def __init__(self, a):
        super().__init__()
        self.a = a
        d_h, d_l = a["d_h"], a["d_l"]
        positions = prefix_length(a) + a["seq_len"]
        if a["front"] == "tokens":
            self.tok_emb = nn.Parameter(torch.empty(a["vocab"], d_l))
            if a["puzzle_dim"]:
                self.puzzle_emb = nn.Parameter(torch.zeros(a["n_puzzles"], a["puzzle_dim"]))
        else:
            self.w_patch = matrix(d_l, a["n_features"] * a["patch"])
            self.w_ctx = matrix(d_l, a["d_instrument"] + a["d_timeframe"] + a["n_account"])
            self.instr_emb = nn.Parameter(torch.zeros(a["n_instruments"], a["d_instrument"]))
            self.tf_emb = nn.Parameter(torch.zeros(a["n_timeframes"], a["d_timeframe"]))
        if a["pos"] == "learned":
            self.pos_emb = nn.Parameter(torch.empty(positions, d_l))
        self.H = Module(a, d_h, a["heads_h"], a["layers_h"])
        self.L = Module(a, d_l, a["heads_l"], a["layers_l"])
        if d_h != d_l:
            self.bridge_hl, self.bridge_lh = matrix(d_l, d_h), matrix(d_h, d_l)
        if a["head"] == "lm":
            self.lm_head = matrix(a["vocab"], d_h)
        else:
            self.w_policy = nn.Linear(d_h, a["n_actions"])
            self.w_qty, self.w_value = nn.Linear(d_h, 1), nn.Linear(d_h, 1)
        self.w_q = nn.Linear(d_h, 2)
        self.register_buffer("z_h0", torch.empty(d_h))
        self.register_buffer("z_l0", torch.empty(d_l))

    def tensors(self):
        """All tensors under the names of hrmbot's model files."""
        def name(key):
            return "b_" + key[2:-5] if key.endswith(".bias") else key.removesuffix(".weight")
        return {name(key): value for key, value in [*self.named_parameters(), *self.named_buffers()]
                if not key.endswith(("cosines", "sines"))}

    def load(self, tensors):
        """Takes exactly the tensors of the architecture."""
        mine = self.tensors()
        if mine.keys() != tensors.keys():
            raise ValueError(f"tensors do not fit the architecture: {sorted(mine.keys() ^ tensors.keys())}")
        with torch.no_grad():
            for name, target in mine.items():
                if target.shape != tensors[name].shape:
                    raise ValueError(f"{name} is {list(tensors[name].shape)}, expected {list(target.shape)}")
                target.copy_(tensors[name])
        return self

    def initialise(self, generator):
        """First weights: normal, cut at two parent sigmas, with standard deviation 1/sqrt(inputs); see the presets."""
        def truncated(tensor, deviation):
            nn.init.trunc_normal_(tensor, std=deviation * 1.1368472, a=-2 * deviation * 1.1368472,
                                  b=2 * deviation * 1.1368472, generator=generator)
        with torch.no_grad():
            for name, tensor in sorted(self.tensors().items()):
                if name in ("z_h0", "z_l0"):
                    truncated(tensor, 1)
                elif name in ("puzzle_emb", "instr_emb", "tf_emb", "w_q") or name.startswith("b_") and tensor.dim() == 1:
                    tensor.fill_(-5 if name == "b_q" else 0)
                else:
                    truncated(tensor, tensor.shape[-1] ** -0.5)
        return self

    def embed(self, batch, puzzle_rows=None):
        """The input embedding e [B, S, d_l]; `puzzle_rows` [B, puzzle_dim] stand in for the rows of the table."""
        a = self.a
        if a["front"] == "tokens":
            e = self.tok_emb[batch["inputs"]]
            if a["puzzle_dim"]:
                rows = self.puzzle_emb[batch["puzzle_ids"]] if puzzle_rows is None else puzzle_rows
                rows = F.pad(rows, (0, prefix_length(a) * a["d_l"] - a["puzzle_dim"]))
                e = torch.cat((rows.view(len(rows), prefix_length(a), a["d_l"]), e), 1)
            e = math.sqrt(a["d_l"]) * e
        else:
            bars = batch["bars"]
            context = torch.cat(
                (self.instr_emb[batch["instrument"]], self.tf_emb[batch["timeframe"]], batch["account"]), -1)
            patches = bars.reshape(len(bars), a["seq_len"], a["patch"] * a["n_features"])
            e = torch.cat((self.w_ctx(context)[:, None], self.w_patch(patches)), 1)
        if a["pos"] == "learned":
            e = math.sqrt(0.5) * (e + math.sqrt(a["d_l"]) * self.pos_emb)
        return e

    def start(self, batch_size):
        """The state before the first segment."""
        positions = prefix_length(self.a) + self.a["seq_len"]
        return self.z_h0.expand(batch_size, positions, -1), self.z_l0.expand(batch_size, positions, -1)

    def segment(self, z_h, z_l, e, residuals=None):
        """One segment; only the last call of either module is recorded for the gradient.

        `residuals` is a list that gets the relative change of every row for every update, in the order L..L H L..L H.
        """
        a = self.a

        def note(new, old):
            if residuals is not None:
                change = (new - old).flatten(1).norm(dim=1)
                residuals.append(change / old.flatten(1).norm(dim=1).clamp_min(1e-12))
            return new

        def low(z_l, z_h, e):
            return self.L(z_l, (self.bridge_hl(z_h) if a["d_h"] != a["d_l"] else z_h) + e)

        def high(z_h, z_l):
            return self.H(z_h, self.bridge_lh(z_l) if a["d_h"] != a["d_l"] else z_l)

        recorded = torch.is_grad_enabled()
        z_h, z_l = z_h.detach(), z_l.detach()
        for cycle in range(a["n_cycles"]):
            is_last_cycle = cycle == a["n_cycles"] - 1
            if cycle > 0 and a["l_reset"]:
                z_l = self.z_l0.expand_as(z_l)
            for step in range(a["t_steps"]):
                with torch.set_grad_enabled(recorded and is_last_cycle and step == a["t_steps"] - 1):
                    z_l = note(low(z_l, z_h, e), z_l)
            with torch.set_grad_enabled(recorded and is_last_cycle):
                z_h = note(high(z_h, z_l), z_h)
        return z_h, z_l

    def heads(self, z_h):
        """What is read off the slow state."""
        q = self.w_q(z_h[:, 0])
        out = {"q_halt": q[:, 0], "q_continue": q[:, 1]}
        if self.a["head"] == "lm":
            out["logits"] = self.lm_head(z_h[:, prefix_length(self.a):])
        else:
            out["policy"] = self.w_policy(z_h[:, 0])
            out["quantity"] = torch.sigmoid(self.w_qty(z_h[:, 0]))[:, 0]
            out["value"] = self.w_value(z_h[:, 0])[:, 0]
        return out
