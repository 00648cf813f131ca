#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "method_catalogue.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// The completions of a word of the command line.
struct WordCompletion {
  struct Candidate {
    std::string text;
    std::string summary;  // ASCII, one line; may be empty
  };
  std::vector<Candidate> candidates;
  bool files = false;  // a file name, which the shell completes itself
};

using Discover = std::function<MethodCatalogue(const client::Options&)>;

// Collects the completions of the word being typed.
class Candidates {
 public:
  // `options` say which service `discover` asks. All are borrowed.
  Candidates(std::string_view typed, const client::Options& options, const Discover& discover)
      : typed_(typed), options_(options), discover_(discover) {}

  std::string_view typed() const { return typed_; }
  // The methods that the service lists. Asks it each time.
  MethodCatalogue Methods() const { return discover_(options_); }

  // Ignores texts that do not begin with what was typed.
  void Offer(std::string_view text, std::string_view summary = {});
  void OfferAll(std::span<const std::string> texts);
  void OfferAll(std::span<const std::string_view> texts);
  void OfferFiles() { result_.files = true; }

  WordCompletion Take() { return std::move(result_); }

 private:
  std::string_view typed_;
  const client::Options& options_;
  const Discover& discover_;
  WordCompletion result_;
};

// Completers for several commands.
void OfferMethods(Candidates& candidates);
void OfferMethodsAndNamespaces(Candidates& candidates);
// Files on this computer.
void OfferFiles(Candidates& candidates);

}  // namespace onbehalf::cli
