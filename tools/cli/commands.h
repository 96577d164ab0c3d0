/* The commands of npusim. Each returns the exit status: 0 done, 1 the simulation failed, 2 the user's mistake. */
#ifndef NPUSIM_TOOLS_CLI_COMMANDS_H
#define NPUSIM_TOOLS_CLI_COMMANDS_H

enum exit_status { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USER = 2 };

struct command {
    const char *name, *help;
    int (*run)(int argc, char **argv); /* arguments after the command's name; argv[0] is the first of them */
};

extern const struct command commands[]; /* ends with name NULL */

int command_run(int argc, char **argv);
int command_compile(int argc, char **argv);
int command_reference(int argc, char **argv);
int command_baseline(int argc, char **argv);
int command_calibrate(int argc, char **argv);
int command_cost(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_activations(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_import(int argc, char **argv);
int command_export(int argc, char **argv);
int command_memory(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_validate(int argc, char **argv);
int command_trace(int argc, char **argv);

/* npusim's whole command line. */
int command_line(int argc, char **argv);

#endif
