#!/usr/bin/env python3
"""Writes the ONNX files beside it, each with an input and what PyTorch makes of it (NAME.input.npy, NAME.output.npy).

PyTorch's own exporter writes the first five, onnx.helper the others. Debian 12: python3-torch 1.13, python3-onnx 1.12.
    make.py                 the small files
    make.py IMAGES LABELS   also digits.onnx, a network with max pooling trained on images 1000 .. 4999 (MNIST, IDX)
"""
import gzip
import os
import sys

import numpy as np
import onnx
import onnx.helper as oh
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto as T

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


def save_case(name, x, y):
    np.save(path(name + ".input.npy"), np.asarray(x, np.float32))
    np.save(path(name + ".output.npy"), np.asarray(y, np.float32))


def export(name, model, shape, logits=None, opset=13, **options):
    """`logits`: the part of the model that is compared, where it ends with a softmax."""
    model.eval()
    x = torch.rand(1, *shape)
    torch.onnx.export(model, x, path(name + ".onnx"), opset_version=opset, **options)
    with torch.no_grad():
        save_case(name, x[0].reshape(-1), (logits or model)(x)[0].reshape(-1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(48, 20), nn.Linear(20, 12), nn.Linear(12, 5)

    def logits(self, x):
        x = x.view(-1, 48)
        return self.c(F.relu(self.b(F.relu(self.a(x)))))

    def forward(self, x):
        return F.log_softmax(self.logits(x), 1)


class Cnn(nn.Module):
    """Batch normalisation behind a convolution, groups, strides, a row of open batch."""

    def __init__(self):
        super().__init__()
        self.c1, self.norm = nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.c2, self.out = nn.Conv2d(4, 6, 3, stride=2, groups=2), nn.Linear(24, 5)
        self.norm.running_mean.normal_()
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.c1(x))), 2)
        x = F.relu(self.c2(x))
        return self.out(x.view(x.size(0), -1))


class Pools(nn.Module):
    """Batch normalisation of its own, dilation, pools with padding, global average."""

    def __init__(self):
        super().__init__()
        self.norm, self.c1 = nn.BatchNorm2d(3), nn.Conv2d(3, 5, (3, 2), dilation=(2, 1), bias=False)
        self.c2, self.dropout, self.out = nn.Conv2d(5, 7, 3, padding=2), nn.Dropout(), nn.Linear(7, 4)
        self.norm.running_mean.normal_()
        self.norm.weight.data.uniform_(0.5, 1.5)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.c1(self.norm(x))), 2, padding=1)
        x = F.max_pool2d(self.c2(x), 3, stride=2, padding=1)
        x = F.adaptive_avg_pool2d(F.relu(x), 1)
        return self.out(self.dropout(torch.flatten(x, 1)))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(1, 4, 1)

    def forward(self, x):
        y = F.relu(self.b(F.relu(self.a(x))) + self.c(x))
        return y.mean([2, 3])


class Line(nn.Module):
    """One axis: Conv1d."""

    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Conv1d(2, 6, 5, stride=2), nn.BatchNorm1d(6), nn.Linear(36, 3)

    def forward(self, x):
        return self.b(F.relu(self.norm(self.a(x))).flatten(1))


def tensor(name, values, kind, raw):
    values = np.asarray(values)
    if raw:
        return oh.make_tensor(name, kind, values.shape, values.tobytes(), raw=True)
    return oh.make_tensor(name, kind, values.shape, values.flatten().tolist())


def save(name, nodes, inputs, outputs, initializers, opset):
    graph = oh.make_graph(nodes, name, inputs, outputs, initializers)
    model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", opset)])
    onnx.checker.check_model(model)
    onnx.save(model, path(name + ".onnx"))


def channel_last():
    """As converters from TensorFlow write: (H, W, C) in, SAME padding with an odd one at the end, a row channel last."""
    w = np.random.normal(size=(4, 3, 3, 3)).astype(np.float32)
    b = np.random.normal(size=4).astype(np.float16)
    dense = np.random.normal(size=(3 * 3 * 4, 5)).astype(np.float32)
    shift = np.random.normal(size=5)
    nodes = [oh.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
             oh.make_node("Conv", ["t", "w", "b32"], ["c"], auto_pad="SAME_UPPER", strides=[2, 2]),
             oh.make_node("Relu", ["c"], ["r"]),
             oh.make_node("Transpose", ["r"], ["last"], perm=[0, 2, 3, 1]),
             oh.make_node("Reshape", ["last", "row"], ["flat"]),
             oh.make_node("MatMul", ["flat", "dense"], ["m"]),
             oh.make_node("Add", ["m", "shift32"], ["y"])]
    nodes.insert(0, oh.make_node("Cast", ["b"], ["b32"], to=T.FLOAT))
    nodes.insert(0, oh.make_node("Cast", ["shift"], ["shift32"], to=T.FLOAT))
    save("channel_last", nodes, [oh.make_tensor_value_info("x", T.FLOAT, ["n", 6, 6, 3])],
         [oh.make_tensor_value_info("y", T.FLOAT, ["n", 5])],
         [tensor("w", w, T.FLOAT, False), tensor("b", b, T.FLOAT16, True), tensor("shift", shift, T.DOUBLE, False),
          tensor("dense", dense, T.FLOAT, True), tensor("row", np.array([-1, 36]), T.INT64, False)], 13)
    x = torch.rand(1, 3, 6, 6)  # npusim's order
    padded = F.pad(x, (0, 1, 0, 1))
    y = F.relu(F.conv2d(padded, torch.tensor(w), torch.tensor(b.astype(np.float32)), stride=2))
    y = y.permute(0, 2, 3, 1).reshape(1, -1) @ torch.tensor(dense) + torch.tensor(shift.astype(np.float32))
    save_case("channel_last", x.reshape(-1), y[0])


