#include "tools/cli/run_child.h"

#include "tools/cli/commands.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

bool run_child_start(int argc, char **argv, struct run_child *child)
{
    *child = (struct run_child){.summary = tmpfile()};
    if (!child->summary)
        return false;
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        int status = dup2(fileno(child->summary), STDOUT_FILENO) < 0 ? STATUS_FAILED : command_run(argc, argv);
        fflush(NULL);
        _exit(status);
    }
    if (child->pid > 0)
        return true;
    int why = errno;
    fclose(child->summary);
    child->summary = NULL;
    errno = why;
    return false;
}

bool run_child_finish(struct run_child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    rewind(child->summary);
    if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_DONE)
        return true;
    fclose(child->summary);
    child->summary = NULL;
    return false;
}
