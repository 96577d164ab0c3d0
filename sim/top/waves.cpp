#include "sim/top/waves.hpp"

using sc_core::sc_time;

interval_wave::interval_wave(sc_core::sc_module_name name) : sc_module(name), count("count")
{
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&due);
    options.dont_initialize();
    sc_core::sc_spawn([this] { advance(); }, "advance", &options);
}

void interval_wave::add(const sc_time &from, const sc_time &until)
{
    changes[from]++;
    changes[until]--;
    notify();
}

// Of two notifications the earlier one holds.
void interval_wave::notify()
{
    const sc_time &now = sc_core::sc_time_stamp(), first = changes.begin()->first;
    due.notify(first > now ? first - now : sc_core::SC_ZERO_TIME);
}

void interval_wave::advance()
{
    while (!changes.empty() && changes.begin()->first <= sc_core::sc_time_stamp()) {
        present += changes.begin()->second;
        changes.erase(changes.begin());
    }
    count.write(static_cast<unsigned>(present));
    if (!changes.empty())
        notify();
}

link_waves::link_waves(const std::string &name)
    : sending((name + "_sending").c_str()), in_flight((name + "_in_flight").c_str())
{
}

system_waves::system_waves(const char *path, size_t chips) : to_chip("to_chip"), from_chip("from_chip")
{
    std::string name(path);
    file = sc_core::sc_create_vcd_trace_file(name.substr(0, name.size() - 4).c_str()); // it adds .vcd
    file->set_time_unit(1, sc_core::SC_NS);
    for (size_t i = 0; i < chips; i++)
        active.push_back(std::make_unique<interval_wave>(("chip" + std::to_string(i) + "_active").c_str()));
    for (interval_wave *wave : {&to_chip.sending, &to_chip.in_flight, &from_chip.sending, &from_chip.in_flight})
        sc_core::sc_trace(file, wave->count, wave->basename());
    for (auto &wave : active)
        sc_core::sc_trace(file, wave->count, wave->basename());
}

system_waves::~system_waves() { sc_core::sc_close_vcd_trace_file(file); }
