#include "database/connection_string.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::service {
namespace {

constexpr const char* kWithheld = "The database's message is withheld: it contains a secret of the service.";

struct Pair {
  std::string key;  // in lower case
  std::string value;
};

std::string_view Trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

std::vector<Pair> PairsOf(std::string_view rest) {
  std::vector<Pair> pairs;
  while (!rest.empty()) {
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos) break;
    if (rest[equals] == ';') {
      rest.remove_prefix(equals + 1);
      continue;
    }
    Pair pair{protocol::AsciiLower(Trimmed(rest.substr(0, equals))), {}};
    rest.remove_prefix(equals + 1);
    const std::size_t start = rest.find_first_not_of(" \t\r\n");
    if (start != std::string_view::npos && rest[start] == '{') {
      std::size_t at = start + 1;
      for (; at < rest.size(); ++at) {
        if (rest[at] == '}') {
          // A doubled } stands for one.
          if (at + 1 >= rest.size() || rest[at + 1] != '}') break;
          ++at;
        }
        pair.value += rest[at];
      }
      rest.remove_prefix(std::min(rest.size(), at));
      const std::size_t end = rest.find(';');
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    } else {
      const std::size_t end = rest.find(';');
      pair.value = Trimmed(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace

std::optional<std::string> ConnectionStringValue(std::string_view connection, std::string_view key) {
  const std::string wanted = protocol::AsciiLower(key);
  for (Pair& pair : PairsOf(connection)) {
    if (pair.key == wanted) return std::move(pair.value);
  }
  return std::nullopt;
}

std::string_view FirstKeyOf(std::string_view connection, std::initializer_list<std::string_view> keys) {
  for (const Pair& pair : PairsOf(connection)) {
    const auto found = std::find(keys.begin(), keys.end(), pair.key);
    if (found != keys.end()) return *found;
  }
  return {};
}

std::vector<std::string> SecretsOf(std::string_view connection) {
  constexpr std::array<std::string_view, 6> kWords{"pwd", "password", "passphrase", "secret", "token", "key"};
  std::vector<std::string> secrets;
  for (Pair& pair : PairsOf(connection)) {
    const bool is_secret = std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
      return pair.key.find(word) != std::string::npos;
    });
    if (is_secret && !pair.value.empty()) secrets.push_back(std::move(pair.value));
  }
  return secrets;
}

std::string WithoutSecrets(std::string text, std::string_view connection) {
  const auto secrets = SecretsOf(connection);
  const bool tells = std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    return text.find(secret) != std::string::npos;
  });
  return tells ? kWithheld : std::move(text);
}

}  // namespace onbehalf::service
