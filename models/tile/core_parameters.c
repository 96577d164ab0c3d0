#include "models/tile/core_config.h"

#include <stddef.h>

static const char *const synapse_kinds[] = {[SYNAPSE_SPARSE] = "sparse", [SYNAPSE_DIMC] = "dimc",
                                             [SYNAPSE_CROSSBAR] = "crossbar",
                                             [SYNAPSE_MEMRISTOR] = "memristor", NULL};
static const char *const distributions[] = {[PROGRAMMING_GAUSSIAN] = "gaussian",
                                            [PROGRAMMING_LOGNORMAL] = "lognormal", NULL};
static const char *const queue_policies[] = {[QUEUE_STALL] = "stall", [QUEUE_DROP] = "drop", NULL};
static const char *const neuron_locations[] = {[NEURON_COLUMN] = "column", [NEURON_PROCESSOR] = "processor", NULL};

static const char *const core_orders[] = {[ORDER_TIMESTEP] = "timestep", [ORDER_NEURON] = "neuron",
                                          [ORDER_EVENT] = "event", NULL};
static const char *const overflows[] = {[OVERFLOW_SATURATE] = "saturate", [OVERFLOW_WRAP] = "wrap", NULL};
static const char *const controller_outputs[] = {[OUTPUT_ON_FIRE] = "on_fire", [OUTPUT_ON_POP] = "on_pop", NULL};

#define AT(name) offsetof(struct core_config, name)
#define SPARSE "core.synapse.kind=sparse"
#define DIMC "core.synapse.kind=dimc"
#define CROSSBAR "core.synapse.kind=crossbar"
#define MEMRISTOR "core.synapse.kind=memristor"
#define TIMESTEP "core.order=timestep"
#define QUEUED "core.order=timestep|event"
#define TIMED "core.order=timestep|neuron"
#define EVENT "core.order=event"
#define PROCESSOR "core.neuron.location=processor"

