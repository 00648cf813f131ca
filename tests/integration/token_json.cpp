#include "token_json.h"

#include <utility>

namespace onbehalf::test {

nlohmann::json ToJson(const win32::Token& token) {
  nlohmann::json groups = nlohmann::json::array();
  for (const win32::TokenGroup& group : token.Groups()) {
    groups.push_back({{"sid", group.sid.ToString()}, {"attributes", group.attributes}});
  }
  const win32::TokenFacts facts = token.Facts();
  return {
      {"user", token.User().ToString()},
      {"groups", std::move(groups)},
      {"level", facts.is_primary ? nlohmann::json(nullptr) : nlohmann::json(win32::ToString(facts.level))}};
}

}  // namespace onbehalf::test
