/* A module in C that uses the interface directly: its methods break each rule that can be broken without ending the
   process; raw.echo and raw.count follow the rules. */
#define ONBEHALF_BUILDING_MODULE
#include <onbehalf/module.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const onbehalf_module_host* g_host;

static void ONBEHALF_MODULE_CALL Echo(void* context, onbehalf_module_call* call) {
  int64_t length = 0;
  const char* const params = g_host->params(call, &length);
  (void)context;
  g_host->set_result(call, params, length);
}

static void ONBEHALF_MODULE_CALL BadJson(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_result(call, "{\"open\": ", -1);
}

static void ONBEHALF_MODULE_CALL BadUtf8(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_result(call, "\"\xC0\xAF\"", -1);
}

static void ONBEHALF_MODULE_CALL NullResult(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_result(call, NULL, 0);
}

static void ONBEHALF_MODULE_CALL NoAnswer(void* context, onbehalf_module_call* call) {
  (void)context;
  (void)call;
}

static void ONBEHALF_MODULE_CALL UnknownCode(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_error(call, -1, "a code that nobody knows", NULL);
}

static void ONBEHALF_MODULE_CALL BadData(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_error(call, ONBEHALF_MODULE_BUSY, NULL, "no JSON");
}

static void ONBEHALF_MODULE_CALL BadMessage(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_error(call, ONBEHALF_MODULE_BUSY, "\xFF", NULL);
}

static void ONBEHALF_MODULE_CALL NoCode(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->fail_windows(call, 0, "CreateFileW");
}

static void ONBEHALF_MODULE_CALL LastCounts(void* context, onbehalf_module_call* call) {
  (void)context;
  g_host->set_result(call, "no JSON", -1);
  g_host->set_error(call, ONBEHALF_MODULE_BUSY, "not now", "{\"in\": 3}");
  g_host->set_result(call, "\"last\"", -1);
}

static void ONBEHALF_MODULE_CALL Statuses(void* context, onbehalf_module_call* call) {
  char text[128];
  const onbehalf_module_method late = {0};
  const int result = g_host->set_result(call, "no JSON", -1);
  const int progress = g_host->report_progress(call, "no JSON", -1);
  const int no_work = g_host->as_caller(call, NULL, NULL);
  const int no_text = g_host->log(g_host, ONBEHALF_MODULE_LOG_INFO, NULL);
  const int no_level = g_host->log(g_host, 4, "text");
  const int too_late = g_host->add_method(g_host, &late);
  (void)context;
  snprintf(text, sizeof(text), "[%d, %d, %d, %d, %d, %d]", result, progress, no_work, no_text, no_level,
           too_late);
  g_host->set_result(call, text, -1);
}

/* While impersonating: neither is allowed. */
static void ONBEHALF_MODULE_CALL Nothing(void* context) { (void)context; }

static void ONBEHALF_MODULE_CALL AsCallerStatuses(void* context, onbehalf_module_call* call) {
  char text[64];
  const int log = g_host->log(g_host, ONBEHALF_MODULE_LOG_INFO, "must not be written");
  const int again = g_host->as_caller(call, Nothing, NULL);
  (void)context;
  snprintf(text, sizeof(text), "[%d, %d]", log, again);
  g_host->set_result(call, text, -1);
}

/* A stream of 0, 1, 2 and the result "end"; or one that breaks a rule at its second step. */
struct stream {
  onbehalf_module_waker* waker;
  const char* fault;
  int next;
  int told_later;
};

static void* ONBEHALF_MODULE_CALL Open(void* context, onbehalf_module_call* call,
                                       onbehalf_module_waker* waker) {
  struct stream* const stream = (struct stream*)malloc(sizeof(struct stream));
  if (stream == NULL) {
    g_host->free_waker(waker);
    g_host->fail(call, "no memory");
    return NULL;
  }
  stream->waker = waker;
  stream->fault = (const char*)context;
  stream->next = 0;
  stream->told_later = 0;
  return stream;
}

static int32_t ONBEHALF_MODULE_CALL Next(void* pointer, onbehalf_module_call* call) {
  struct stream* const stream = (struct stream*)pointer;
  char text[16];
  if (stream->next == 1 && stream->fault != NULL) {
    if (stream->fault[0] == 'j') g_host->set_result(call, "no JSON", -1);
    if (stream->fault[0] == 'e') g_host->set_error(call, ONBEHALF_MODULE_BUSY, NULL, NULL);
    if (stream->fault[0] == 's') g_host->set_result(call, "1", -1);
    return stream->fault[0] == 's' ? 17 : ONBEHALF_MODULE_PIECE;
  }
  if (!stream->told_later) {
    stream->told_later = 1;
    g_host->wake(stream->waker);
    return ONBEHALF_MODULE_LATER;
  }
  stream->told_later = 0;
  if (stream->next == 3) {
    g_host->set_result(call, "\"end\"", -1);
    return ONBEHALF_MODULE_END;
  }
  snprintf(text, sizeof(text), "%d", stream->next++);
  g_host->set_result(call, text, -1);
  return ONBEHALF_MODULE_PIECE;
}

