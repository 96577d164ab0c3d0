#!/usr/bin/python3
"""Trains the sample network in traces/digits and writes it with its test spikes.

Data: the 1797 scans of handwritten digits (8 x 8 pixels of 0..16) that Debian's python3-sklearn carries, from
E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository (1998),
doi:10.24432/C50P49, CC BY 4.0.

Network: 64 -> 128 LIF -> 10 IF, trained with surrogate gradients (Neftci, Mostafa, Zenke, IEEE Signal Processing
Magazine 36:51, 2019) on 16 timesteps, its weights rounded to 8 bits in every forward pass (straight-through).

Needs python3-numpy, python3-h5py, python3-sklearn.

    train-digits.py              train and write traces/digits
    train-digits.py --check      train and compare with traces/digits; status 1 if anything differs
    train-digits.py --validate   train on the training split alone and print the validation accuracy: hyperparameters
                                 were chosen by this; the test split is not looked at

The files come out the same on any machine: random numbers are numpy's frozen RandomState, there is no transcendental
function, and every operand of a matrix product is first rounded to a binary grid on which all sums are exact, so that
neither the BLAS, nor its threads, nor the processor's vector width can change a bit.
"""
import argparse
import pathlib
import sys
import tempfile

import h5py
import numpy as np
from sklearn.datasets import load_digits

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "traces" / "digits"
FILES = ("digits.nir", "test-spikes.h5", "labels.txt")

SEED = 1998
STEPS = 16          # a pixel of value p becomes exactly p spikes
DT = 0.001          # seconds
HIDDEN = 128
KEEP = 0.9375       # of the hidden potential from step to step: 1 - dt/tau, tau = 16 dt
TAU = 16 * DT
THRESHOLD = 1.0
EPOCHS = 60
BATCH = 32
RATE = 0.002        # Adam's
SLOPE = 2.0         # of the surrogate derivative 1 / (1 + SLOPE |v - threshold|)^2
SHARPNESS = 0.75    # of the softmax over spike counts
SHIFTS = (0.05, 0.9, 0.05)  # how often a training scan is moved by -1, 0, 1 pixels, each direction
QUIET = 0.02        # weight of the penalty on hidden spikes

WEIGHT_GRID = 2.0 ** -16
ERROR_GRID = 2.0 ** -24


# ---- data ----

def split(labels):
    """Indices of train, validation and test: of each class 1/5 for test, 1/5 for validation."""
    random = np.random.RandomState(SEED)
    parts = ([], [], [])
    for digit in range(10):
        members = random.permutation(np.flatnonzero(labels == digit))
        fifth = len(members) // 5
        for part, chosen in zip(parts, (members[2 * fifth:], members[fifth:2 * fifth], members[:fifth])):
            part.extend(chosen.tolist())
    return [np.sort(np.array(part)) for part in parts]


def encode(images):
    """(n, 64) pixels 0..16 -> (n, STEPS, 64) spikes: error diffusion in time. A pixel's error starts at half a spike,
    so that p spikes are spread evenly over the steps."""
    error = np.full(images.shape, 8, dtype=np.int64)
    spikes = np.zeros((len(images), STEPS, images.shape[1]), dtype=bool)
    for t in range(STEPS):
        error += images
        spikes[:, t] = error >= 16
        error -= 16 * spikes[:, t]
    return spikes


def shifted(images, random):
    """Each image moved by -1, 0 or 1 pixel in each direction, blank pixels coming in."""
    padded = np.zeros((len(images), 10, 10), dtype=images.dtype)
    padded[:, 1:9, 1:9] = images.reshape(-1, 8, 8)
    moved = np.empty((len(images), 8, 8), dtype=images.dtype)
    moves = random.choice(3, size=(len(images), 2), p=SHIFTS)
    for i, (dy, dx) in enumerate(moves):
        moved[i] = padded[i, dy:dy + 8, dx:dx + 8]
    return moved.reshape(-1, 64)


# ---- training ----

def on_grid(values, grid):
    return np.rint(values / grid) * grid


def eight_bits(weights):
    """The weights a chip with 8-bit weights would hold, in the network's own unit."""
    scale = 127 / np.abs(weights).max()
    return np.rint(weights * scale) / scale


def exponential(x):
    """exp(x) for x <= 0, to about x^2/2048 relative: the same bits everywhere, unlike a library's exp."""
    y = 1 + np.maximum(x, -1000) / 1024
    for _ in range(10):
        y = y * y
    return y


def softmax(x):
    weights = on_grid(exponential(x - x.max(axis=1, keepdims=True)), ERROR_GRID)
    return weights / weights.sum(axis=1, keepdims=True)


def run_layer(current, keep):
    """(n, STEPS, k) currents -> potentials before reset, spikes. Reset to zero, strict comparison."""
    potential = np.empty_like(current)
    spikes = np.empty_like(current)
    v = np.zeros((current.shape[0], current.shape[2]))
    for t in range(STEPS):
        v = v * keep + current[:, t]
        potential[:, t] = v
        spikes[:, t] = v > THRESHOLD
        v = v * (1 - spikes[:, t])
    return potential, spikes


