/* A module that adds a malformed method: the one that its settings, {"fault": "..."}, name by a letter. */
#define ONBEHALF_BUILDING_MODULE
#include <onbehalf/module.h>

#include <stddef.h>
#include <string.h>

static void ONBEHALF_MODULE_CALL Handler(void* context, onbehalf_module_call* call) {
  (void)context;
  (void)call;
}

static int32_t ONBEHALF_MODULE_CALL Next(void* stream, onbehalf_module_call* call) {
  (void)stream;
  (void)call;
  return ONBEHALF_MODULE_LATER;
}

static int32_t ONBEHALF_MODULE_CALL Start(const onbehalf_module_host* host, const char* settings,
                                          int64_t length) {
  onbehalf_module_parameter parameters[2] = {
      {sizeof(onbehalf_module_parameter), 0, 0, 0, "one", "One.", "{\"type\": \"string\"}"},
      {sizeof(onbehalf_module_parameter), 0, 0, 0, "two", "Two.", "{\"type\": \"string\"}"}};
  onbehalf_module_method method = {0};
  (void)length;
  method.size = sizeof(method);
  method.name = "malformed.method";
  method.summary = "A method of a test.";
  method.result_schema = "{}";
  method.parameters = parameters;
  method.parameter_count = 2;
  method.handler = Handler;
  if (strstr(settings, "\"size\"") != NULL) method.size = 8;
  if (strstr(settings, "\"name\"") != NULL) method.name = "no namespace";
  if (strstr(settings, "\"no name\"") != NULL) method.name = NULL;
  if (strstr(settings, "\"built in\"") != NULL) method.name = "identity.mine";
  if (strstr(settings, "\"summary\"") != NULL) method.summary = "\xFF";
  if (strstr(settings, "\"result\"") != NULL) method.result_schema = "{\"type\":";
  if (strstr(settings, "\"no result\"") != NULL) method.result_schema = NULL;
  if (strstr(settings, "\"progress\"") != NULL) method.progress_schema = "[]";
  if (strstr(settings, "\"access\"") != NULL) method.access_default = "D:(A;;GX;;;nobody)";
  if (strstr(settings, "\"flags\"") != NULL) method.flags = 0x80000000u;
  if (strstr(settings, "\"no handler\"") != NULL) method.handler = NULL;
  if (strstr(settings, "\"half a stream\"") != NULL) method.next = Next;
  if (strstr(settings, "\"schema\"") != NULL) parameters[1].schema = "true";
  if (strstr(settings, "\"order\"") != NULL) parameters[1].is_required = 1;
  if (strstr(settings, "\"token\"") != NULL) parameters[1].name = "progressToken";
  if (strstr(settings, "\"parameter size\"") != NULL) parameters[0].size = 8;
  host->add_method(host, &method);
  if (strstr(settings, "\"twice\"") != NULL) host->add_method(host, &method);
  if (strstr(settings, "\"null\"") != NULL) host->add_method(host, NULL);
  if (strstr(settings, "\"says why\"") != NULL) {
    host->refuse(host, "the queue is missing");
    return 1;
  }
  return strstr(settings, "\"says nothing\"") != NULL ? 1 : 0;
}

static const onbehalf_module_description kDescription = {
    sizeof(onbehalf_module_description), ONBEHALF_MODULE_ABI, "malformed", "1.0", Start, NULL};

const onbehalf_module_description* ONBEHALF_MODULE_CALL onbehalf_module_get(uint32_t host_abi) {
  (void)host_abi;
  return &kDescription;
}
