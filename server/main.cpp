#include <malloc.h>

#include "server/daemon/command_line.h"

int main(int argument_count, char** arguments) {
    // Large tables lie by themselves, whatever was freed before: pages of them that nobody writes take no memory.
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    return tokimori::run_command_line(argument_count, arguments);
}
