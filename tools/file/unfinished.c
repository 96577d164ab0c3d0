#include "tools/file/unfinished.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 8

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGABRT};
static const char *_Atomic files[FILES]; /* signals are a property of the process */
static _Atomic pid_t owner;              /* a child of it leaves them alone */

static void clear(int number)
{
    if (atomic_load(&owner) == getpid())
        for (int i = 0; i < FILES; i++) {
            const char *path = atomic_load(&files[i]);
            if (path)
                unlink(path);
        }
    raise(number); /* as it was before: the handler is gone (SA_RESETHAND) */
}

static void listen(void)
{
    struct sigaction action = {.sa_handler = clear}, before;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(ending[i], &action, NULL);
}

void unfinished_remember(const char *path)
{
    if (atomic_exchange(&owner, getpid()) != getpid())
        for (int i = 0; i < FILES; i++)
            atomic_store(&files[i], NULL); /* the parent's */
    listen();
    for (int i = 0; i < FILES; i++) {
        const char *none = NULL;
        if (atomic_compare_exchange_strong(&files[i], &none, path))
            return;
    }
}

void unfinished_forget(const char *path)
{
    for (int i = 0; i < FILES; i++) {
        const char *same = path;
        if (atomic_compare_exchange_strong(&files[i], &same, NULL))
            return;
    }
}