def back_through(error, potential, spikes, keep):
    """Errors of the spikes -> errors of the currents, on ERROR_GRID."""
    out = np.empty_like(error)
    later = np.zeros((error.shape[0], error.shape[2]))
    for t in reversed(range(STEPS)):
        soft = 1 + SLOPE * np.abs(potential[:, t] - THRESHOLD)
        later = error[:, t] / (soft * soft) + later * keep * (1 - spikes[:, t])
        out[:, t] = later
    return on_grid(np.clip(out, -8, 8), ERROR_GRID)


def product(a, b):
    """(n, t, i) x (i, o) -> (n, t, o)"""
    return (a.reshape(-1, a.shape[2]) @ b).reshape(a.shape[0], a.shape[1], -1)


def gradient(before, error):
    """Of a layer's weights (out, in) and biases."""
    flat = error.reshape(-1, error.shape[2])
    return flat.T @ before.reshape(-1, before.shape[2]), flat.sum(axis=0)


def gradients(parameters, spikes_in, labels):
    w1, b1, w2, b2 = (on_grid(p, WEIGHT_GRID) for p in
                      (eight_bits(parameters[0]), parameters[1], eight_bits(parameters[2]), parameters[3]))
    v1, z1 = run_layer(product(spikes_in, w1.T) + b1, KEEP)
    v2, z2 = run_layer(product(z1, w2.T) + b2, 1.0)
    wrong = softmax(SHARPNESS * z2.sum(axis=1))
    wrong[np.arange(len(labels)), labels] -= 1
    e2 = back_through(np.repeat(wrong[:, None], STEPS, axis=1), v2, z2, 1.0)
    e1 = back_through(product(e2, w2) + QUIET / STEPS, v1, z1, KEEP)
    return *gradient(spikes_in, e1), *gradient(z1, e2)


class Adam:
    """Kingma and Ba, 2015."""

    def __init__(self, parameters):
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]
        self.decay1 = self.decay2 = 1.0

    def step(self, parameters, slopes, rate):
        self.decay1 *= 0.9
        self.decay2 *= 0.999
        for p, slope, first, second in zip(parameters, slopes, self.first, self.second):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope * slope - second)
            p -= rate * (first / (1 - self.decay1)) / (np.sqrt(second / (1 - self.decay2)) + 1e-8)


def train(images, labels):
    random = np.random.RandomState(SEED + 1)
    parameters = [random.uniform(-0.2, 0.2, (HIDDEN, 64)), np.zeros(HIDDEN),
                  random.uniform(-0.2, 0.2, (10, HIDDEN)), np.zeros(10)]
    adam = Adam(parameters)
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        for start in range(0, len(order), BATCH):
            batch = order[start:start + BATCH]
            spikes = encode(shifted(images[batch], random)).astype(float)
            slopes = gradients(parameters, spikes, labels[batch])
            adam.step(parameters, [s / len(batch) for s in slopes], RATE * (1 - epoch / EPOCHS))
    return [on_grid(p, WEIGHT_GRID).astype(np.float32) for p in parameters]


# ---- the network as anyone would run it: the rules that Norse has for NIR ----

def as_nir(parameters):
    """Node name -> parameters, in NIR's terms. r = tau/dt makes the input's gain 1."""
    w1, b1, w2, b2 = parameters

    def each(count, value):
        return np.full(count, value, dtype=np.float32)

    return {
        "input": {"type": "Input", "shape": np.array([64])},
        "fc1": {"type": "Affine", "weight": w1, "bias": b1},
        "hidden": {"type": "LIF", "tau": each(HIDDEN, TAU), "r": each(HIDDEN, TAU / DT), "v_leak": each(HIDDEN, 0),
                   "v_threshold": each(HIDDEN, THRESHOLD), "v_reset": each(HIDDEN, 0)},
        "fc2": {"type": "Affine", "weight": w2, "bias": b2},
        "digit": {"type": "IF", "r": each(10, 1), "v_threshold": each(10, THRESHOLD), "v_reset": each(10, 0)},
        "output": {"type": "Output", "shape": np.array([10])},
    }


def euler(node, current):
    """Spikes of a LIF or IF node: v += dt/tau (v_leak - v + r x), or v += r x; then v > threshold resets."""
    p = {key: value.astype(float) for key, value in node.items() if key != "type"}
    v = np.zeros((current.shape[0], current.shape[2]))
    spikes = np.empty(current.shape)
    for t in range(current.shape[1]):
        if node["type"] == "LIF":
            v = v + DT / p["tau"] * (p["v_leak"] - v + p["r"] * current[:, t])
        else:
            v = v + p["r"] * current[:, t]
        fired = v > p["v_threshold"]
        v = np.where(fired, p["v_reset"], v)
        spikes[:, t] = fired
    return spikes


def affine(node, spikes):
    return product(spikes, node["weight"].T.astype(float)) + node["bias"]


def run_float(nodes, spikes):
    hidden = euler(nodes["hidden"], affine(nodes["fc1"], spikes))
    return hidden, euler(nodes["digit"], affine(nodes["fc2"], hidden))


