/* Modules that are refused before they start, one for each TEST_NAME; what differs is defined where they are built. */
#define ONBEHALF_BUILDING_MODULE
#include <onbehalf/module.h>

#include <stddef.h>

#ifndef TEST_ABI
#define TEST_ABI ONBEHALF_MODULE_ABI
#endif
#ifndef TEST_START
#define TEST_START Start
#endif

int32_t ONBEHALF_MODULE_CALL Start(const onbehalf_module_host* host, const char* settings, int64_t length);

int32_t ONBEHALF_MODULE_CALL Start(const onbehalf_module_host* host, const char* settings, int64_t length) {
  (void)host;
  (void)settings;
  (void)length;
  return 1;
}

static const onbehalf_module_description kDescription = {
    sizeof(onbehalf_module_description), TEST_ABI, TEST_NAME, "1.0", TEST_START, NULL};

const onbehalf_module_description* ONBEHALF_MODULE_CALL onbehalf_module_get(uint32_t host_abi) {
  (void)host_abi;
  return &kDescription;
}
