#include "tools/cli/commands.h"

int main(int argc, char **argv)
{
    return command_line(argc, argv);
}
