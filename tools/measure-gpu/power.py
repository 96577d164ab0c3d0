"""Energy and clock of the first GPU through NVML: the board's energy counter, or its power where it has no counter.
Nothing is set on the card."""
import threading
import time


class Board:
    def __init__(self):
        import pynvml
        pynvml.nvmlInit()
        self.nvml = pynvml
        self.handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        self.name = text(pynvml.nvmlDeviceGetName(self.handle))
        self.driver = text(pynvml.nvmlSystemGetDriverVersion())
        self.limit_w = self.ask(lambda: pynvml.nvmlDeviceGetEnforcedPowerLimit(self.handle), 0) / 1e3
        self.has_counter = self.ask(lambda: pynvml.nvmlDeviceGetTotalEnergyConsumption(self.handle), None) is not None

    def ask(self, question, otherwise):
        try:
            return question()
        except Exception:  # an NVML error class by value; a board may lack any of these
            return otherwise

    def counter_mj(self):
        return self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle)

    def power_w(self):
        return self.ask(lambda: self.nvml.nvmlDeviceGetPowerUsage(self.handle), 0) / 1e3

    def clock_mhz(self):
        return self.ask(lambda: self.nvml.nvmlDeviceGetClockInfo(self.handle, self.nvml.NVML_CLOCK_SM), 0)

    def temperature_c(self):
        return self.ask(lambda: self.nvml.nvmlDeviceGetTemperature(self.handle, self.nvml.NVML_TEMPERATURE_GPU), 0)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Meter:
    """Mean power while the block runs, the first `settle` seconds aside: between two steps of the energy counter (it moves
    every 20 to 100 ms), both within the block. A thread of its own reads, so that launches do not wait for it."""

    def __init__(self, board, settle):
        self.board, self.begin, self.settle = board, time.perf_counter(), settle
        self.first = self.last = self.previous = None
        self.samples, self.clocks = [], []
        self.next_sample = 0.0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.begin = time.perf_counter()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def watch(self):
        while not self.stop.wait(0.004):
            self.poll()

    def poll(self):
        now = time.perf_counter()
        if self.board is None or now - self.begin < self.settle:
            return
        if now >= self.next_sample:
            self.next_sample = now + 0.05
            self.samples.append(self.board.power_w())
            self.clocks.append(self.board.clock_mhz())
        if not self.board.has_counter:
            return
        value = self.board.counter_mj()
        if self.previous is not None and value != self.previous:
            self.last = (now, value)
            self.first = self.first or self.last
        self.previous = value

    def temperature(self):
        return self.board.temperature_c() if self.board else 0

    def result(self):
        """Watts, how they were got, and the clock; 0 W where nothing was read."""
        clock = sorted(self.clocks)[len(self.clocks) // 2] if self.clocks else 0
        if self.first and self.last[0] - self.first[0] > 0.1:
            return 1e-3 * (self.last[1] - self.first[1]) / (self.last[0] - self.first[0]), "counter", clock
        late = self.samples[len(self.samples) // 2:]
        return (sum(late) / len(late) if late else 0.0), "samples" if late else "none", clock