def typed():
    """Weights in the other storage: int8, int32, uint8 raw, double; constants as operators; Sub, Div, Mul; opset 11."""
    a = np.random.randint(-8, 8, (6, 4)).astype(np.int8)
    b = np.random.randint(-8, 8, (3, 4)).astype(np.int32)
    mean, deviation = np.array([2], np.uint8), np.float64(4)
    nodes = [oh.make_node("Constant", [], ["mean8"], value=tensor("", mean, T.UINT8, True)),
             oh.make_node("Cast", ["mean8"], ["mean"], to=T.FLOAT),
             oh.make_node("Sub", ["x", "mean"], ["centred"]),
             oh.make_node("Constant", [], ["deviation64"], value=tensor("", deviation, T.DOUBLE, False)),
             oh.make_node("Cast", ["deviation64"], ["deviation"], to=T.FLOAT),
             oh.make_node("Div", ["centred", "deviation"], ["scaled"]),
             oh.make_node("Cast", ["a"], ["af"], to=T.FLOAT), oh.make_node("Cast", ["b"], ["bf"], to=T.FLOAT),
             oh.make_node("MatMul", ["scaled", "af"], ["h"]),
             oh.make_node("Constant", [], ["zero"], value=tensor("", np.float32(0), T.FLOAT, True)),
             oh.make_node("Clip", ["h", "zero"], ["r"]),
             oh.make_node("Mul", ["r", "gain"], ["g"]),
             oh.make_node("Gemm", ["g", "bf"], ["y"], transB=1, alpha=0.5)]
    save("typed", nodes, [oh.make_tensor_value_info("x", T.FLOAT, [1, 6])],
         [oh.make_tensor_value_info("y", T.FLOAT, [1, 3])],
         [tensor("a", a, T.INT8, False), tensor("b", b, T.INT32, True),
          tensor("gain", np.array([[1, 2, 3, 4]], np.float32), T.FLOAT, True)], 11)
    x = np.random.uniform(0, 9, 6)
    h = np.maximum(0, (x - 2) / 4 @ a.astype(float)) * [1, 2, 3, 4]
    save_case("typed", x, 0.5 * h @ b.T.astype(float))


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 12, 5), nn.Linear(192, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.a(x)), 2)
        x = F.relu(F.max_pool2d(self.b(x), 2))
        return self.c(x.view(-1, 192))


def read_idx(name, header):
    with gzip.open(name) as stream:
        return np.frombuffer(stream.read(), np.uint8)[header:].copy()


def digits(images, labels):
    x = torch.tensor(read_idx(images, 16)).float().reshape(-1, 1, 28, 28) / 255
    y = torch.tensor(read_idx(labels, 8)).long()
    model, train = Digits(), slice(1000, 5000)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for epoch in range(12):
        order = torch.randperm(4000) + 1000
        for batch in order.split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= 0.85
    model.eval()
    with torch.no_grad():
        right = (model(x[:1000]).argmax(1) == y[:1000]).sum().item()
        trained = (model(x[train]).argmax(1) == y[train]).sum().item()
    print("digits: %d of the first 1000 images right, %d of the 4000 it was trained on" % (right, trained))
    torch.onnx.export(model, x[:1], path("digits.onnx"), opset_version=13, input_names=["image"],
                      output_names=["digit"], dynamic_axes={"image": {0: "batch"}, "digit": {0: "batch"}})


def main():
    torch.manual_seed(1)
    np.random.seed(1)
    mlp = Mlp()
    export("mlp", mlp, (3, 4, 4), mlp.logits, opset=9)
    export("cnn", Cnn(), (2, 10, 10), do_constant_folding=False, input_names=["image"],
           dynamic_axes={"image": {0: "batch"}})
    export("pools", Pools(), (3, 14, 12), training=torch.onnx.TrainingMode.PRESERVE)
    export("residual", Residual(), (1, 6, 6))
    export("line", Line(), (2, 16), opset=16)
    channel_last()
    typed()
    if len(sys.argv) == 3:
        digits(sys.argv[1], sys.argv[2])


main()
