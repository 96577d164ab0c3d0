#include "sim/top/system.h"

#include "sim/panic.h"
#include "sim/top/modules.hpp"
#include <algorithm>
#include <cstdlib>

namespace {

// sc_main has no arguments of its own; this is how system_run reaches it.
struct call {
    struct system_job *jobs;
    size_t count;
    bool done;
};
call *running = nullptr;

} // namespace

extern "C" uint32_t system_quantum(const struct chip_config *config)
{
    uint32_t latency = config->host.link_latency;
    return config->host.chips > 1 ? std::min(latency, config->host.chip_link_latency) : latency;
}

int sc_main(int, char *[])
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING); // "stopped by user"
    std::vector<std::unique_ptr<job_module>> jobs;
    for (size_t i = 0; i < running->count; i++)
        jobs.push_back(std::make_unique<job_module>(sc_core::sc_gen_unique_name("job"), running->jobs[i],
                                                    i ? jobs.back().get() : nullptr));
    jobs.front()->start();
    if (ranks_count() > 1)
        jobs.front()->run_windows();
    else
        sc_core::sc_start();
    running->done = true;
    for (auto &job : jobs)
        if (!job->finished) {
            running->done = false;
            if (job->started)
                job->print_waiting();
        }
    return 0;
}

extern "C" bool system_run(struct system_job *jobs, size_t count)
{
    must(running == nullptr && count > 0);
    must(ranks_count() == 1 || (count == 1 && ranks_count() <= jobs->config->host.chips));
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    call this_call = {jobs, count, false};
    running = &this_call;
    char name[] = "npusim";
    char *arguments[] = {name, nullptr};
    sc_core::sc_elab_and_sim(1, arguments);
    return this_call.done;
}
