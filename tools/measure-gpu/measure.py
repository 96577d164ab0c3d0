#!/usr/bin/env python3
"""Measures operators and whole networks on the first GPU with PyTorch and writes a CSV that `npusim calibrate` reads.

    measure.py --out measured.csv [--budget SECONDS]            the plan of plan.py, the most wanted rows first
    measure.py --out measured.csv --layers LIST.csv [--batches 1,16,256] [--precisions fp16,fp32]
    measure.py --self-check [--out made.csv]

A row is written as soon as it is measured; one that fails is written with its reason. No setting of the card is changed.
--self-check needs neither a GPU nor PyTorch: it runs the plan on a stand-in whose times are known.
"""
import argparse
import csv
import math
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True  # nothing beside the sources
import layers  # noqa: E402
import plan  # noqa: E402

COLUMNS = ["device", "table", "operator", "precision", "m", "n", "k", "groups", "channels", "kernel", "stride", "elements",
           "operations", "row", "inputs", "outputs", "weights", "latency_s", "power_w", "eager_s", "loop_s", "low_s",
           "high_s", "layer", "network", "batch", "mode", "steps", "share", "launches", "layout", "operands", "power_by",
           "clock_mhz", "temperature_c", "status", "driver", "cuda", "torch", "cudnn"]
SIZES = ["m", "n", "k", "groups", "channels", "elements", "operations", "row", "inputs", "outputs", "weights"]
ITEM_BYTES = {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "fp8": 1, "int8": 1}
PRECISIONS = list(ITEM_BYTES)
SETTLE_S, LOOP_S = 0.2, 0.8      # of a loop whose power is taken: without its beginning, and in all
COLD_BYTES = 2e8                   # of operand sets that no cache holds
CAPTURE_S, COPIES = 1e-3, 32       # launches of a captured graph: at least this long, at most so many


class Session:
    """Records rows: sizes and figures into the CSV, a line into the log."""

    def __init__(self, machine, meter, writer, versions, device):
        self.machine, self.meter, self.writer = machine, meter, writer
        self.fixed = dict(versions, device=device)
        self.begin = time.perf_counter()
        self.rows = self.failed = 0

    def record(self, **values):
        row = dict.fromkeys(COLUMNS, 0) | {"status": "measured"} | self.fixed | values
        for key, value in row.items():
            if isinstance(value, float):
                row[key] = f"{value:.7g}"
        self.writer(row)
        self.rows += 1
        self.failed += row["status"] != "measured"
        print(f"{time.perf_counter() - self.begin:6.1f} s  {row['table']:11s} {row['layer'] or row['network']} "
              f"{row['precision']} m {row['m']} n {row['n']} k {row['k']} elements {row['elements']} batch {row['batch']} "
              f"{row['mode']}: {row['latency_s']} s, loop {row['loop_s']} s, {row['power_w']} W, {row['clock_mhz']} MHz"
              f"{'' if row['status'] == 'measured' else '  FAILED ' + row['status']}", flush=True)

    def guarded(self, work, **what):
        """The figures of `work()` in a row, or why there are none."""
        try:
            self.record(**what, **work())
        except Exception as problem:
            self.record(**what, status=f"{type(problem).__name__}: {problem}".replace("\n", " ")[:200])
            traceback.print_exc(limit=3)
            self.machine.rest()

    def idle(self):
        def figures():
            with self.meter(0.5) as meter:
                self.machine.pause(2.5)
            return measured_power(meter)
        self.guarded(figures, table="idle", operator="idle", layer="idle")

    def power_of(self, launch, each_s):
        """Figures of the launch in a loop."""
        with self.meter(SETTLE_S) as meter:
            loop_s = self.machine.loop(launch, each_s, LOOP_S)
        return measured_power(meter) | {"loop_s": loop_s}

    def operator(self, table, size, precision, power, layout, cold):
        machine = self.machine

        def figures():
            moved = ITEM_BYTES[precision] * (size["inputs"] + size["outputs"] + size["weights"])
            sets = max(1, min(COPIES, math.ceil(COLD_BYTES / moved))) if cold else 1
            each = [machine.operator(size, precision, layout) for _ in range(sets)]
            one = each[0] if sets == 1 else (lambda: [launch() for launch in each])
            one()
            machine.wait()
            first = machine.events(one, 3)[0]
            copies = max(1, min(COPIES, int(CAPTURE_S / first)))
            replay, launches = machine.capture(one, copies), copies * sets
            replay()
            middle, low, high = machine.events(replay, 9 if copies * first < 0.01 else 5)
            out = {"latency_s": middle / launches, "low_s": low / launches, "high_s": high / launches,
                   "eager_s": first / sets, "launches": launches}
            if power:
                out |= self.power_of(replay, middle)
                out["loop_s"] /= launches
            return out
        self.guarded(figures, table=table, operator=size["kind"], precision=precision, layer=size["layer"], mode="graph",
                     batch=size.get("samples", 1), layout=layout if size["kind"] == "convolution" else 0,
                     operands="cold" if cold else "warm", **sizes_of(size))

    def network(self, path, precision, batch, modes, power, share):
        listed, steps, recurrent = layers.read(path)
        name = os.path.basename(path)[:-4]
        for mode in modes:
            if mode == "snn-layer" and recurrent or mode.startswith("snn") and steps == 1:
                continue
            self.guarded(lambda: self.run_network(listed, steps, recurrent, precision, batch, mode, mode in power, share),
                         table="network", operator="network", network=name, precision=precision, batch=batch, mode=mode,
                         steps=1 if mode.startswith("ann") else steps, share=share)

    def run_network(self, listed, steps, recurrent, precision, batch, mode, power, share):
        launch, launches = network_launch(self.machine, listed, steps, recurrent, precision, batch, mode, share)
        launch()
        self.machine.wait()
        if mode in ("ann-graph", "snn-fused", "snn-graph"):
            launch = self.machine.capture(launch)
            launch()
        first = self.machine.wall(launch, 1)[0]
        middle, low, high = self.machine.wall(launch, max(3, min(11, int(0.3 / max(first, 1e-6)))))
        out = {"latency_s": middle, "low_s": low, "high_s": high, "launches": launches}
        return out | (self.power_of(launch, middle) if power else {})


