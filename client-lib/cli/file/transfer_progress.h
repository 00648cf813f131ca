#pragma once

#include <cstdint>
#include <string>

#include "output.h"
#include "progress_view.h"

namespace onbehalf::cli {

// How far a command has come, on standard error, in bytes. One thread.
class TransferProgress {
 public:
  // Borrowed.
  explicit TransferProgress(Output& output)
      : output_(output), view_(output.ErrorColumns(), output.json(), ProgressView::Figures::kBytes) {}
  ~TransferProgress() { Clear(); }
  TransferProgress(const TransferProgress&) = delete;
  TransferProgress& operator=(const TransferProgress&) = delete;

  // `what` is done at the moment ("sending").
  void Show(const std::string& what, std::uint64_t done, std::uint64_t total) {
    output_.Error(view_.Show({{"done", done}, {"total", total}, {"message", what}}));
  }
  // Before anything else is written.
  void Clear() { output_.Error(view_.Clear()); }

 private:
  Output& output_;
  ProgressView view_;
};

}  // namespace onbehalf::cli
