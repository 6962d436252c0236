#include "web/command_line.h"

int main(int argument_count, char** arguments) {
    return tokimori::web::run_web_program(argument_count, arguments);
}
