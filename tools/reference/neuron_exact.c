/* The differential equations between events. Within a step the input is constant, so the equations are linear and have
 * a closed solution; what has none is the time at which the potential meets the threshold, which GSL's Brent solver
 * finds. A current with time constant tau_syn makes the potential a sum of two exponentials and a constant, which turns
 * at most once: looking before and after that turn finds the first meeting. */
#include "tools/reference/neuron.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_roots.h>
#include <math.h>

/* Spikes of one neuron in one step; a threshold that the reset does not get below would fire for ever. */
#define SPIKES_MAX 1000
#define ITERATIONS_MAX 200

/* One neuron: tau dv/dt = leak - v + r I, tau_syn dI/dt = w x - I; tau 0: v grows by `slope` a step. */
struct motion {
    double v, current;           /* at the start */
    double tau, tau_syn;         /* 0: none */
    double leak, r, target;      /* target: w x, or x itself without a current */
    double slope, threshold;
};

/* The part of the current that decays, as it shows in v: r (I0 - I_inf) tau-weighted. */
static double transient(const struct motion *m, double t)
{
    double size = m->r * (m->current - m->target);
    double difference = m->tau_syn - m->tau;
    if (fabs(difference) < 1e-9 * m->tau) /* equal time constants: the limit */
        return size * t / m->tau * exp(-t / m->tau);
    return size * m->tau_syn / difference * (exp(-t / m->tau_syn) - exp(-t / m->tau));
}

static double potential_at(const struct motion *m, double t)
{
    if (m->tau == 0.0)
        return m->v + m->slope * t;
    double rest = m->leak + m->r * m->target;
    double v = rest + (m->v - rest) * exp(-t / m->tau);
    return m->tau_syn > 0.0 ? v + transient(m, t) : v;
}

static double current_at(const struct motion *m, double t)
{
    return m->target + (m->current - m->target) * exp(-t / m->tau_syn);
}

static double above(double t, void *context)
{
    const struct motion *m = context;
    return potential_at(m, t) - m->threshold;
}

static double slope_at(double t, void *context)
{
    const struct motion *m = context;
    return m->leak - potential_at(m, t) + m->r * current_at(m, t);
}

/* The root of a function that has different signs at both ends. */
static double root(double (*function)(double, void *), struct motion *m, double low, double high)
{
    gsl_function f = {function, m};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    int status = gsl_root_fsolver_set(solver, &f, low, high);
    for (int i = 0; status == GSL_SUCCESS && i < ITERATIONS_MAX; i++) {
        status = gsl_root_fsolver_iterate(solver);
        low = gsl_root_fsolver_x_lower(solver);
        high = gsl_root_fsolver_x_upper(solver);
        if (gsl_root_test_interval(low, high, 0.0, 4.0 * GSL_DBL_EPSILON) == GSL_SUCCESS)
            break;
    }
    gsl_root_fsolver_free(solver);
    return high; /* the side on which the function has passed zero */
}

static bool passes(struct motion *m, double from, double to)
{
    return above(from, m) <= 0.0 && above(to, m) > 0.0;
}

/* Time of the first meeting in 0 .. left, or a negative number. */
static double first_meeting(struct motion *m, double left)
{
    if (above(0.0, m) > 0.0)
        return 0.0;
    double turn = left;
    if (m->tau_syn > 0.0 && slope_at(0.0, m) * slope_at(left, m) < 0.0)
        turn = root(slope_at, m, 0.0, left);
    if (passes(m, 0.0, turn))
        return root(above, m, 0.0, turn);
    return passes(m, turn, left) ? root(above, m, turn, left) : -1.0;
}

static struct motion motion_of(const struct node *node, const struct neuron_state *state, double dt_s, double input,
                               size_t i)
{
    struct motion m = {.v = state->potential[i], .r = node->r[i], .threshold = INFINITY, .target = input};
    if (node_spikes(node->kind))
        m.threshold = node->v_threshold[i];
    if (!neuron_needs_dt(node->kind)) {
        m.slope = node->r[i] * input / dt_s;
        return m;
    }
    m.tau = node->tau_mem[i];
    m.leak = node->v_leak[i];
    if (state->current) {
        m.tau_syn = node->tau_syn[i];
        m.current = state->current[i];
        m.target = node->w_in[i] * input;
    }
    return m;
}

static double step_one(const struct node *node, const struct semantics *semantics, double dt_s,
                       struct neuron_state *state, struct motion *m, size_t i)
{
    double left = dt_s, spikes = 0.0;
    while (node_spikes(node->kind) && spikes < SPIKES_MAX) {
        double t = first_meeting(m, left);
        if (t < 0.0)
            break;
        double met = fmax(potential_at(m, t), m->threshold);
        m->v = semantics->reset == RESET_TO_VALUE ? node->v_reset[i] : met - m->threshold;
        if (m->tau_syn > 0.0)
            m->current = current_at(m, t);
        left -= t;
        state->offset[i] = (dt_s - left) / dt_s;
        spikes += 1.0;
    }
    state->potential[i] = potential_at(m, left);
    if (m->tau_syn > 0.0)
        state->current[i] = current_at(m, left);
    return spikes;
}

void neuron_step_exact(const struct node *node, const struct semantics *semantics, double dt_s, const double *input,
                       struct neuron_state *state, double *output)
{
    size_t size = (size_t)shape_items(&node->output);
    bool spikes = node_spikes(node->kind);
    for (size_t i = 0; i < size; i++) {
        struct motion m = motion_of(node, state, dt_s, input[i], i);
        double fired = step_one(node, semantics, dt_s, state, &m, i);
        if (!spikes)
            output[i] = state->potential[i];
        else
            output[i] = semantics->several_spikes ? fired : fmin(fired, 1.0);
    }
}
