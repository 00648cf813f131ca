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

// What stands before the command.
struct GlobalOptions {
  client::Options client;
  bool has_timeout = false;  // --timeout was given
  bool json = false;
  bool version = false;
  std::optional<std::string> help;  // of this command ("access grant"); empty text: of all
};

std::span<const OptionInfo> GlobalOptionTable();

// The next word and its value, as one of these options other than --help and --version. Throws UsageError.
void TakeGlobalOption(Words& words, GlobalOptions& options);

// Those at the beginning of `arguments` as far as they are whole and right. For completion: never throws
// UsageError. Gives how many words they are.
std::size_t TakeWholeGlobalOptions(std::span<const std::string> arguments, GlobalOptions& options);

// Whether `word` is one of them, with or without "=VALUE".
bool IsGlobalOption(std::string_view word);

}  // namespace onbehalf::cli
