#include "method_catalogue.h"

#include <algorithm>
#include <array>
#include <map>

#include "json_members.h"
#include "json_nesting.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr std::array<std::string_view, 4> kWords = {"exit", "help", "methods", "quit"};

bool IsPlain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

std::string NameOf(const Json& entry) {
  const Json* name = Member(entry, "name");
  return name != nullptr && name->is_string() && IsPlain(name->get_ref<const std::string&>())
             ? name->get<std::string>()
             : std::string();
}

std::vector<std::string> ParameterNames(const Json& method) {
  std::vector<std::string> names;
  if (const Json* parameters = ListMember(method, "params")) {
    for (const Json& parameter : *parameters) {
      std::string name = NameOf(parameter);
      if (!name.empty()) names.push_back(std::move(name));
    }
  }
  return names;
}

Progress ProgressIn(const Json& method) {
  const Json* progress = Member(method, "x-progress");
  if (progress == nullptr) return Progress::kNone;
  if (FlagMember(*progress, "stream")) return Progress::kStream;
  return FlagMember(*progress, "optional_stream") ? Progress::kOptionalStream : Progress::kReported;
}

void AddMatching(Completions& completions, const std::vector<std::string>& names, std::string_view prefix) {
  for (const std::string& name : names) {
    if (name.starts_with(prefix)) completions.candidates.push_back(name);
  }
}

void Sort(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// The words of a text, split at spaces outside JSON values, with their positions.
struct Word {
  std::size_t begin;
  std::string_view text;
};
std::vector<Word> WordsOf(std::string_view text) {
  std::vector<Word> words;
  std::size_t begin = 0;
  JsonNesting nesting;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == ' ' || text[i] == '\t') && !nesting.is_open()) {
      if (i > begin) words.push_back({begin, text.substr(begin, i - begin)});
      begin = i + 1;
    } else {
      nesting.Take(text[i]);
    }
  }
  words.push_back({begin, text.substr(begin)});  // the one before the cursor, possibly empty
  return words;
}

}  // namespace

MethodCatalogue::MethodCatalogue(const Json& document) {
  std::map<std::string, Method> methods;
  if (const Json* list = ListMember(document, "methods")) {
    for (const Json& method : *list) {
      std::string name = NameOf(method);
      if (!name.empty()) methods.emplace(std::move(name), Method{ParameterNames(method), ProgressIn(method)});
    }
  }
  for (auto& [name, method] : methods) {
    methods_.push_back(name);
    of_methods_.push_back(std::move(method));
    // Each prefix of "a.b.c" is a node too.
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      namespaces_.push_back(name.substr(0, dot));
    }
  }
  Sort(namespaces_);
}

const MethodCatalogue::Method* MethodCatalogue::Find(std::string_view name) const {
  const auto found = std::lower_bound(methods_.begin(), methods_.end(), name);
  if (found == methods_.end() || *found != name) return nullptr;
  return &of_methods_[static_cast<std::size_t>(found - methods_.begin())];
}

Progress MethodCatalogue::ProgressOf(std::string_view method) const {
  const Method* found = Find(method);
  return found == nullptr ? Progress::kNone : found->progress;
}

Completions MethodCatalogue::Complete(std::string_view before) const {
  const std::vector<Word> words = WordsOf(before);
  const Word& last = words.back();
  Completions completions;
  completions.begin = last.begin;
  if (words.size() == 1) {
    for (const std::string_view word : kWords) {
      if (word.starts_with(last.text)) completions.candidates.emplace_back(word);
    }
    AddMatching(completions, methods_, last.text);
  } else if (words[0].text == "methods") {
    if (words.size() == 2) {
      AddMatching(completions, methods_, last.text);
      AddMatching(completions, namespaces_, last.text);
    }
  } else if (last.text.find_first_of("={[\"") == std::string_view::npos &&
             words[1].text.find_first_of("{[") != 0) {
    const Method* method = Find(words[0].text);
    if (method == nullptr) return completions;
    for (const std::string& name : method->parameters) {
      const std::string candidate = name + "=";
      const bool is_there = std::any_of(words.begin() + 1, words.end() - 1,
                                        [&](const Word& word) { return word.text.starts_with(candidate); });
      if (!is_there && candidate.starts_with(last.text)) completions.candidates.push_back(candidate);
    }
  }
  Sort(completions.candidates);
  return completions;
}

std::string CommonPrefix(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string prefix = candidates.front();
  for (const std::string& candidate : candidates) {
    const auto differs = std::mismatch(prefix.begin(), prefix.end(), candidate.begin(), candidate.end());
    prefix.erase(differs.first, prefix.end());
  }
  return prefix;
}

}  // namespace onbehalf::cli
