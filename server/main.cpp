#include "server/daemon/command_line.h"

int main(int argument_count, char** arguments) {
    return tokimori::run_command_line(argument_count, arguments);
}
