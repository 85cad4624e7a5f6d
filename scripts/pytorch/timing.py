"""How long PyTorch takes, on the CPU: decisions of one segment, or training steps. Prints one JSON object.

Started by scripts/compare-pytorch, a process for every measurement, so that memory is that of the measured thing alone.
"""

import argparse
import copy
import json
import resource
import time
import warnings

import torch
from torch import nn

from hrm_reference import HRM, preset
from training_reference import AdamATan2, Training

CONTEXT = ("bars", "account", "instrument", "timeframe")


class Decision(nn.Module):
    """From an observation to the heads after one segment, without anything that training needs."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, *observation):
        e = self.net.embed(dict(zip(CONTEXT, observation)))
        heads = self.net.heads(self.net.segment(*self.net.start(len(e)), e)[0])
        return heads["policy"], heads["quantity"], heads["value"], heads["q_halt"], heads["q_continue"]


def observations(a, batch, generator):
    """Random observations, and random answers to train on."""
    return dict(
        bars=torch.randn(batch, a["seq_len"] * a["patch"], a["n_features"], generator=generator),
        account=torch.randn(batch, a["n_account"], generator=generator),
        instrument=torch.randint(0, 9, (batch,), generator=generator),
        timeframe=torch.randint(0, a["n_timeframes"], (batch,), generator=generator),
        labels=torch.randint(0, a["n_actions"], (batch,), generator=generator),
        qty_mask=torch.ones(batch, dtype=torch.int64),
        qty_target=torch.rand(batch, generator=generator),
        value_target=torch.randn(batch, generator=generator))


def variants(net, observation, compiled):
    """Every form of the network that may be the fastest, by precision and name."""
    decision = Decision(net).eval()
    eight = torch.ao.quantization.quantize_dynamic(copy.deepcopy(decision), {nn.Linear}, dtype=torch.qint8)

    def traced(module):
        return torch.jit.trace(module, observation, check_trace=False)

    found = {
        ("fp32", "eager"): decision,
        ("fp32", "traced, optimised"): torch.jit.optimize_for_inference(traced(decision)),
        ("int8", "eager"): eight,
        ("int8", "traced, frozen"): torch.jit.freeze(traced(eight)),
    }
    if compiled:
        found["fp32 compiled", "torch.compile"] = torch.compile(decision)
    return found


def measure_decisions(arguments, generator):
    """Samples in milliseconds of every variant, in turns of a tenth of the time."""
    a = dict(preset(arguments.preset), n_cycles=arguments.cycles, t_steps=arguments.timesteps)
    a["seq_len"] = arguments.positions - 1
    net = HRM(a).initialise(generator).float().eval()
    batch = observations(a, arguments.batch, generator)
    observation = tuple(batch[name] for name in CONTEXT)
    with torch.no_grad():
        found = variants(net, observation, arguments.compile)
    samples = {key: [] for key in found}
    with torch.inference_mode():
        for key, module in found.items():
            for _ in range(3):
                module(*observation)
        for _ in range(10):
            for key, module in found.items():
                end = time.perf_counter() + arguments.seconds / 10
                while True:
                    start = time.perf_counter()
                    module(*observation)
                    now = time.perf_counter()
                    samples[key].append(1000 * (now - start))
                    if now >= end:
                        break
    return [{"precision": precision, "variant": name, "samples_ms": values}
            for (precision, name), values in samples.items()]


def measure_training(arguments, generator):
    """Samples in milliseconds of whole training steps: segment, target segment, backward, optimiser."""
    a = dict(preset(arguments.preset), n_cycles=arguments.cycles, t_steps=arguments.timesteps)
    net = HRM(a).initialise(generator).float()
    parameters = list(net.parameters())
    optimiser = AdamATan2(parameters)
    training = Training(net, arguments.batch)
    batch = observations(a, arguments.batch, generator)
    minimum = torch.zeros(arguments.batch, dtype=torch.int64)
    samples = []
    end = time.perf_counter() + arguments.seconds
    while len(samples) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        loss, _, _ = training.step(batch, minimum)
        optimiser.step(torch.autograd.grad(loss, parameters), 1e-4, 0.1)
        samples.append(1000 * (time.perf_counter() - start))
    # The first step allocates.
    return [{"precision": "fp32", "variant": "eager, foreach", "samples_ms": samples[1:]}]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("decisions", "training"))
    parser.add_argument("--preset", default="hrm-27m")
    parser.add_argument("--cycles", type=int, default=2)
    parser.add_argument("--timesteps", type=int, default=2)
    parser.add_argument("--positions", type=int, default=16)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2, help="per variant")
    parser.add_argument("--compile", action="store_true", help="decisions: torch.compile too")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    generator = torch.Generator().manual_seed(1)
    measure = measure_decisions if arguments.what == "decisions" else measure_training
    rows = measure(arguments, generator)
    print(json.dumps({
        "version": torch.__version__, "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "quantized_engine": torch.backends.quantized.engine, "threads": torch.get_num_threads(), "rows": rows,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
