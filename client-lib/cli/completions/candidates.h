#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "method_catalogue.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// What a word of the command line may become.
struct WordCompletion {
  struct Candidate {
    std::string text;
    std::string summary;  // ASCII, in a line; empty: none
  };
  std::vector<Candidate> candidates;
  bool files = false;  // a file's name, which the shell knows to complete
};

using Discover = std::function<MethodCatalogue(const client::Options&)>;

// Collects what the word that is being typed may become.
class Candidates {
 public:
  // `options` say where `discover` asks. All borrowed.
  Candidates(std::string_view typed, const client::Options& options, const Discover& discover)
      : typed_(typed), options_(options), discover_(discover) {}

  std::string_view typed() const { return typed_; }
  // The methods that the service shows. Asks it each time.
  MethodCatalogue Methods() const { return discover_(options_); }

  // Texts that do not begin as what was typed are left out.
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

// Completers that several commands use.
void OfferMethods(Candidates& candidates);
void OfferMethodsAndNamespaces(Candidates& candidates);
// Of this computer.
void OfferFiles(Candidates& candidates);

}  // namespace onbehalf::cli
