#include "settings/settings_faults.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

// The last part of "section.member".
std::string_view Member(std::string_view key) { return key.substr(key.rfind('.') + 1); }

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, substituted});
    }
  }
  return row.back();
}

std::string_view Nearest(std::string_view key, const std::vector<std::string>& known) {
  if (key.size() > 128) return {};
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : known) {
    const std::size_t whole = EditDistance(key, candidate);
    const std::size_t member = EditDistance(Member(key), Member(candidate)) + 1;
    // A missing unit ("deadline" for "deadline_ms") is more letters than a typo.
    const bool lacks_unit = key.size() >= 4 && candidate.starts_with(key);
    const std::size_t distance = lacks_unit ? 1 : std::min(whole, member);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return least <= std::max<std::size_t>(2, key.size() / 4) ? nearest : std::string_view();
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string out;
  AppendEscaped(out, text, Escaping::kLog, 64);
  return out;
}

std::string Found(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "the string \"" + Shown(value.get_ref<const std::string&>()) + "\"";
    default:
      return Shown(protocol::ToText(value));
  }
}

std::string FoundKind(const Json& value) { return value.is_string() ? "a string" : Found(value); }

SettingsFault UnknownKey(std::string_view key, const std::vector<std::string>& known,
                         std::string_view where) {
  std::string message = "unknown key";
  if (const std::string_view nearest = Nearest(key, known); !nearest.empty()) {
    message += "; did you mean " + std::string(nearest) + "?";
  } else {
    message += "; " + std::string(where);
  }
  return {Shown(key), std::move(message)};
}

SettingsResult WholeFileFault(std::string message) {
  SettingsResult result;
  result.faults.push_back({"", std::move(message)});
  return result;
}

}  // namespace onbehalf::service
