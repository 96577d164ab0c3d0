/* Intel's neurons in integers, as lava-dl's files mean them. LIF, which reproduces a recording of the chip and two test
 * sets of lava-dl bit by bit:
 *   decay(x, d) = sign(x) ((|x| (4096 - d)) >> 12)      truncation toward zero
 *   u = decay(u, iDecay) + (input << 6)                 24 bits, wraps
 *   v = decay(v, vDecay) + u + (bias << 6)              saturates at +-(2^23 - 1)
 *   fires if v > vThMant << 6, then v = 0
 * Sigma-delta (lava, proc/sdn, fixed point with state_exp 6): sigma += input; act = relu(sigma + (bias << 6));
 * delta = act - act before + residue; sent if |delta| >= vThMant << 6, as delta >> 6; what was not sent stays in the
 * residue. An encoder takes its input as act, a decoder sends sigma. Never seen from a real file. */
#include "tools/reference/neuron.h"

#include <math.h>
#include <stdlib.h>

#define FRACTION 64.0
#define POTENTIAL_HIGHEST INT64_C(0x7fffff)

static int64_t decayed(int64_t x, int64_t decay)
{
    int64_t size = (llabs(x) * (4096 - decay)) >> 12;
    return x < 0 ? -size : size;
}

/* To 24 bits with sign. */
static int64_t wrapped(int64_t x)
{
    uint64_t low = (uint64_t)x & 0xffffff;
    return low & 0x800000 ? (int64_t)low - 0x1000000 : (int64_t)low;
}

static int64_t saturated(int64_t x)
{
    return x > POTENTIAL_HIGHEST ? POTENTIAL_HIGHEST : x < -POTENTIAL_HIGHEST ? -POTENTIAL_HIGHEST : x;
}

/* Whole units; what an input layer gets is truncated with its bias, as netx does. */
static int64_t whole(double input, double bias)
{
    double sum = trunc(input + bias) - bias;
    return (int64_t)fmax(-0x1p40, fmin(0x1p40, sum));
}

void neuron_step_loihi(const struct node *node, const double *input, struct neuron_state *state, double *output)
{
    size_t size = (size_t)shape_items(&node->output);
    for (size_t i = 0; i < size; i++) {
        int64_t bias = (int64_t)node->v_bias[i], threshold = (int64_t)node->v_threshold[i];
        int64_t u = (int64_t)(state->current[i] * FRACTION), v = (int64_t)(state->potential[i] * FRACTION);
        u = wrapped(decayed(u, (int64_t)node->decay_current[i]) + whole(input[i], node->v_bias[i]) * 64);
        v = saturated(decayed(v, (int64_t)node->decay_potential[i]) + u + bias * 64);
        bool fires = v > threshold * 64;
        state->current[i] = (double)u / FRACTION;
        state->potential[i] = fires ? 0.0 : (double)v / FRACTION;
        output[i] = fires ? 1.0 : 0.0;
    }
}

/* potential holds sigma (an encoder: the act before), current the act before less the residue: what was sent. */
void neuron_step_sigma_delta(const struct node *node, const double *input, struct neuron_state *state, double *output)
{
    size_t size = (size_t)shape_items(&node->output);
    for (size_t i = 0; i < size; i++) {
        bool encoder = node->part == SIGMA_DELTA_ENCODER;
        double taken = (double)whole(input[i], node->v_bias[i]);
        state->potential[i] = encoder ? FRACTION * (taken + node->v_bias[i]) : state->potential[i] + taken;
        if (node->part == SIGMA_DELTA_DECODER) {
            output[i] = state->potential[i];
            continue;
        }
        double act = encoder ? state->potential[i] : fmax(0.0, state->potential[i] + FRACTION * node->v_bias[i]);
        double delta = act - state->current[i];
        bool sent = fabs(delta) >= FRACTION * node->v_threshold[i];
        output[i] = sent ? floor(delta / FRACTION) : 0.0;
        state->current[i] += sent ? delta : 0.0;
    }
}
