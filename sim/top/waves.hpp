// What goes on between the host and the chips, as sc_signals that SystemC itself traces into a value change dump.
// Observers: nothing reads them. Messages are seen in the cycles in which they leave and arrive; that a chip is at
// work, to within a quantum.
#ifndef NPUSIM_SIM_TOP_WAVES_HPP
#define NPUSIM_SIM_TOP_WAVES_HPP

#include <map>
#include <memory>
#include <string>
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <systemc>
#include <vector>

// How many of the intervals that it was told of are under way.
struct interval_wave : sc_core::sc_module {
    explicit interval_wave(sc_core::sc_module_name name);
    // From `from` until `until`, which do not lie in the past.
    void add(const sc_core::sc_time &from, const sc_core::sc_time &until);
    sc_core::sc_signal<sc_dt::sc_uint<16>> count;

private:
    void notify();
    void advance();
    std::map<sc_core::sc_time, int> changes;
    int present = 0;
    sc_core::sc_event due;
};

// One direction of the host link.
struct link_waves {
    explicit link_waves(const std::string &name);
    interval_wave sending, in_flight;
};

struct system_waves {
    // path: "NAME.vcd"
    system_waves(const char *path, size_t chips);
    ~system_waves();
    link_waves to_chip, from_chip;
    std::vector<std::unique_ptr<interval_wave>> active; // a chip has work

private:
    sc_core::sc_trace_file *file;
};

#endif