def network_launch(machine, listed, steps, recurrent, precision, batch, mode, share):
    """A function that launches the whole network as `mode` says (docs/baseline.md), and how many kernels that are."""
    unrolled = mode in ("snn-layer", "snn-fused") and not recurrent
    together = steps if unrolled else 1
    passes = 1 if unrolled or mode.startswith("ann") else steps
    calls, kernels = [], 0
    for layer in listed:
        for _ in range(max(1, round(layer["repeat"] * share))):
            size = layers.at_batch(layer, batch * together)
            each = 1
            if layer["kind"] != "neuron":
                call = machine.operator(size, precision)
            elif mode.startswith("ann"):
                call = machine.activation(size, precision)
            elif mode in ("snn", "snn-graph"):
                call, each = machine.neuron_operations(size, precision), layer["operations"]
            else:
                call = machine.neuron_steps(layers.at_batch(layer, batch), precision, together)
            calls.append(call)
            kernels += each

    def launch():
        for _ in range(passes):
            for call in calls:
                call()
    return launch, kernels * passes


def measured_power(meter):
    watts, how, clock = meter.result()
    return {"power_w": watts, "power_by": how, "clock_mhz": clock, "temperature_c": meter.temperature()}


def sizes_of(size):
    values = {key: size[key] for key in SIZES}
    if size["kind"] == "convolution":
        values.update(kernel=f"{size['kernel'][0]}x{size['kernel'][1]}", stride=size["stride"])
    return values


def run(session, entries, budget):
    """Until the budget is spent; returns how many entries were left."""
    left = 0
    for entry in entries:
        if left or time.perf_counter() - session.begin > budget:
            left += 1
            continue
        entry(session)
    return left


def open_session(path):
    import kernels
    import power
    import torch
    if not torch.cuda.is_available():
        sys.exit("no CUDA device, expected one (or --self-check)")
    try:
        board = power.Board()
        versions = kernels.software() | {"driver": board.driver}
    except Exception as problem:
        print(f"no NVML ({problem}): power is not measured", flush=True)
        board, versions = None, kernels.software()
    device = torch.cuda.get_device_name(0)
    print(f"{device}, {versions}, power limit {board.limit_w if board else 0} W", flush=True)
    return Session(kernels.Kernels(), lambda settle: power.Meter(board, settle), writer_to(path), versions, device)


def writer_to(path):
    file = open(path, "w", newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()

    def write(row):
        writer.writerow(row)
        file.flush()
    return write


def list_entries(line):
    name = line.layers[:-4] if line.layers.endswith(".csv") else sys.exit(f"{line.layers}: expected a name in .csv")
    for precision in line.precisions.split(","):
        for batch in line.batches.split(","):
            def entry(session, precision=precision, batch=int(batch)):
                for layer in layers.read(line.layers)[0]:
                    session.operator("layers", layers.at_batch(layer, batch) | ({"kind": "elementwise"} if
                                     layer["kind"] == "neuron" else {}), precision, True, "nchw", False)
                session.network(name + ".csv", precision, batch, plan.MODES, set(plan.MODES), 1.0)
            yield entry


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers")
    parser.add_argument("--out")
    parser.add_argument("--batches", default="1,16,256")
    parser.add_argument("--precisions", default="fp16,fp32")
    parser.add_argument("--budget", type=float, default=1e9)
    parser.add_argument("--self-check", action="store_true")
    line = parser.parse_args()
    for precision in line.precisions.split(","):
        if precision not in PRECISIONS:
            parser.error(f"precision {precision}, expected some of {', '.join(PRECISIONS)}")
    if line.self_check:
        import self_check
        return self_check.run(line.out)
    if not line.out:
        parser.error("expected --out, or --self-check")
    session = open_session(line.out)
    left = run(session, list_entries(line) if line.layers else plan.everything(), line.budget)
    print(f"{session.rows} rows in {time.perf_counter() - session.begin:.0f} s, {session.failed} failed, {left} entries of "
          f"the plan left out for want of time")


if __name__ == "__main__":
    main()
