/* A DLL that is not a module. */
#include <onbehalf/module.h>

__declspec(dllexport) int onbehalf_something_else(void);

int onbehalf_something_else(void) { return 0; }
