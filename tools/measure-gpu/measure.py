#!/usr/bin/env python3
"""Measures a network's own launches on a GPU with PyTorch and writes the CSV that `npusim calibrate --measured` reads.

    measure.py --layers traces/workloads/NAME.csv --out measured.csv [--batches 1,16,256] [--precisions fp32,tf32,fp16]
    measure.py --self-check

Each operator of the layer list is timed alone, and the whole list as a network: `ann` once; `snn` step by step, as a
framework launches it, a kernel for each neuron operation; `snn-graph`, the same captured as one CUDA graph.
Power is the mean of nvidia-smi's samples while the launches of a row repeat, for at least --seconds.
--self-check needs neither a GPU nor PyTorch: it runs everything but the kernels, on a stand-in whose times are known.
"""
import argparse
import csv
import subprocess
import sys
import threading
import time

COLUMNS = ["device", "operator", "precision", "m", "n", "k", "groups", "elements", "operations", "row", "inputs",
           "outputs", "weights", "latency_s", "power_w", "layer", "batch", "mode", "software"]
ITEM_BYTES = {"fp32": 4, "tf32": 4, "fp16": 2}


def read_layers(path):
    with open(path, newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
        file.seek(0)
        steps = [int(line.split(":")[1]) for line in file if line.startswith("# steps:")]
    layers = []
    for record in csv.DictReader(lines):
        layer = {"layer": record["layer"], "kind": record["kind"], "batch": record["batch"]}
        for key in ("repeat", "m", "n", "k", "groups", "elements", "operations", "row", "inputs", "outputs", "weights"):
            layer[key] = int(float(record[key]))
        layers.append(layer)
    if not layers:
        sys.exit(f"{path}: no layers, expected a line for each operator")
    return layers, steps[0] if steps else 1


def at_batch(layer, batch):
    """Sizes of the launch for `batch` samples: the batch multiplies rows or products."""
    sized = dict(layer)
    if layer["kind"] in ("matrix", "convolution3x3"):
        sized["groups" if layer["batch"] == "groups" else "m"] *= batch
    for key in ("elements", "inputs", "outputs"):
        sized[key] *= batch
    return as_launched(sized)


def as_launched(size):
    """What the kernel that stands for the operator reads and writes: im2col's product, one value or two in and one out."""
    if size["kind"] in ("matrix", "convolution3x3"):
        size["inputs"] = size["groups"] * size["m"] * size["k"]
        size["weights"] = size["groups"] * size["k"] * size["n"]
        return size
    binary = size["inputs"] > size["elements"] and not size["row"]
    size.update(inputs=(2 if binary else 1) * size["elements"], outputs=size["elements"], weights=0)
    return size


class Torch:
    """The kernels, on the first CUDA device."""

    def __init__(self):
        import torch
        if not torch.cuda.is_available():
            sys.exit("no CUDA device, expected one (or --self-check)")
        self.torch = torch
        self.device = torch.cuda.get_device_name(0)
        self.software = f"torch {torch.__version__} cuda {torch.version.cuda} driver {driver_version()}"

    def operator(self, size, precision):
        """A function that launches the operator once."""
        torch = self.torch
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        kind = torch.float16 if precision == "fp16" else torch.float32
        new = lambda *shape: torch.randn(*shape, device="cuda", dtype=kind)
        if size["kind"] in ("matrix", "convolution3x3"):
            left = new(size["groups"], size["m"], size["k"])
            right = new(size["groups"], size["k"], size["n"])
            out = new(size["groups"], size["m"], size["n"])
            return lambda: torch.bmm(left, right, out=out)
        if size["kind"] in ("softmax", "norm") and size["row"]:
            x = new(max(1, size["elements"] // size["row"]), size["row"])
            if size["kind"] == "softmax":
                return lambda: torch.softmax(x, -1)
            return lambda: torch.nn.functional.layer_norm(x, (size["row"],))
        x, y, out = new(size["elements"]), new(size["elements"]), new(size["elements"])
        if size["inputs"] > size["elements"]:
            return lambda: torch.add(x, y, out=out)
        return lambda: torch.mul(x, 0.5, out=out)

    def capture(self, launch):
        torch = self.torch
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                launch()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            launch()
        return graph.replay

    def time(self, launch, seconds):
        """Mean seconds of a launch over at least `seconds`, synchronised only at both ends."""
        for _ in range(3):
            launch()
        self.torch.cuda.synchronize()
        count, begin = 0, time.perf_counter()
        while True:
            for _ in range(10):
                launch()
            count += 10
            self.torch.cuda.synchronize()
            if time.perf_counter() - begin >= seconds:
                return (time.perf_counter() - begin) / count


class StandIn:
    """No kernels: 5 us a launch and 1 TB/s, so that what is written is known. A graph launches at once."""
    device = "self-check"
    software = "none"

    def __init__(self):
        self.clock = 0.0

    def operator(self, size, precision):
        took = 5e-6 + ITEM_BYTES[precision] * (size["inputs"] + size["outputs"] + size["weights"]) / 1e12

        def launch():
            self.clock += took
        return launch

    def capture(self, launch):
        def replay():
            before = self.clock
            launch()
            self.clock = before + (self.clock - before) / 2
        return replay

    def time(self, launch, seconds):
        before = self.clock
        for _ in range(10):
            launch()
        return (self.clock - before) / 10


def driver_version():
    return smi("driver_version").splitlines()[0].strip()


def smi(field):
    return subprocess.run(["nvidia-smi", f"--query-gpu={field}", "--format=csv,noheader,nounits", "--id=0"],
                          capture_output=True, text=True, check=True).stdout


class Power:
    """Mean of the board's power while the block runs; 0 without nvidia-smi."""

    def __init__(self, wanted):
        self.samples, self.stop, self.thread = [], threading.Event(), None
        if wanted:
            self.thread = threading.Thread(target=self.sample)

    def sample(self):
        while not self.stop.is_set():
            try:
                self.samples.append(float(smi("power.draw").split()[0]))
            except (OSError, ValueError, subprocess.CalledProcessError):
                return
            self.stop.wait(0.02)

    def __enter__(self):
        if self.thread:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        if self.thread:
            self.thread.join()

    def mean(self):
        late = self.samples[len(self.samples) // 4:]  # the board takes a while to reach its power
        return sum(late) / len(late) if late else 0.0


def row_of(machine, layer, size, precision, latency, power, batch, mode, operator):
    values = {"device": machine.device, "operator": operator, "precision": precision, "latency_s": f"{latency:.9g}",
              "power_w": f"{power:.4g}", "layer": layer, "batch": batch, "mode": mode, "software": machine.software}
    for key in ("m", "n", "k", "groups", "elements", "operations", "row", "inputs", "outputs", "weights"):
        values[key] = size[key] if size else 0
    return values


def measure(machine, layers, steps, batches, precisions, seconds, power_wanted):
    rows = []

    def timed(launch):
        with Power(power_wanted) as power:
            latency = machine.time(launch, seconds)
        return latency, power.mean()

    for precision in precisions:
        for batch in batches:
            sizes = [at_batch(layer, batch) for layer in layers]
            launches = [machine.operator(size, precision) for size in sizes]
            for layer, size, launch in zip(layers, sizes, launches):
                matrix = layer["kind"] in ("matrix", "convolution3x3")
                rows.append(row_of(machine, layer["layer"], size, precision, *timed(launch), batch, "ann",
                                   "matrix" if matrix else "elementwise"))

            def once(neuron_kernels):
                for layer, launch in zip(layers, launches):
                    each = layer["operations"] if neuron_kernels and layer["kind"] == "neuron" else 1
                    for _ in range(layer["repeat"] * each):
                        launch()

            def all_steps():
                for _ in range(steps):
                    once(True)
            for mode, launch in (("ann", lambda: once(False)), ("snn", all_steps),
                                 ("snn-graph", machine.capture(all_steps))):
                rows.append(row_of(machine, "network", None, precision, *timed(launch), batch, mode, "network"))
    return rows


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def self_check(out):
    size = {"kind": "matrix", "batch": "rows", "repeat": 2, "m": 4, "n": 8, "k": 16, "groups": 1, "elements": 0,
            "operations": 0, "row": 0, "inputs": 64, "outputs": 32, "weights": 128, "layer": "fc"}
    neuron = dict(size, kind="neuron", layer="lif", repeat=1, m=0, n=0, k=0, elements=1 << 20, operations=5,
                  inputs=1 << 20, outputs=1 << 20, weights=0)
    rows = measure(StandIn(), [size, neuron], 3, [1, 2], ["fp32", "fp16"], 0, False)
    assert len(rows) == 2 * 2 * (2 + 3), len(rows)
    fc, lif, ann, snn, graph = (float(row["latency_s"]) for row in rows[:5])
    assert abs(fc - (5e-6 + 4 * (64 + 32 + 128) / 1e12)) < 1e-12, fc
    assert abs(ann - (2 * fc + lif)) < 1e-9 and abs(snn - 3 * (2 * fc + 5 * lif)) < 1e-9, (ann, snn)
    assert abs(graph - snn / 2) < 1e-9, graph
    assert rows[5]["m"] == 8 and rows[5]["inputs"] == 128 and rows[5]["weights"] == 128, rows[5]
    assert at_batch(dict(size, batch="groups"), 3)["groups"] == 3
    if out:
        write(out, rows)
    print("measure-gpu: self-check passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers")
    parser.add_argument("--out")
    parser.add_argument("--batches", default="1,16,256")
    parser.add_argument("--precisions", default="fp32,tf32,fp16")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--self-check", action="store_true")
    line = parser.parse_args()
    if line.self_check:
        return self_check(line.out)
    if not line.layers or not line.out:
        parser.error("expected --layers and --out, or --self-check")
    precisions = line.precisions.split(",")
    for precision in precisions:
        if precision not in ITEM_BYTES:
            parser.error(f"precision {precision}, expected fp32, tf32 or fp16")
    layers, steps = read_layers(line.layers)
    write(line.out, measure(Torch(), layers, steps, [int(b) for b in line.batches.split(",")], precisions, line.seconds,
                            True))


if __name__ == "__main__":
    main()