/* A duration of 0 is refused everywhere: what takes no time could be done without end within one cycle. */
const struct parameter_row core_parameter_rows[] = {
    {"core.order", PARAMETER_CHOICE, AT(core_order), 0, 0, NULL, core_orders, NULL,
     "of its work: timestep (all events of a timestep, then all neurons), neuron (for each neuron all axons) or event "
     "(for each event all neurons)"},
    {"core.neurons", PARAMETER_U32, AT(neurons_max), 1, 16384, "neurons", NULL, NULL,
     "neurons (or inputs relayed) that a core holds"},
    {"core.axons", PARAMETER_U32, AT(axons_max), 1, 65536, "axons", NULL, NULL,
     "rows of the axon table: sources that a core can listen to"},
    {"core.routes", PARAMETER_U32, AT(routes_max), 1, 1048576, "routes", NULL, NULL,
     "rows of the routing table: destinations of all neurons of a core together"},
    {"core.profiles", PARAMETER_U32, AT(profiles_max), 1, 16384, "profiles", NULL, NULL,
     "different sets of neuron parameters (model, decays, threshold, reset) in a core"},

    {"core.event_queue.depth", PARAMETER_U32, AT(queue_depth), 1, 1048576, "events", NULL, QUEUED,
     "events that wait in a core, those of all timesteps together"},
    {"core.event_queue.delay_slots", PARAMETER_U32, AT(delay_slots), 2, 64, "timesteps", NULL, TIMED,
     "timesteps that events can wait for, the present one included; the longest delay is one less"},
    {"core.event_queue.policy", PARAMETER_CHOICE, AT(queue_policy), 0, 0, NULL, queue_policies, TIMESTEP,
     "what a full queue does: stall the network, or drop the event and count it"},
    {"core.axon_cycles", PARAMETER_U32, AT(axon_cycles), 1, 1024, "cycles", NULL, TIMESTEP,
     "axon table look-up for each event"},

    {"core.synapse.kind", PARAMETER_CHOICE, AT(synapse_kind), 0, 0, NULL, synapse_kinds, NULL,
     "lists of synapses in SRAM (sparse), digital in-memory compute (dimc), a weight for every axon and neuron in SRAM "
     "(crossbar), or pairs of analog devices (memristor)"},
    {"core.synapse.weight_bits", PARAMETER_U32, AT(weight_bits), 2, 16, "bits", NULL, NULL,
     "of a weight, two's complement"},
    {"core.synapse.sparse.words", PARAMETER_U32, AT(sparse_words), 1, 16777216, "words", NULL, SPARSE,
     "words of synapse memory"},
    {"core.synapse.sparse.word_bits", PARAMETER_U32, AT(sparse_word_bits), 8, 1024, "bits", NULL, SPARSE,
     "of a word; synapses are packed into words without gaps"},
    {"core.synapse.sparse.index_bits", PARAMETER_U32, AT(sparse_index_bits), 1, 16, "bits", NULL, SPARSE,
     "of the target neuron's index beside each weight"},
    {"core.synapse.sparse.words_per_cycle", PARAMETER_U32, AT(sparse_words_per_cycle), 1, 64, "words/cycle", NULL,
     SPARSE, "words that the memory delivers in a cycle"},
    {"core.synapse.sparse.latency", PARAMETER_U32, AT(sparse_latency), 1, 1024, "cycles", NULL, SPARSE,
     "from the first word's address to the first accumulation"},
    {"core.synapse.dimc.rows", PARAMETER_U32, AT(dimc_rows), 1, 16384, "rows", NULL, DIMC,
     "of one array: one axon each"},
    {"core.synapse.dimc.columns", PARAMETER_U32, AT(dimc_columns), 1, 16384, "weights", NULL, DIMC,
     "weights in a row: one neuron each"},
    {"core.synapse.dimc.arrays", PARAMETER_U32, AT(dimc_arrays), 1, 256, "arrays", NULL, DIMC,
     "stacked: all add to the same columns"},
    {"core.synapse.dimc.rows_per_access", PARAMETER_U32, AT(dimc_rows_per_access), 1, 16384, "rows", NULL, DIMC,
     "rows that the adder tree sums in one access"},
    {"core.synapse.dimc.cycles_per_plane", PARAMETER_U32, AT(dimc_cycles_per_plane), 1, 1024, "cycles", NULL, DIMC,
     "of one access, for each bit plane of the input"},
    {"core.synapse.dimc.planes_per_access", PARAMETER_U32, AT(dimc_planes_per_access), 1, 32, "planes", NULL, DIMC,
     "bit planes of the input that one access takes together"},
    {"core.synapse.dimc.latency", PARAMETER_U32, AT(dimc_latency), 1, 1024, "cycles", NULL, DIMC,
     "adder tree and shift-and-add pipeline"},
    {"core.synapse.crossbar.word_bits", PARAMETER_U32, AT(crossbar_word_bits), 1, 1024, "bits", NULL, CROSSBAR,
     "of a word of weights, one weight for every axon and neuron"},
    {"core.synapse.crossbar.cycles", PARAMETER_U32, AT(crossbar_cycles), 1, 1024, "cycles", NULL, CROSSBAR,
     "for each weight in turn: read, add, write back"},
    {"core.synapse.memristor.rows", PARAMETER_U32, AT(memristor.rows), 1, 16384, "rows", NULL, MEMRISTOR,
     "of one array: one axon each"},
    {"core.synapse.memristor.columns", PARAMETER_U32, AT(memristor.columns), 1, 16384, "weights", NULL, MEMRISTOR,
     "weights in a row: one neuron each; a weight has a pair of devices for every cell_bits of its magnitude"},
    {"core.synapse.memristor.arrays", PARAMETER_U32, AT(memristor.arrays), 1, 256, "arrays", NULL, MEMRISTOR,
     "stacked: their converted sums are added"},
    {"core.synapse.memristor.rows_per_read", PARAMETER_U32, AT(memristor.rows_per_read), 1, 16384, "rows", NULL, MEMRISTOR,
     "neighbouring rows whose currents a column adds in one read"},
    {"core.synapse.memristor.cell_bits", PARAMETER_U32, AT(memristor.cell_bits), 1, 8, "bits", NULL, MEMRISTOR,
     "of a weight's magnitude that one device holds, as 2^bits - 1 equal steps of its range"},
    {"core.synapse.memristor.conductance_low", PARAMETER_DOUBLE, AT(memristor.conductance_low), 0, 1e6, "uS", NULL,
     MEMRISTOR, "of a device that holds 0"},
    {"core.synapse.memristor.conductance_high", PARAMETER_DOUBLE, AT(memristor.conductance_high), 1e-6, 1e6, "uS", NULL,
     MEMRISTOR, "of a device that holds the most"},
    {"core.synapse.memristor.read_voltage", PARAMETER_DOUBLE, AT(memristor.read_voltage), 1e-3, 10, "V", NULL, MEMRISTOR,
     "across a device whose row is driven"},
    {"core.synapse.memristor.read_cycles", PARAMETER_U32, AT(memristor.read_cycles), 1, 65536, "cycles", NULL, MEMRISTOR,
     "that rows are driven in a read, until the columns have settled and are sampled"},
    {"core.synapse.memristor.wire_resistance", PARAMETER_DOUBLE, AT(memristor.wire_resistance), 0, 1e6, "ohm", NULL,
     MEMRISTOR, "from a device to the next, along a row and along a column: what is lost on the wires"},
    {"core.synapse.memristor.programming.distribution", PARAMETER_CHOICE, AT(memristor.distribution), 0, 0, NULL,
     distributions, MEMRISTOR, "of the conductance that a device keeps after it was programmed"},
    {"core.synapse.memristor.programming.noise", PARAMETER_DOUBLE, AT(memristor.programming_noise), 0, 10, "1", NULL,
     MEMRISTOR, "standard deviation: gaussian, as a share of the conductance range; lognormal, of the logarithm"},
    {"core.synapse.memristor.stuck_low", PARAMETER_DOUBLE, AT(memristor.stuck_low), 0, 1, "1", NULL, MEMRISTOR,
     "share of the devices that stay at conductance_low"},
    {"core.synapse.memristor.stuck_high", PARAMETER_DOUBLE, AT(memristor.stuck_high), 0, 1, "1", NULL, MEMRISTOR,
     "share of the devices that stay at conductance_high"},
    {"core.synapse.memristor.read_noise", PARAMETER_DOUBLE, AT(memristor.read_noise), 0, 10, "1", NULL, MEMRISTOR,
     "standard deviation of a device's current as a share of it, anew in each read"},
    {"core.synapse.memristor.converter.bits", PARAMETER_U32, AT(memristor.converter_bits), 1, 24, "bits", NULL, MEMRISTOR,
     "of the signed code of a column's sum"},
    {"core.synapse.memristor.converter.full_scale", PARAMETER_DOUBLE, AT(memristor.converter_full_scale), 1e-3, 16384,
     "rows", NULL, MEMRISTOR, "at full conductance whose sum is the end of the code's range; more is clipped"},
    {"core.synapse.memristor.converter.columns", PARAMETER_U32, AT(memristor.converter_columns), 1, 131072, "columns", NULL,
     MEMRISTOR, "of device pairs that share a converter, converted one after the other"},
    {"core.synapse.memristor.converter.cycles", PARAMETER_U32, AT(memristor.converter_cycles), 1, 65536, "cycles", NULL,
     MEMRISTOR, "of a conversion"},
    {"core.synapse.memristor.latency", PARAMETER_U32, AT(memristor.latency), 1, 1024, "cycles", NULL, MEMRISTOR,
     "shift-and-add pipeline behind the converters"},

    {"core.controller.accept", PARAMETER_U32, AT(controller_accept), 1, 1024, "cycles", NULL, EVENT,
     "from the choice of an input event to its acknowledge"},
    {"core.controller.recover", PARAMETER_U32, AT(controller_recover), 1, 1024, "cycles", NULL, EVENT,
     "from the acknowledge to the next choice"},
    {"core.controller.recurrent", PARAMETER_BOOL, AT(controller_recurrent), 0, 0, NULL, NULL, EVENT,
     "a neuron that fires is queued as an event of the axon of its own number"},
    {"core.controller.output", PARAMETER_CHOICE, AT(controller_output), 0, 0, NULL, controller_outputs, EVENT,
     "an address leaves the chip when a neuron fires, or when its event is taken out of the queue"},
    {"core.controller.last_neuron", PARAMETER_U32, AT(controller_last_neuron), 0, 16383, "neuron", NULL, EVENT,
     "that an event goes through"},

    {"core.accumulator.bits", PARAMETER_U32, AT(accumulator_bits), 4, 32, "bits", NULL, TIMESTEP,
     "of the sum of weights that a neuron receives in a timestep, two's complement"},
    {"core.accumulator.banks", PARAMETER_U32, AT(accumulator_banks), 1, 16384, "banks", NULL, TIMESTEP,
     "of accumulator memory; neuron j lies in bank j mod banks"},
    {"core.accumulator.ports", PARAMETER_U32, AT(accumulator_ports), 1, 64, "ports", NULL, TIMESTEP,
     "of a bank: additions that it takes in a cycle"},
    {"core.state.banks", PARAMETER_U32, AT(state_banks), 1, 16384, "banks", NULL, TIMESTEP,
     "of neuron state memory; neuron j lies in bank j mod banks"},
    {"core.state.ports", PARAMETER_U32, AT(state_ports), 1, 64, "ports", NULL, TIMESTEP,
     "of a bank: neurons read and written back in a cycle"},

    {"core.neuron.location", PARAMETER_CHOICE, AT(neuron_location), 0, 0, NULL, neuron_locations, TIMESTEP,
     "neurons are updated at the array's column edge, or by a processor that the tile's cores share"},
    {"core.neuron.lanes", PARAMETER_U32, AT(neuron_lanes), 1, 16384, "neurons", NULL, TIMESTEP, "updated at once"},
    {"core.neuron.interval", PARAMETER_U32, AT(neuron_interval), 1, 1024, "cycles", NULL, TIMESTEP,
     "from one group of lanes to the next"},
    {"core.neuron.depth", PARAMETER_U32, AT(neuron_depth), 1, 1024, "cycles", NULL, TIMESTEP,
     "pipeline depth: from reading the state to the spike"},
    {"core.neuron.potential_bits", PARAMETER_U32, AT(potential_bits), 4, 32, "bits", NULL, NULL,
     "of the membrane potential, two's complement"},
    {"core.neuron.overflow", PARAMETER_CHOICE, AT(overflow), 0, 0, NULL, overflows, NULL,
     "of the membrane potential: saturate at its range, or wrap round"},
    {"core.neuron.current_bits", PARAMETER_U32, AT(current_bits), 4, 32, "bits", NULL, TIMESTEP,
     "of the synaptic current, two's complement; saturates"},
    {"core.neuron.decay_bits", PARAMETER_U32, AT(decay_bits), 1, 24, "bits", NULL, TIMESTEP,
     "12: a decay d keeps (4096 - d) / 4096 in a timestep, truncated toward zero"},
    {"core.neuron.fraction_bits", PARAMETER_U32, AT(fraction_bits), 0, 12, "bits", NULL, TIMESTEP,
     "that the accumulator is shifted left by before it joins current or potential"},
    {"core.neuron.processor.instructions", PARAMETER_U32, AT(processor_instructions), 1, 65536, "instructions", NULL,
     PROCESSOR, "for each group of lanes"},
    {"core.neuron.processor.start", PARAMETER_U32, AT(processor_start), 1, 65536, "cycles", NULL, PROCESSOR,
     "to hand one core's job over"},

    {"core.route_cycles", PARAMETER_U32, AT(route_cycles), 1, 1024, "cycles", NULL, TIMESTEP,
     "for each packet sent: routing table look-up and injection"},
    {.key = NULL},
};
