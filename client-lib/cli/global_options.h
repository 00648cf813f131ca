#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"
#include "option.h"
#include "words.h"

namespace onbehalf::cli {

// The options before the command.
struct GlobalOptions {
  client::Options client;
  bool has_timeout = false;  // --timeout was given
  bool json = false;
  bool version = false;
  std::optional<std::string> help;  // for this command ("access grant"); empty text: for all
};

std::span<const OptionInfo> GlobalOptionTable();

// Consumes one of these options, other than --help and --version, with its value. Throws UsageError.
void TakeGlobalOption(Words& words, GlobalOptions& options);

// Reads the options at the beginning of `arguments` as long as they are complete and valid, and returns how
// many words they take. For completion: never throws UsageError.
std::size_t TakeWholeGlobalOptions(std::span<const std::string> arguments, GlobalOptions& options);

// Whether `word` is one of these options, with or without "=VALUE".
bool IsGlobalOption(std::string_view word);

}  // namespace onbehalf::cli
