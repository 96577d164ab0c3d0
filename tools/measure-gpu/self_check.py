"""The whole plan on a stand-in: 5 us a launch and 1 TB/s, so that what is written is known; a graph takes half."""
import contextlib
import math
import os

import measure
import plan

LAUNCH_S, BYTES_S = 5e-6, 1e12


class StandIn:
    def __init__(self):
        self.clock = 0.0

    def work(self, seconds):
        def launch():
            self.clock += seconds
        return launch

    def operator(self, size, precision, layout="nchw"):
        if size["kind"] == "convolution":
            side = math.isqrt(size["inputs"] // (size["samples"] * size["channels"] * size["groups"]))
            out = math.isqrt(size["m"] // size["samples"])
            kernel, stride = size["kernel"][0], size["stride"]
            assert side * side * size["samples"] * size["channels"] * size["groups"] == size["inputs"], size
            assert out * out * size["samples"] == size["m"] and -stride < (out - 1) * stride + kernel - side <= kernel, size
        assert all(value >= 0 for value in (size["inputs"], size["outputs"], size["weights"])), size
        moved = size["inputs"] + size["outputs"] + size["weights"]
        return self.work(LAUNCH_S + measure.ITEM_BYTES[precision] * moved / BYTES_S)

    def activation(self, size, precision):
        return self.work(LAUNCH_S)

    def neuron_operations(self, size, precision):
        return self.work(LAUNCH_S * size["operations"])

    def neuron_steps(self, size, precision, steps):
        return self.work(LAUNCH_S)

    def capture(self, launch, copies=1):
        def replay():
            before = self.clock
            for _ in range(copies):
                launch()
            self.clock = before + (self.clock - before) / 2
        return replay

    def seconds(self, launch):
        before = self.clock
        launch()
        return self.clock - before

    def events(self, launch, repeats):
        took = self.seconds(launch)
        return took, took, took

    wall = events

    def loop(self, launch, each_s, seconds):
        return self.seconds(launch)

    def pause(self, seconds):
        raise TimeoutError("a stand-in does not wait")

    def wait(self):
        pass

    rest = wait


class Meter:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def result(self):
        return 100.0, "stand-in", 1000

    def temperature(self):
        return 30


def check(rows):
    networks = {(row["network"], row["precision"], int(row["batch"]), row["mode"]): row for row in rows
                if row["table"] == "network"}
    digits = {mode: float(networks["digits", "fp16", 1, mode]["latency_s"]) for mode in plan.MODES}
    ann = 4 * LAUNCH_S + 2 * (64 + 128 + 8320 + 128 + 10 + 1290) / BYTES_S
    assert abs(digits["ann"] - ann) < 1e-11, digits
    assert abs(digits["snn"] - 32 * (ann + (3 + 5 - 2) * LAUNCH_S)) < 1e-9, digits
    assert abs(digits["snn-graph"] - digits["snn"] / 2) < 1e-9 and digits["snn-fused"] < digits["snn-layer"], digits
    assert int(networks["digits", "fp16", 1, "snn"]["launches"]) == 32 * (2 + 3 + 5)
    assert not any(row["mode"] == "snn-layer" and row["network"].startswith("bench") for row in rows)
    product = next(row for row in rows if row["table"] == "gemm" and row["precision"] == "fp8" and row["m"] == 8192)
    assert abs(float(product["latency_s"]) - (LAUNCH_S + 3 * 8192 ** 2 / BYTES_S) / 2) < 1e-9, product
    failed = [row for row in rows if row["status"] != "measured"]
    assert [row["table"] for row in failed] == ["idle"], [row["status"] for row in failed[:3]]  # the stand-in's refusal to wait: one row, and on


def run(out):
    rows = []
    write = measure.writer_to(out) if out else None
    session = measure.Session(StandIn(), lambda settle: Meter(), lambda row: (rows.append(row), write and write(row)),
                              {}, "self-check")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        left = measure.run(session, plan.everything(), math.inf)
    assert left == 0, left
    check(rows)
    assert measure.run(session, [lambda session: None] * 3, -1) == 3
    print(f"measure-gpu: self-check passed, {len(rows)} rows")
