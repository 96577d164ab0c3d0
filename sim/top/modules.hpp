// The sc_modules of the system: a host and chips. See system.h for how they keep time.
#ifndef NPUSIM_SIM_TOP_MODULES_HPP
#define NPUSIM_SIM_TOP_MODULES_HPP

#include "sim/top/collect.h"
#include "sim/top/system.h"
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
    chip_module(sc_core::sc_module_name name, job_module &job, uint32_t number);
    ~chip_module() override;
    struct chip *chip;
    chip_module *east = nullptr, *west = nullptr;

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
    void dump_engines() const;
    struct system_job &job;
    struct collector collector;
    uint32_t quantum;
    uint64_t stop_at = NEVER; // known once the host is done
    bool started = false, finished = false;
    std::vector<std::unique_ptr<chip_module>> chips;
    std::unique_ptr<host_module> host;

private:
    void finish();
    sc_core::sc_event end;
    sc_core::sc_time begin;
    job_module *next = nullptr;
};

#endif