def integer_layer(fc, spikes, keep_4096):
    """8-bit weights, whole-number thresholds, a 12-bit decay that truncates toward zero, no fraction bits."""
    scale = 127 / np.abs(fc["weight"].astype(float)).max()
    weights, bias = np.rint(fc["weight"] * scale), np.rint(fc["bias"] * scale)
    threshold = np.rint(THRESHOLD * scale)
    current = product(spikes, weights.T) + bias
    v = np.zeros((current.shape[0], current.shape[2]))
    out = np.empty(current.shape)
    for t in range(current.shape[1]):
        v = np.trunc(v * keep_4096 / 4096) + current[:, t]
        out[:, t] = v > threshold
        v = np.where(v > threshold, 0, v)
    return out


def run_integers(nodes, spikes):
    hidden = integer_layer(nodes["fc1"], spikes, 4096 * KEEP)
    return hidden, integer_layer(nodes["fc2"], hidden, 4096)


def describe(name, hidden, output, labels):
    """Decision: most spikes, lowest index on a tie."""
    counts = output.sum(axis=1)
    best = np.sort(counts, axis=1)
    right = int((counts.argmax(axis=1) == labels).sum())
    ties = int((best[:, -1] == best[:, -2]).sum())
    print(f"{name}: {right} of {len(labels)} right ({100 * right / len(labels):.2f} %), {ties} ties, "
          f"{hidden.sum() / len(labels):.1f} hidden and {output.sum() / len(labels):.1f} output spikes a scan")


# ---- files ----

def write_network(path, nodes):
    """As nir.write of NIR 1.0.7 lays a graph out: datasets only, contiguous, strings of variable length."""
    text = h5py.string_dtype("utf-8")
    names = list(nodes)
    with h5py.File(path, "w", libver="earliest") as file:
        file.create_dataset("version", data="1.0.7", dtype=text)
        root = file.create_group("node")
        root.create_dataset("type", data="NIRGraph", dtype=text)
        root.create_dataset("edges", data=np.array(list(zip(names, names[1:])), dtype=object), dtype=text)
        for name, node in nodes.items():
            group = root.create_group("nodes/" + name)
            for key, value in node.items():
                group.create_dataset(key, data=value, dtype=text if isinstance(value, str) else value.dtype)


def write_spikes(path, spikes):
    """NIR data (NIRGraphData), one time grid for the node "input"."""
    with h5py.File(path, "w", libver="earliest") as file:
        file.attrs["__type__"] = "NIRGraphData"
        node = file.create_group("nodes/input")
        node.attrs["__type__"] = "NIRNodeData"
        grid = node.create_group("observables/spikes")
        grid.attrs["__type__"] = "TimeGriddedData"
        grid.attrs["dt"] = DT
        grid.create_dataset("data", data=spikes, chunks=spikes.shape, compression="gzip", compression_opts=9)


def write_all(folder, nodes, spikes, labels):
    write_network(folder / "digits.nir", nodes)
    write_spikes(folder / "test-spikes.h5", spikes)
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels))


def contents(path):
    """What an HDF5 file says, whatever the versions of its libraries made of the bytes."""
    with h5py.File(path) as file:
        found = {"/": dict(file.attrs)}
        file.visititems(lambda name, item: found.update(
            {name: (dict(item.attrs), (item.dtype.str, item[()].tolist()) if isinstance(item, h5py.Dataset) else None)}))
    return found


def compare(folder, wanted):
    """Prints a line a file; true when all say the same."""
    same = True
    for name in FILES:
        new, old = folder / name, wanted / name
        if not old.exists():
            verdict = "is missing"
        elif new.read_bytes() == old.read_bytes():
            verdict = "same, byte for byte"
        elif name != "labels.txt" and contents(new) == contents(old):
            verdict = "same contents; other bytes (another version of HDF5 or zlib?)"
        else:
            verdict = "DIFFERS"
        print(f"{old}: {verdict}")
        same = same and verdict.startswith("same")
    return same


def main():
    parser = argparse.ArgumentParser(description="Trains the sample network in traces/digits.")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there instead of writing")
    parser.add_argument("--validate", action="store_true", help="validation accuracy only; the test split stays unseen")
    options = parser.parse_args()

    digits = load_digits()
    images, labels = digits.data.astype(np.int64), digits.target
    training, validation, test = split(labels)
    held_out = validation
    if not options.validate:
        training, held_out = np.sort(np.concatenate([training, validation])), test

    nodes = as_nir(train(images[training], labels[training]))
    spikes = encode(images[held_out])
    for name, run in (("float, rules of Norse", run_float), ("8-bit integers", run_integers)):
        describe(name, *run(nodes, spikes.astype(float)), labels[held_out])
    if options.validate:
        return 0
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            write_all(pathlib.Path(folder), nodes, spikes, labels[held_out])
            return 0 if compare(pathlib.Path(folder), FOLDER) else 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_all(FOLDER, nodes, spikes, labels[held_out])
    return 0


if __name__ == "__main__":
    sys.exit(main())
