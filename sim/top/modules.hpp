// The sc_modules of the system: a host and chips. See system.h for how they keep time.
#ifndef NPUSIM_SIM_TOP_MODULES_HPP
#define NPUSIM_SIM_TOP_MODULES_HPP

#include "sim/top/collect.h"
#include "sim/top/ranks.h"
#include "sim/top/system.h"
#include "sim/top/waves.hpp"
#include <memory>
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <systemc>
#include <vector>

struct job_module;

// Something that runs in quanta and is woken by messages.
struct quantum_module : sc_core::sc_module {
    quantum_module(sc_core::sc_module_name name, job_module &job);
    // Due in `cycle` of the job.
    void wake_at(uint64_t cycle);

protected:
    job_module &job;
    sc_core::sc_event due;
    // Runs every cycle before `until`; returns the next cycle with something to do, NEVER when a message must come.
    virtual uint64_t run_until(uint64_t until) = 0;
    // Hands over what it has sent.
    virtual void flush() = 0;

private:
    void activate();
};

struct chip_module : quantum_module {
    chip_module(sc_core::sc_module_name name, job_module &job, uint32_t number_);
    ~chip_module() override;
    // The chip is there from the job's start to its end, so that of many jobs one has its chips in memory.
    void build();
    void release();
    const uint32_t number;
    struct chip *chip = nullptr;
    // From other ranks: what has come across the borders, if it is at them.
    void hear(struct edge_queue &from_west, struct edge_queue &from_east);
    chip_module *east = nullptr, *west = nullptr; // those of this rank

protected:
    uint64_t run_until(uint64_t until) override;
    void flush() override;
};

struct host_module : quantum_module {
    host_module(sc_core::sc_module_name name, job_module &job);
    ~host_module() override;
    struct driver driver;

protected:
    uint64_t run_until(uint64_t until) override;
    void flush() override;
};

// One job: its modules and its own time, which begins when it is started.
struct job_module : sc_core::sc_module {
    job_module(sc_core::sc_module_name name, struct system_job &job, job_module *after);
    ~job_module() override;
    uint64_t now() const; // cycles since its start
    void start();
    void host_is_done();
    void begin_replay();
    void print_waiting() const;
    // With several ranks, from window to window until the job is finished or nobody can go on.
    void run_windows();
    // To the waves, if they are wanted: a message of the host link.
    void show(link_waves system_waves::*link, const struct edge_message &message);
    sc_core::sc_time at(uint64_t cycle) const;
    struct system_job &job;
    struct collector collector;
    uint32_t quantum;
    uint64_t stop_at = NEVER; // known once the host is done
    uint64_t horizon = NEVER; // with several ranks: before the first cycle in which a neighbour may be heard
    struct ranks_window window = {};
    bool started = false, finished = false;
    std::vector<std::unique_ptr<chip_module>> chips; // of this rank, neighbours in the row
    std::unique_ptr<host_module> host;                // of rank 0
    std::unique_ptr<system_waves> waves;

private:
    void finish();
    uint64_t next_activity() const;
    void hand_over();
    void hear_samples();
    uint64_t hash_of_chips();
    void set_stop(uint64_t cycle);
    sc_core::sc_event end;
    sc_core::sc_time begin;
    job_module *next = nullptr;
};

#endif
