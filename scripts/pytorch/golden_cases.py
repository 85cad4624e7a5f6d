"""Further golden cases: their configurations, their inputs, and what makes one a good one."""

import torch

from hrm_reference import HRM, IGNORED

TOKENS = dict(
    d_h=32, d_l=32, heads_h=4, heads_l=4, layers_h=2, layers_l=2, expansion=4.0, inner_multiple=16, n_cycles=2,
    t_steps=2, rms_eps=1e-5, rope_base=10000.0, pos="rope", l_reset=False, max_segments=4, explore_prob=0.1,
    front="tokens", seq_len=9, vocab=6, puzzle_dim=40, n_puzzles=5, n_features=6, patch=2, n_instruments=12,
    d_instrument=64, n_timeframes=5, d_timeframe=32, n_account=4, head="lm", n_actions=5, loss_type="stablemax",
    w_quantity=0.5, w_value=0.5, batch=4, lr=1e-3, weight_decay=0.1, row_lr=1e-2, betas=[0.9, 0.95])
BARS = dict(TOKENS, front="bars", seq_len=7, vocab=11, puzzle_dim=0, n_puzzles=1, head="trade", loss_type="softmax",
            batch=3)
NO_PREFIX = dict(puzzle_dim=0, n_puzzles=1)
DRAWING = ("ignore", "keep", "repeat")
BRIDGES = dict(d_h=40, d_l=24, heads_h=5, heads_l=3)


def all_cases():
    """Configurations by name. `DRAWING` settings only shape the draws and are not written."""
    return {
        "tokens-noprefix-softmax": dict(TOKENS, **NO_PREFIX, loss_type="softmax"),
        "tokens-noprefix-stablemax": dict(TOKENS, **NO_PREFIX),
        "tokens-prefix-softmax": dict(TOKENS, loss_type="softmax"),
        "tokens-learned-prefix": dict(TOKENS, pos="learned"),
        "tokens-learned-noprefix": dict(TOKENS, **NO_PREFIX, pos="learned", loss_type="softmax"),
        "tokens-bridges-prefix": dict(TOKENS, **BRIDGES, puzzle_dim=50),
        "tokens-bridges-learned": dict(TOKENS, d_h=24, d_l=40, heads_h=3, heads_l=5, pos="learned", puzzle_dim=50),
        "tokens-trade": dict(TOKENS, **NO_PREFIX, head="trade", loss_type="softmax"),
        "tokens-trade-prefix-bridges": dict(TOKENS, **BRIDGES, head="trade", loss_type="softmax", l_reset=True),
        "tokens-puzzle-d": dict(TOKENS, puzzle_dim=32),
        "tokens-puzzle-2d": dict(TOKENS, puzzle_dim=64),
        "tokens-puzzle-1": dict(TOKENS, puzzle_dim=1),
        "tokens-puzzle-repeated": dict(TOKENS, batch=5, n_puzzles=2, repeat=True),
        "tokens-seq1": dict(TOKENS, **NO_PREFIX, seq_len=1),
        "tokens-seq1-prefix": dict(TOKENS, seq_len=1, loss_type="softmax"),
        "tokens-ignored": dict(TOKENS, ignore=True),
        "tokens-ignored-softmax": dict(TOKENS, ignore=True, loss_type="softmax", puzzle_dim=32),
        "tokens-batch1": dict(TOKENS, batch=1, n_puzzles=1),
        "tokens-vocab2-odd-head": dict(TOKENS, vocab=2, d_h=15, d_l=15, heads_h=3, heads_l=3, pos="learned",
                                       puzzle_dim=7),
        "bars-learned": dict(BARS, pos="learned"),
        "bars-learned-bridges": dict(BARS, **BRIDGES, pos="learned", l_reset=True),
        "bars-lm-softmax": dict(BARS, head="lm", ignore=True),
        "bars-lm-stablemax-bridges": dict(BARS, **BRIDGES, head="lm", loss_type="stablemax"),
        "bars-lm-learned": dict(BARS, head="lm", loss_type="stablemax", pos="learned"),
        "bars-n1-t1": dict(BARS, n_cycles=1, t_steps=1),
        "bars-n1-t4-reset": dict(BARS, n_cycles=1, t_steps=4, l_reset=True),
        "bars-n4-t1-reset": dict(BARS, n_cycles=4, t_steps=1, l_reset=True),
        "bars-n3-t5-reset": dict(BARS, n_cycles=3, t_steps=5, l_reset=True),
        "bars-segments1": dict(BARS, max_segments=1),
        "bars-segments2": dict(BARS, max_segments=2),
        "bars-segments3": dict(BARS, max_segments=3, batch=5),
        "bars-layers3-1": dict(BARS, layers_h=3, layers_l=1),
        "bars-layers1-3-heads1": dict(BARS, layers_h=1, layers_l=3, heads_h=1, heads_l=1),
        "bars-heads16": dict(BARS, heads_h=16, heads_l=16),
        "bars-multiple8": dict(BARS, inner_multiple=8, expansion=2.5),
        "bars-multiple32": dict(BARS, **BRIDGES, inner_multiple=32, expansion=2.5),
        "bars-multiple1": dict(BARS, inner_multiple=1, expansion=1.7, d_h=18, d_l=22, heads_h=3, heads_l=1),
        "bars-seq1": dict(BARS, seq_len=1),
        "bars-batch1": dict(BARS, batch=1),
        "bars-batch5-repeated": dict(BARS, batch=5, repeat=True),
        "bars-actions7": dict(BARS, n_actions=7),
        "bars-actions2": dict(BARS, n_actions=2, patch=1, n_features=5),
        "bars-account0": dict(BARS, n_account=0),
        "bars-min-steps": dict(BARS, batch=5, keep=True),
        "bars-other-constants": dict(
            BARS, rms_eps=1e-3, rope_base=100.0, w_quantity=0.25, w_value=1.5, lr=3e-3, weight_decay=1.0,
            betas=[0.8, 0.99], d_instrument=7, d_timeframe=3, n_timeframes=1),
        "tokens-other-constants": dict(TOKENS, lr=5e-4, weight_decay=0.0, row_lr=3e-2, betas=[0.5, 0.999],
                                       rope_base=500.0, rms_eps=1e-6),
    }


