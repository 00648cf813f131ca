#include "methods/identity_methods.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;
using win32::AccountNames;
using win32::ImpersonationLevel;
using win32::Sid;
using win32::Token;
using win32::TokenGroup;

// "0x3e7", as Windows' own tools write the id of a logon session.
std::string Hex(std::uint64_t number) {
  std::array<char, 18> text{'0', 'x'};
  const auto end = std::to_chars(text.data() + 2, text.data() + text.size(), number, 16).ptr;
  return {text.data(), end};
}

Json Attributes(DWORD attributes) {
  struct Word {
    DWORD bits;
    const char* text;
  };
  static constexpr std::array<Word, 9> kWords{{{SE_GROUP_MANDATORY, "mandatory"},
                                               {SE_GROUP_ENABLED_BY_DEFAULT, "enabled by default"},
                                               {SE_GROUP_ENABLED, "enabled"},
                                               {SE_GROUP_OWNER, "owner"},
                                               {SE_GROUP_USE_FOR_DENY_ONLY, "deny only"},
                                               {SE_GROUP_INTEGRITY, "integrity"},
                                               {SE_GROUP_INTEGRITY_ENABLED, "integrity enabled"},
                                               {SE_GROUP_RESOURCE, "resource"},
                                               {SE_GROUP_LOGON_ID, "logon id"}}};
  Json words = Json::array();
  for (const Word& word : kWords) {
    if ((attributes & word.bits) == word.bits) words.push_back(word.text);
  }
  return words;
}

// Each name needs a look-up, perhaps from a domain controller; no more look-ups are made once the request is over.
class Names {
 public:
  Names(AccountNames& names, const std::stop_token& stop) : names_(names), stop_(stop) {}

  Json Of(const Sid& sid) const {
    if (stop_.stop_requested()) return nullptr;
    const std::optional<win32::AccountName> name = names_.Find(sid);
    return name ? Json(name->Qualified()) : Json(nullptr);
  }
  Json OfAll(const std::vector<TokenGroup>& groups) const {
    Json list = Json::array();
    for (const TokenGroup& group : groups) {
      list.push_back(MakeObject({{"sid", group.sid.ToString()},
                                 {"name", Of(group.sid)},
                                 {"attributes", Attributes(group.attributes)}}));
    }
    return list;
  }

 private:
  AccountNames& names_;
  const std::stop_token& stop_;
};

MethodResult Whoami(const Call& call, AccountNames& account_names) {
  // The token is taken from the thread while it impersonates, so the result shows what a handler that acts as the
  // caller would really have. It is read after the impersonation, because privilege names come from another process.
  const bool token_before = Token::FromThread(TOKEN_QUERY).has_value();
  std::optional<Token> carried;
  if (auto refusal = AsCaller(call.caller, ImpersonationLevel::kIdentification,
                              [&carried] { carried = Token::FromThread(TOKEN_QUERY); })) {
    return *std::move(refusal);
  }
  const bool token_after = Token::FromThread(TOKEN_QUERY).has_value();
  if (!carried) return InternalError(call.request_id);

  const Token& token = *carried;
  const win32::TokenFacts facts = token.Facts();
  const win32::Integrity integrity = token.IntegrityLevel();
  const std::optional<Sid> logon_sid = token.LogonSid();
  const Sid user = token.User();
  const Names names(account_names, call.stop);

  Json privileges = Json::array();
  for (const win32::TokenPrivilege& privilege : token.Privileges()) {
    privileges.push_back(MakeObject({{"name", privilege.name}, {"enabled", privilege.enabled()}}));
  }
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return MakeObject(
      {{"account", MakeObject({{"sid", user.ToString()}, {"name", names.Of(user)}})},
       {"groups", names.OfAll(token.Groups())},
       {"restricted_sids", names.OfAll(token.RestrictingSids())},
       {"privileges", std::move(privileges)},
       {"integrity", MakeObject({{"rid", integrity.rid}, {"name", integrity.Name()}})},
       {"elevation",
        MakeObject({{"type", ToString(token.ElevationType())}, {"elevated", token.IsElevated()}})},
       {"session", token.SessionId()},
       {"logon_id", Hex(facts.logon_id)},
       {"logon_sid", logon_sid ? Json(logon_sid->ToString()) : Json(nullptr)},
       {"level", ToString(facts.level)},
       {"process",
        MakeObject({{"id", call.process.process_id}, {"image", text_or_null(call.process.image_path)}})},
       {"computer", text_or_null(call.process.computer)},
       {"thread",
        MakeObject({{"token_before", token_before}, {"token_during", true}, {"token_after", token_after}})}});
}

Json WhoamiSchema() {
  const Json group = Object({{"sid", Text("")},
                             {"name", OrNull(Text("null if no account has this SID any more"))},
                             {"attributes", ListOf(Text("mandatory, enabled, deny only, …"))}});
  return Object(
      {{"account", Object({{"sid", Text("")}, {"name", OrNull(Text("DOMAIN\\name"))}})},
       {"groups", ListOf(group)},
       {"restricted_sids", ListOf(group, "restricting SIDs; empty for an ordinary token")},
       {"privileges", ListOf(Object({{"name", Text("")}, {"enabled", Boolean("")}}))},
       {"integrity", Object({{"rid", Integer("8192 is medium")}, {"name", Text("")}})},
       {"elevation", Object({{"type", Text("default, full or limited")}, {"elevated", Boolean("")}})},
       {"session", Integer("of Remote Desktop Services; 0 is that of services")},
       {"logon_id", Text("of the logon session, hexadecimal")},
       {"logon_sid", OrNull(Text(""))},
       {"level", Text("impersonation level on the service's thread")},
       {"process", Object({{"id", Integer("")}, {"image", OrNull(Text("path of the executable"))}},
                          "the client's; process ids are used again, so this proves nothing")},
       {"computer", OrNull(Text("the client's"))},
       {"thread",
        Object({{"token_before", Boolean("")}, {"token_during", Boolean("")}, {"token_after", Boolean("")}},
               "whether the service's thread carried a token before, while and after it was the caller")}});
}

}  // namespace

void AddIdentityMethods(MethodRegistry& registry, std::shared_ptr<AccountNames> names) {
  Method whoami;
  whoami.name = "identity.whoami";
  whoami.summary = "Describes the caller as the service sees it: the token that its requests run with.";
  whoami.result_schema = WhoamiSchema();
  whoami.access_default = kForAuthenticatedUsers;
  whoami.acts = Acts::kAsService;
  whoami.pace = Pace::kMayBlock;
  whoami.handler = [names = std::move(names)](const Call& call) { return Whoami(call, *names); };
  registry.Add(std::move(whoami));
}

}  // namespace onbehalf::service
