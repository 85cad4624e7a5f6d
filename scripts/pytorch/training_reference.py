"""The training step of hrmbot in plain PyTorch: losses, adaptive computation time, optimisers."""

import torch
import torch.nn.functional as F

from hrm_reference import IGNORED


def stablemax_cross_entropy(logits, labels):
    """-log of s(x_label) / sum of s, with s(x) = x + 1 for x >= 0, else 1 / (1 - x); in double precision."""
    x = logits.double()
    s = torch.where(x >= 0, x + 1, 1 / (1 - x.clamp_max(0)))
    share = s / s.sum(-1, keepdim=True)
    return -share.gather(-1, labels[..., None])[..., 0].log()


def language_loss(a, logits, labels):
    """Per row: the mean over labelled positions, and whether all of them are right. A row without any is right."""
    valid = labels != IGNORED
    target = labels.where(valid, 0)
    if a["loss_type"] == "stablemax":
        each = stablemax_cross_entropy(logits, target).to(logits.dtype)
    else:
        each = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view_as(target)
    loss = each.where(valid, 0).sum(-1) / valid.sum(-1).clamp_min(1)
    return loss, (valid & (logits.argmax(-1) != labels)).sum(-1) == 0


def losses(a, heads, batch, target_continue):
    """The parts of the loss, each summed over the rows, and whether each row is right."""
    if a["head"] == "lm":
        each, correct = language_loss(a, heads["logits"], batch["labels"])
        parts = {"lm": each.sum()}
    else:
        correct = heads["policy"].argmax(-1) == batch["labels"]
        mask = batch["qty_mask"].to(heads["value"].dtype)
        parts = {
            "policy": F.cross_entropy(heads["policy"], batch["labels"], reduction="sum"),
            "quantity": (mask * (heads["quantity"] - batch["qty_target"]).square()).sum(),
            "value": (heads["value"] - batch["value_target"]).square().sum(),
        }
    bce = F.binary_cross_entropy_with_logits
    parts["q_halt"] = bce(heads["q_halt"], correct.to(heads["q_halt"].dtype), reduction="sum")
    parts["q_continue"] = bce(heads["q_continue"], target_continue, reduction="sum")
    return parts, correct


def total_loss(a, parts, batch_size):
    """The loss of the step."""
    weights = {"quantity": a["w_quantity"], "value": a["w_value"], "q_halt": 0.5, "q_continue": 0.5}
    return sum(weights.get(name, 1) * part for name, part in parts.items()) / batch_size


class Training:
    """Carry of a batch over segments. All rows start halted."""

    def __init__(self, net, batch_size):
        self.net, self.batch_size = net, batch_size
        self.z_h, self.z_l = net.start(batch_size)
        self.steps = torch.zeros(batch_size, dtype=torch.int64)
        self.halted = torch.ones(batch_size, dtype=torch.bool)
        self.sample = None

    def step(self, offered, min_steps):
        """One training segment; returns the loss (with its graph), what was computed, and the puzzle rows if any.

        `offered` are new samples, taken by rows that have halted; `min_steps` [B] is 0 or the drawn minimum.
        """
        net, a, halted = self.net, self.net.a, self.halted
        fresh_h, fresh_l = net.start(self.batch_size)
        self.z_h = torch.where(halted[:, None, None], fresh_h, self.z_h)
        self.z_l = torch.where(halted[:, None, None], fresh_l, self.z_l)
        self.steps = self.steps.where(~halted, 0)
        if self.sample is None:
            self.sample = dict(offered)
        for name, new in offered.items():
            rows = halted.view(-1, *[1] * (new.dim() - 1))
            self.sample[name] = torch.where(rows, new, self.sample[name])

        rows = None
        if a["front"] == "tokens" and a["puzzle_dim"]:
            rows = net.puzzle_emb[self.sample["puzzle_ids"]].detach().requires_grad_()
        e = net.embed(self.sample, rows)
        z_h, z_l = net.segment(self.z_h, self.z_l, e)
        heads = net.heads(z_h)
        self.z_h, self.z_l = z_h.detach(), z_l.detach()

        self.steps = self.steps + 1
        last = self.steps >= a["max_segments"]
        self.halted = last
        if a["max_segments"] > 1:
            self.halted = (last | (heads["q_halt"] > heads["q_continue"])) & (self.steps >= min_steps)
        with torch.no_grad():
            ahead = net.heads(net.segment(self.z_h, self.z_l, e.detach())[0])
            wish = torch.where(last, ahead["q_halt"], torch.maximum(ahead["q_halt"], ahead["q_continue"]))
            target_continue = torch.sigmoid(wish)
        parts, correct = losses(a, heads, self.sample, target_continue)
        loss = total_loss(a, parts, self.batch_size)
        return loss, dict(heads, parts=parts, correct=correct, target_continue=target_continue), rows


class AdamATan2:
    """m and v as in Adam; the step is atan2 of them, which needs no epsilon. Weight decay hits every parameter."""

    def __init__(self, parameters, betas=(0.9, 0.95)):
        self.parameters, self.betas, self.count = list(parameters), betas, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, gradients, lr, weight_decay):
        """Many tensors at once: the fastest form that PyTorch offers without compilation."""
        first, second = self.betas
        self.count += 1
        torch._foreach_mul_(self.parameters, 1 - lr * weight_decay)
        torch._foreach_lerp_(self.m, gradients, 1 - first)
        torch._foreach_mul_(self.v, second)
        torch._foreach_addcmul_(self.v, gradients, gradients, 1 - second)
        size = torch._foreach_sqrt(self.v)
        torch._foreach_div_(size, (1 - second ** self.count) ** 0.5)
        for parameter, m, size in zip(self.parameters, self.m, size):
            parameter.add_(torch.atan2(m, size, out=size), alpha=-lr / (1 - first ** self.count))


@torch.no_grad()
def sign_rows(table, ids, gradients, lr, weight_decay):
    """SignSGD on the rows of a table that occur in the batch, after summing the gradients of equal ids."""
    touched, place = ids.unique(return_inverse=True)
    total = torch.zeros(len(touched), table.shape[1], dtype=table.dtype).index_add_(0, place, gradients)
    table[touched] = table[touched] * (1 - lr * weight_decay) - lr * total.sign()
