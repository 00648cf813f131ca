#include "completions/candidates.h"

namespace onbehalf::cli {

void Candidates::Offer(std::string_view text, std::string_view summary) {
  if (text.starts_with(typed_)) result_.candidates.push_back({std::string(text), std::string(summary)});
}

void Candidates::OfferAll(std::span<const std::string> texts) {
  for (const std::string& text : texts) Offer(text);
}

void Candidates::OfferAll(std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) Offer(text);
}

void OfferMethods(Candidates& candidates) { candidates.OfferAll(candidates.Methods().methods()); }

void OfferMethodsAndNamespaces(Candidates& candidates) {
  const MethodCatalogue catalogue = candidates.Methods();
  candidates.OfferAll(catalogue.namespaces());
  candidates.OfferAll(catalogue.methods());
}

void OfferFiles(Candidates& candidates) { candidates.OfferFiles(); }

}  // namespace onbehalf::cli
