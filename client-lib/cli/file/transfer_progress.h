#pragma once

#include <cstdint>
#include <string>

#include "output.h"
#include "progress_view.h"

namespace onbehalf::cli {

// The progress of a transfer on standard error, in bytes. One thread.
class TransferProgress {
 public:
  // `output` is borrowed.
  explicit TransferProgress(Output& output)
      : output_(output), view_(output.ErrorColumns(), output.json(), ProgressView::Figures::kBytes) {}
  ~TransferProgress() { Clear(); }
  TransferProgress(const TransferProgress&) = delete;
  TransferProgress& operator=(const TransferProgress&) = delete;

  // `what` names the current step ("sending").
  void Show(const std::string& what, std::uint64_t done, std::uint64_t total) {
    output_.Error(view_.Show({{"done", done}, {"total", total}, {"message", what}}));
  }
  // Call it before any other output.
  void Clear() { output_.Error(view_.Clear()); }

 private:
  Output& output_;
  ProgressView view_;
};

}  // namespace onbehalf::cli