def draw(config, seed):
    """Weights (of the size training would have them) and inputs; every number exact in single precision."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, scale=1.0):
        return (scale * torch.randn(*shape, generator=generator)).clamp(-5, 5)

    def integers(low, high, *shape):
        return torch.randint(low, high, shape, generator=generator)

    given = {}
    for name, tensor in sorted(HRM(config).tensors().items()):
        if tensor.dim() == 1:
            scale = 1.0 if name.startswith("z_") else 0.1
        else:
            scale = 0.3 if name in ("puzzle_emb", "instr_emb", "tf_emb") else tensor.shape[1] ** -0.5
        given["w." + name] = normal(*tensor.shape, scale=scale)
    batch, most = config["batch"], config["max_segments"]
    repeat, keep = config.get("repeat", False), config.get("keep", False)
    given["in.min_steps"] = torch.zeros(3, batch, dtype=torch.int64)
    if most > 1:
        drawn = torch.rand(3, batch, generator=generator) < (0.6 if keep else 0.25)
        given["in.min_steps"] = integers(2, most + 1, 3, batch).where(drawn, 0)
    for index in range(3):
        entry = {}
        if config["front"] == "tokens":
            entry["inputs"] = integers(0, config["vocab"], batch, config["seq_len"])
            if config["puzzle_dim"]:
                entry["puzzle_ids"] = integers(0, config["n_puzzles"], batch)
        else:
            entry["bars"] = normal(batch, config["seq_len"] * config["patch"], config["n_features"])
            entry["account"] = normal(batch, config["n_account"])
            entry["instrument"] = integers(0, 2 if repeat else config["n_instruments"], batch)
            entry["timeframe"] = integers(0, 1 if repeat else config["n_timeframes"], batch)
        if config["head"] == "lm":
            entry["labels"] = integers(0, config["vocab"], batch, config["seq_len"])
        else:
            entry["labels"] = integers(0, config["n_actions"], batch)
            entry["qty_mask"] = (entry["labels"] < 2).long()
            entry["qty_target"] = torch.rand(batch, generator=generator)
            entry["value_target"] = normal(batch)
        given.update({f"in{index}.{name}": tensor for name, tensor in entry.items()})
    label(config, given, generator)
    given["opt.w0"] = normal(4, 5)
    given.update({f"opt.g{step}": normal(4, 5, scale=10.0 ** -step) for step in range(3)})
    for step in range(3):
        given[f"opt.g{step}"][2, 3] = 0
    return given


def label(config, given, generator):
    """Makes the first row's answer right in the first segment, and takes labels away where a case asks for it."""
    with torch.no_grad():
        net = HRM(config).double().load(
            {name[2:]: t.double() for name, t in given.items() if name.startswith("w.")})
        batch = {name[4:]: t.double() if t.is_floating_point() else t
                 for name, t in given.items() if name.startswith("in0.")}
        e = net.embed(batch)
        heads = net.heads(net.segment(*net.start(len(e)), e)[0])
    given["in0.labels"][0] = heads["logits" if config["head"] == "lm" else "policy"].argmax(-1)[0]
    if config["head"] == "trade":
        given["in0.qty_mask"] = (given["in0.labels"] < 2).long()
    if config.get("ignore"):
        for index in range(3):
            labels = given[f"in{index}.labels"]
            labels[torch.rand(labels.shape, generator=generator) < 0.4] = IGNORED
            labels[-1 if index == 0 else index] = IGNORED


def weakness(config, given, exact):
    """Why rounding could change a discrete outcome of this case, or it shows too little; None if it is good."""
    kept = halted = 0
    for segment in range(3):
        found = {name.split(".", 2)[2]: t for name, t in exact.items() if name.startswith(f"train.seg{segment}.")}
        if (found["q_halt"] - found["q_continue"]).abs().min() < 0.02:
            return "a halting margin is small"
        answer = found["logits" if config["head"] == "lm" else "policy"]
        if answer.shape[-1] > 1:
            best = answer.topk(2).values
            if (best[..., 0] - best[..., 1]).min() < 0.003:
                return "two answers nearly tie"
        wish = (found["q_halt"] > found["q_continue"]) | (found["steps"] >= config["max_segments"])
        kept += (wish & (found["halted"] == 0)).sum()
        halted += found["halted"].sum()
    if config["max_segments"] > 1 and config["batch"] > 1 and not 0 < halted < 3 * config["batch"]:
        return "all rows halt, or none"
    if config.get("keep") and not kept:
        return "no row is kept beyond its wish"
    if not exact["train.seg0.part.correct"].any():
        return "no row is right"
    # The first step goes by the sign of a gradient alone: one that rounding can turn would change all that follows.
    for name, gradient in exact.items():
        if name.startswith("grad.") and ((gradient != 0) & (gradient.abs() < 2e-7)).any():
            return f"{name} nearly vanishes somewhere"
    return None
