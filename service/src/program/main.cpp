#include "onbehalf/service/service_main.h"

int wmain(int argc, wchar_t** argv) { return onbehalf::service::ServiceProgram(argc, argv); }
