// run_client PROGRAM: starts the service in its own folder, and PROGRAM with the name of its pipe. Returns
// PROGRAM's output and exit code.
#include <exception>
#include <iostream>
#include <stdexcept>

#include "service_process.h"
#include "support/child_process.h"

int main(int count, char** arguments) {
  try {
    if (count != 2) throw std::runtime_error("run_client PROGRAM");
    onbehalf::test::ServiceProcess service("board-service.exe", "");
    const auto exit =
        onbehalf::test::ChildProcess::Start({arguments[1], {service.pipe_name()}}).WaitForExit();
    std::cout << exit.output;
    std::cerr << exit.errors;
    return static_cast<int>(exit.code);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
