"""Layer lists (traces/workloads/, described in tools/read/layers.h) and the sizes of a launch."""
import csv
import re

NUMBERS = ("repeat", "m", "n", "k", "groups", "elements", "operations", "row", "inputs", "outputs", "weights", "state")
CONVOLUTION = re.compile(r"convolution(\d+)x(\d+)(?:/(\d+))?$")


def read(path):
    """Returns the list's layers, its timesteps, and whether a step needs the one before."""
    with open(path, newline="") as file:
        text = file.readlines()
    steps = [int(line.split(":")[1]) for line in text if line.startswith("# steps:")]
    layers = []
    for record in csv.DictReader(line for line in text if not line.startswith("#")):
        layer = {"layer": record["layer"], "kind": record["kind"], "batch": record["batch"]}
        for key in NUMBERS:
            layer[key] = int(float(record[key]))
        layers.append(with_kernel(layer))
    if not layers:
        raise SystemExit(f"{path}: no layers, expected a line for each operator")
    return layers, steps[0] if steps else 1, "# recurrent\n" in text


def with_kernel(layer):
    """Kernel (rows, columns), stride and input channels of a convolution; zeros for the others."""
    match = CONVOLUTION.match(layer["kind"])
    layer.update(kernel=(0, 0), stride=0, channels=0)
    if match:
        kernel = (int(match[1]), int(match[2]))
        layer.update(kind="convolution", kernel=kernel, stride=int(match[3] or 1),
                     channels=layer["k"] // (kernel[0] * kernel[1]))
    return layer


def product(m, n, k, groups=1, name="product"):
    return with_kernel({"layer": name, "kind": "matrix", "batch": "rows", "repeat": 1, "m": m, "n": n, "k": k,
                        "groups": groups, "elements": 0, "operations": 0, "row": 0, "inputs": groups * m * k,
                        "outputs": groups * m * n, "weights": groups * k * n, "state": 0})


def convolution(batch, channels, side, filters, kernel, stride=1):
    out = (side + 2 * (kernel // 2) - kernel) // stride + 1
    return with_kernel({"layer": "convolution", "kind": f"convolution{kernel}x{kernel}/{stride}", "batch": "rows",
                        "repeat": 1, "m": batch * out * out, "n": filters, "k": channels * kernel * kernel, "groups": 1,
                        "elements": 0, "operations": 0, "row": 0, "inputs": batch * channels * side * side,
                        "outputs": batch * filters * out * out, "weights": (channels * kernel * kernel + 1) * filters,
                        "state": 0}) | {"samples": batch}


def elementwise(elements, kind="elementwise", inputs=1, operations=1, row=0, name="elementwise"):
    return with_kernel({"layer": name, "kind": kind, "batch": "rows", "repeat": 1, "m": 0, "n": 0, "k": 0, "groups": 1,
                        "elements": elements, "operations": operations, "row": row, "inputs": inputs * elements,
                        "outputs": elements, "weights": 0, "state": 0})


def at_batch(layer, batch):
    """The launch for `batch` samples: the batch multiplies rows or products, and values."""
    sized = dict(layer, samples=batch)
    if layer["kind"] in ("matrix", "convolution"):
        sized["groups" if layer["batch"] == "groups" else "m"] *= batch
    for key in ("elements", "inputs", "outputs", "state"):
        sized[key] *= batch
    return sized
