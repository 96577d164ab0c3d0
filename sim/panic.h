/* Our own mistakes. Prints file, line and message, asks the registered dump (the engine's "who waits for what"),
 * and aborts. Never used for what a user can cause. */
#ifndef NPUSIM_SIM_PANIC_H
#define NPUSIM_SIM_PANIC_H

#ifdef __cplusplus
extern "C" {
#endif

void panic_at(const char *file, int line, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)
#define must(condition) ((condition) ? (void)0 : panic("broken promise: %s", #condition))

#ifdef __cplusplus
}
#endif
#endif
