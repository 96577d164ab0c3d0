"""The launches, with PyTorch on the first CUDA device. Operands are random."""
import math
import statistics
import time
import warnings

import torch

DTYPE = {"fp32": torch.float32, "tf32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
RING_ITEMS = 1 << 30  # values of each ring of activations


class Ring:
    """Activations: each tensor is the next part of one large random buffer, as a caching allocator would place them."""

    def __init__(self, dtype, device):
        self.buffer = torch.empty(RING_ITEMS, dtype=dtype, device=device).uniform_(-1, 1)
        self.at = 0

    def take(self, *shape):
        size = math.prod(shape)
        if size > RING_ITEMS:
            return torch.empty(*shape, dtype=self.buffer.dtype, device=self.buffer.device).uniform_(-1, 1)
        if self.at + size > RING_ITEMS:
            self.at = 0
        part = self.buffer[self.at:self.at + size].view(*shape)
        self.at += (size + 255) // 256 * 256
        return part


class Kernels:
    device = "cuda"

    def __init__(self):
        self.rings, self.neuron_kernel = {}, None
        warnings.filterwarnings("ignore")  # of switches that get new names
        torch.manual_seed(1)
        torch.set_grad_enabled(False)

    def rest(self):
        """Lets go of everything that a group of rows used."""
        self.rings = {}
        if self.device == "cuda":
            torch.cuda.empty_cache()

    def switch(self, precision):
        """The switches of PyTorch that a precision needs; they hold for what is launched or captured from now on."""
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.allow_tf32 = precision == "tf32"

    def take(self, precision, *shape, out=False):
        dtype = DTYPE[precision]
        key = (dtype, out)
        if key not in self.rings:
            self.rings[key] = Ring(dtype, self.device)
        return self.rings[key].take(*shape)

    def weight(self, precision, *shape):
        scale = 1 / math.sqrt(max(1, shape[-1]))
        return torch.empty(*shape, dtype=DTYPE[precision], device=self.device).uniform_(-scale, scale)

    # ---- operators: each returns a function that launches it once ----

    def operator(self, size, precision, layout="nchw"):
        self.switch(precision)
        if size["kind"] == "matrix":
            return self.product(size, precision)
        if size["kind"] == "convolution":
            return self.convolution(size, precision, layout)
        if size["kind"] in ("softmax", "norm"):
            return self.rows(size, precision)
        return self.elements(size, precision)

    def product(self, size, precision):
        m, n, k, groups = size["m"], size["n"], size["k"], size["groups"]
        if precision in ("fp8", "int8"):
            return self.narrow_product(m, n, k, precision)
        if groups > 1:
            left, right = self.take(precision, groups, m, k), self.weight(precision, groups, k, n)
            out = self.take(precision, groups, m, n, out=True)
            return lambda: torch.bmm(left, right, out=out)
        left, right = self.take(precision, m, k), self.weight(precision, n, k)
        bias = self.weight(precision, n)
        return lambda: torch.nn.functional.linear(left, right, bias)

    def narrow_product(self, m, n, k, precision):
        if precision == "int8":
            left = torch.randint(-127, 127, (m, k), dtype=torch.int8, device=self.device)
            right = torch.randint(-127, 127, (n, k), dtype=torch.int8, device=self.device).t()
            return lambda: torch._int_mm(left, right)
        kind = torch.float8_e4m3fn
        left = torch.empty(m, k, dtype=torch.float16, device=self.device).uniform_(-1, 1).to(kind)
        right = torch.empty(n, k, dtype=torch.float16, device=self.device).uniform_(-1, 1).to(kind).t()
        one = torch.ones((), dtype=torch.float32, device=self.device)
        return lambda: torch._scaled_mm(left, right, scale_a=one, scale_b=one, out_dtype=torch.bfloat16)

    def convolution(self, size, precision, layout):
        groups, channels, kernel, stride = size["groups"], size["channels"], size["kernel"], size["stride"]
        samples = size["samples"]
        side = math.isqrt(size["inputs"] // (samples * channels * groups))
        out = math.isqrt(size["m"] // samples)
        padding = tuple(max(0, -(-((out - 1) * stride + rows - side) // 2)) for rows in kernel)
        x = self.take(precision, samples, channels * groups, side, side)
        weight = self.weight(precision, size["n"] * groups, channels, *kernel)
        bias = self.weight(precision, size["n"] * groups)
        if layout == "nhwc":
            x, weight = (t.contiguous(memory_format=torch.channels_last) for t in (x, weight))
        launch = lambda: torch.nn.functional.conv2d(x, weight, bias, stride, padding, 1, groups)
        got = launch().shape
        if got[2] * got[3] * samples != size["m"]:
            raise ValueError(f"convolution gives {got[2]} x {got[3]} outputs, expected {size['m'] // samples}")
        return launch

    def rows(self, size, precision):
        row = size["row"]
        x = self.take(precision, max(1, size["elements"] // row), row)
        if size["kind"] == "softmax":
            return lambda: torch.softmax(x, -1)
        weight, bias = self.weight(precision, row), self.weight(precision, row)
        return lambda: torch.nn.functional.layer_norm(x, (row,), weight, bias)

    def elements(self, size, precision):
        """Two values in and one out, a window of values in and one out, or one in and one out."""
        count, inputs = size["elements"], size["inputs"] // max(1, size["elements"])
        out = self.take(precision, count, out=True)
        if inputs == 2:
            x, y = self.take(precision, count), self.take(precision, count)
            return lambda: torch.add(x, y, out=out)
        if inputs > 2:
            x = self.take(precision, size.get("samples", 1), 1, size["inputs"] // size.get("samples", 1))
            return lambda: torch.nn.functional.avg_pool1d(x, inputs)
        x = self.take(precision, count)
        if size["layer"] == "gelu":
            return lambda: torch.nn.functional.gelu(x)
        if size["layer"] == "copy":
            return lambda: out.copy_(x)
        return lambda: torch.mul(x, 0.5, out=out)

    # ---- neurons ----

    def activation(self, size, precision):
        x = self.take(precision, size["elements"])
        return lambda: torch.relu(x)

    def neuron_operations(self, size, precision):
        """A neuron's equation in plain PyTorch: a kernel for each of its operations, two values in and one out."""
        count = size["elements"]
        x, y = self.take(precision, count), self.take(precision, count)
        out = self.take(precision, count, out=True)

        def launch():
            for _ in range(size["operations"]):
                torch.add(x, y, out=out)
        return launch

    def neuron_steps(self, size, precision, steps):
        """A leaky integrate-and-fire neuron over `steps` timesteps in one kernel, as spiking frameworks have it; with one
        step it reads and writes its state."""
        import neuron
        x = self.take(precision, steps, size["elements"])
        spikes = self.take(precision, steps, size["elements"], out=True)
        state = torch.zeros(size["elements"], dtype=DTYPE[precision], device=self.device)
        return neuron.launcher(x, spikes, state, size["elements"], steps)

    # ---- time ----

    def pause(self, seconds):
        time.sleep(seconds)

    def wait(self):
        torch.cuda.synchronize()

    def capture(self, launch, copies=1):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                launch()
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(copies):
                launch()
        return graph.replay

    def seconds(self, launch):
        """Of one call, between two events on the device."""
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        launch()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1e-3

    def events(self, launch, repeats):
        times = sorted(self.seconds(launch) for _ in range(repeats))
        return statistics.median(times), times[0], times[-1]

    def wall(self, launch, repeats):
        """Of one call, from the host's call to the end of the work."""
        times = []
        for _ in range(repeats):
            self.wait()
            begin = time.perf_counter()
            launch()
            self.wait()
            times.append(time.perf_counter() - begin)
        times.sort()
        return statistics.median(times), times[0], times[-1]

    def loop(self, launch, each_s, seconds):
        """Calls without a pause for at least `seconds`, about 20 ms ahead of the device; the mean seconds of a call."""
        chunk = max(1, int(0.01 / max(each_s, 1e-7)))
        before, count = None, 0
        self.wait()
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            for _ in range(chunk):
                launch()
            count += chunk
            mark = torch.cuda.Event()
            mark.record()
            if before is not None:
                while not before.query():
                    time.sleep(0.0005)
            before = mark
        self.wait()
        return (time.perf_counter() - begin) / count


def software():
    return {"torch": torch.__version__, "cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
