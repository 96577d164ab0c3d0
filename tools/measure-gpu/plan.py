"""What is measured, the most wanted first. An entry is a function of a Session (measure.py) that records rows."""
import layers

WORKLOADS = "traces/workloads"
SPIKING = ["digits", "nmnist-cnn", "bench-1024-fan-out-64", "vgg16-cifar10", "resnet18-cifar10", "spikformer-4-384-cifar10",
           "spikingbert-4-768"]
LARGEST_BATCH = {"spikingbert-4-768": 16}
LANGUAGE = ["bert-large-512", "gpt2-large-1024", "opt-1.3b-2048", "gpt3-xl-2048"]
MODES = ["ann-graph", "snn-fused", "ann", "snn", "snn-layer", "snn-graph"]
TENTH = 0.1  # of the 80 blocks of Llama 2 70B, so that every GPU holds them


def operator(table, size, precision, power=False, layout="nchw", cold=False):
    return lambda session: session.operator(table, size, precision, power, layout, cold)


def network(name, precision, batch, modes, power, share=1.0):
    return lambda session: session.network(f"{WORKLOADS}/{name}.csv", precision, batch, modes, power, share)


def core():
    """Large and small operators of every kind, with their power."""
    for precision in ("fp16", "fp32", "tf32", "fp8", "int8", "bf16"):
        for side in (8192, 4096, 2048):
            yield operator("gemm", layers.product(side, side, side), precision, power=side > 2048 or precision == "fp16")
    for precision in ("fp16", "fp32"):
        yield operator("copy", layers.elementwise(1 << 28, name="copy"), precision, power=True)
        yield operator("elementwise", layers.elementwise(1 << 26, inputs=2, name="add"), precision, power=True)
        yield operator("elementwise", layers.elementwise(1 << 26, operations=8, name="gelu"), precision, power=True)
        yield operator("softmax", layers.elementwise(1 << 26, "softmax", operations=5, row=4096, name="softmax"), precision,
                       power=True)
        yield operator("norm", layers.elementwise(1 << 26, "norm", operations=8, row=4096, name="norm"), precision,
                       power=True)
        yield operator("batched", layers.product(512, 512, 64, 256), precision, power=True)
        yield operator("conv", layers.convolution(64, 256, 28, 256, 3), precision, True,
                       "nhwc" if precision == "fp16" else "nchw")
        yield operator("gemm", layers.product(1024, 1024, 1024), precision, power=True)
        yield operator("copy", layers.elementwise(1 << 22, name="copy"), precision, power=True)
    for rows in (1, 16, 256):
        yield operator("gemm", layers.product(rows, 8192, 8192), "fp16", power=True, cold=True)
    yield operator("gemm", layers.product(128, 128, 64), "fp16", power=True)
    yield operator("gemm", layers.product(512, 512, 512), "fp16", power=True)


def language():
    """Large-model inference: a tenth of Llama 2 70B, tokens and prompts, and whole smaller models as frameworks launch them."""
    for name, batches in (("llama2-70b-decode-2048", (1, 8, 32, 192)), ("llama2-70b-decode-512", (128, 768)),
                          ("llama2-70b-prefill-294", (8,))):
        for batch in batches:
            yield network(name, "fp16", batch, ["ann-graph"], {"ann-graph"}, TENTH)
    for precision in ("fp32", "fp16"):
        for name in LANGUAGE:
            yield network(name, precision, 2, ["ann"], {"ann"})


def spiking(precision, batches, modes, power):
    for batch in batches:
        for name in SPIKING:
            yield network(name, precision, min(batch, LARGEST_BATCH.get(name, batch)), modes, power if batch != 16 else ())


def products():
    wide = [(128, 64), (10, 128), (256, 128), (1024, 1024), (768, 768), (3072, 768), (768, 3072), (4096, 4096),
            (12288, 4096), (4096, 12288), (5120, 5120)]
    for precision, every in (("fp16", 1), ("fp32", 2), ("tf32", 2), ("fp8", 3), ("int8", 3), ("bf16", 4)):
        for n, k in wide[::-1][::every]:
            for rows in (1, 16, 64, 256, 1024, 4096, 16384):
                if precision == "int8" and rows < 32 or precision in ("fp8", "int8") and n % 16:
                    continue
                yield operator("gemm", layers.product(rows, n, k), precision)
    for precision in ("fp16", "fp32", "tf32"):
        for batch in (12, 64, 192, 768):
            for m, n, k in ((512, 512, 64), (512, 64, 512), (128, 128, 64), (1024, 1024, 80), (8, 2048, 128), (1, 128, 2048)):
                yield operator("batched", layers.product(m, n, k, batch), precision)


def values():
    for precision in ("fp16", "fp32"):
        for power in range(10, 29, 2):
            yield operator("elementwise", layers.elementwise(1 << power, inputs=2, name="add"), precision)
            yield operator("elementwise", layers.elementwise(1 << power, operations=8, name="gelu"), precision)
            yield operator("copy", layers.elementwise(1 << power, name="copy"), precision)
        for rows in (64, 1024, 8192, 65536):
            for width in (128, 512, 768, 1024, 4096, 16384):
                if rows * width <= 1 << 29:
                    for kind, operations in (("softmax", 5), ("norm", 8)):
                        yield operator(kind, layers.elementwise(rows * width, kind, 1, operations, width, kind), precision)


def convolutions():
    shapes = [(3, 224, 64, 7, 2), (64, 56, 64, 3, 1), (128, 28, 128, 3, 1), (256, 14, 256, 3, 1), (512, 7, 512, 3, 1),
              (64, 56, 256, 1, 1), (1024, 14, 256, 1, 1), (64, 32, 64, 3, 1), (128, 16, 128, 3, 1), (2, 34, 16, 5, 2),
              (16, 16, 16, 3, 1), (16, 8, 8, 3, 1), (192, 32, 192, 3, 1)]
    for precision, layout in (("fp16", "nhwc"), ("fp32", "nchw"), ("tf32", "nhwc"), ("fp16", "nchw")):
        for batch in (1, 16, 128):
            for channels, side, filters, kernel, stride in shapes:
                yield operator("conv", layers.convolution(batch, channels, side, filters, kernel, stride), precision,
                               layout=layout)


def interleaved(*sources):
    """One of each in turn, so that a budget that ends early has some of all."""
    waiting = [iter(source) for source in sources]
    while waiting:
        for source in list(waiting):
            entry = next(source, None)
            if entry is None:
                waiting.remove(source)
            else:
                yield entry


def everything():
    yield lambda session: session.idle()
    yield from core()
    yield from language()
    yield from spiking("fp16", (1, 256), MODES, {"ann-graph", "snn-fused", "ann", "snn"})
    yield from interleaved(products(), values(), convolutions())
    yield from spiking("fp32", (1, 256), ["snn-fused", "ann-graph", "snn", "snn-layer"], {"snn-fused", "snn"})
    yield from spiking("fp16", (16,), MODES, ())
