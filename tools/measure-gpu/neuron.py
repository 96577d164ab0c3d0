"""A leaky integrate-and-fire neuron over several timesteps in one kernel (Triton): v <- v * 0.5 + x; a spike where v
reaches 1, which subtracts 1. One value of x in and one spike out a step; the state is read before and written after."""
import triton
import triton.language as tl

BLOCK = 512


@triton.jit
def fire(x, spikes, state, count, steps, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = at < count
    v = tl.load(state + at, mask=inside, other=0.0).to(tl.float32)
    for step in range(steps):
        v = v * 0.5 + tl.load(x + step * count + at, mask=inside, other=0.0).to(tl.float32)
        spike = tl.where(v >= 1.0, 1.0, 0.0)
        v = v - spike
        tl.store(spikes + step * count + at, spike, mask=inside)
    tl.store(state + at, v, mask=inside)


def launcher(x, spikes, state, count, steps):
    grid = (triton.cdiv(count, BLOCK),)
    return lambda: fire[grid](x, spikes, state, count, steps, BLOCK=BLOCK)