static void ONBEHALF_MODULE_CALL Close(void* pointer) {
  struct stream* const stream = (struct stream*)pointer;
  g_host->free_waker(stream->waker);
  free(stream);
}

static void* ONBEHALF_MODULE_CALL OpenNothing(void* context, onbehalf_module_call* call,
                                              onbehalf_module_waker* waker) {
  (void)context;
  g_host->free_waker(waker);
  g_host->set_result(call, "\"a result in place of a stream\"", -1);
  return NULL;
}

static void* ONBEHALF_MODULE_CALL OpenRefused(void* context, onbehalf_module_call* call,
                                              onbehalf_module_waker* waker) {
  (void)context;
  g_host->free_waker(waker);
  g_host->set_error(call, ONBEHALF_MODULE_INVALID_PARAMS, "text: not this one", NULL);
  return NULL;
}

static const char kForEverybody[] = "D:(A;;GXGR;;;AU)";

static void AddHandler(const onbehalf_module_host* host, const char* name, uint32_t flags,
                       void(ONBEHALF_MODULE_CALL* handler)(void*, onbehalf_module_call*)) {
  const onbehalf_module_parameter text = {sizeof(onbehalf_module_parameter), 0, 1, 0, "text", "Anything.",
                                          "{\"type\": \"string\"}"};
  onbehalf_module_method method = {0};
  method.size = sizeof(method);
  method.flags = flags;
  method.name = name;
  method.summary = "A method of a test.";
  method.result_schema = "{}";
  method.access_default = kForEverybody;
  method.parameters = &text;
  method.parameter_count = 1;
  method.handler = handler;
  host->add_method(host, &method);
}

static void AddStream(const onbehalf_module_host* host, const char* name, const char* fault,
                      void*(ONBEHALF_MODULE_CALL* open)(void*, onbehalf_module_call*,
                                                        onbehalf_module_waker*)) {
  onbehalf_module_method method = {0};
  method.size = sizeof(method);
  method.name = name;
  method.summary = "A stream of a test.";
  method.result_schema = "{}";
  method.access_default = kForEverybody;
  method.context = (void*)fault;
  method.open = open;
  method.next = Next;
  method.close = Close;
  host->add_method(host, &method);
}

static int32_t ONBEHALF_MODULE_CALL Start(const onbehalf_module_host* host, const char* settings,
                                          int64_t length) {
  (void)settings;
  (void)length;
  g_host = host;
  AddHandler(host, "raw.echo", 0, Echo);
  AddHandler(host, "raw.badJson", 0, BadJson);
  AddHandler(host, "raw.badUtf8", 0, BadUtf8);
  AddHandler(host, "raw.nullResult", 0, NullResult);
  AddHandler(host, "raw.noAnswer", 0, NoAnswer);
  AddHandler(host, "raw.unknownCode", 0, UnknownCode);
  AddHandler(host, "raw.badData", 0, BadData);
  AddHandler(host, "raw.badMessage", 0, BadMessage);
  AddHandler(host, "raw.noCode", 0, NoCode);
  AddHandler(host, "raw.lastCounts", 0, LastCounts);
  AddHandler(host, "raw.statuses", 0, Statuses);
  AddHandler(host, "raw.badJsonAsCaller", ONBEHALF_MODULE_ACTS_AS_CALLER, BadJson);
  AddHandler(host, "raw.asCallerStatuses", ONBEHALF_MODULE_ACTS_AS_CALLER, AsCallerStatuses);
  AddStream(host, "raw.count", NULL, Open);
  AddStream(host, "raw.badPiece", "json", Open);
  AddStream(host, "raw.errorAsPiece", "error", Open);
  AddStream(host, "raw.badStep", "step", Open);
  AddStream(host, "raw.noStream", NULL, OpenNothing);
  AddStream(host, "raw.refusedStream", NULL, OpenRefused);
  return 0;
}

/* Until the process ends. */
static const onbehalf_module_description kDescription = {
    sizeof(onbehalf_module_description), ONBEHALF_MODULE_ABI, "raw", "1.0", Start, NULL};

const onbehalf_module_description* ONBEHALF_MODULE_CALL onbehalf_module_get(uint32_t host_abi) {
  return host_abi >> 16 == ONBEHALF_MODULE_ABI_MAJOR ? &kDescription : NULL;
}
