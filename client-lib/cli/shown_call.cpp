#include "shown_call.h"

#include <utility>

#include "json_layout.h"
#include "output.h"
#include "progress_view.h"

namespace onbehalf::cli {

using client::Json;

Json CallAndShow(client::Client& service, const std::string& method, const Json& params,
                 client::CallOptions options, Progress progress, CancelWatch& watch, Output& output) {
  options.stop = watch.token();
  if (progress == Progress::kStream || progress == Progress::kOptionalStream) {
    options.progress = [&](const Json& piece) {
      // Nothing reads standard output any more, so the rest is useless.
      if (!output.Continue(JsonLine(piece) + "\n")) watch.Cancel();
    };
    return service.Call(method, params, options);
  }
  ProgressView view(output.ErrorColumns(), output.json());
  if (progress == Progress::kReported) {
    options.progress = [&](const Json& value) { output.Error(view.Show(value)); };
  }
  try {
    Json result = service.Call(method, params, options);
    output.Error(view.Clear());
    return result;
  } catch (...) {
    output.Error(view.Clear());
    throw;
  }
}

}  // namespace onbehalf::cli
