#include "methods/identity_methods.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "methods/shown_identity.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;
using win32::AccountNames;
using win32::ImpersonationLevel;
using win32::Token;
using win32::TokenGroup;

// "0x3e7", as Windows' own tools write the id of a logon session.
std::string Hex(std::uint64_t number) {
  std::array<char, 18> text{'0', 'x'};
  const auto end = std::to_chars(text.data() + 2, text.data() + text.size(), number, 16).ptr;
  return {text.data(), end};
}

std::vector<std::string_view> AttributeWords(DWORD attributes) {
  struct Word {
    DWORD bits;
    std::string_view text;
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
  std::vector<std::string_view> words;
  for (const Word& word : kWords) {
    if ((attributes & word.bits) == word.bits) words.push_back(word.text);
  }
  return words;
}

struct Group : NamedAccount {
  std::vector<std::string_view> attributes;

  Group(const TokenGroup& group, AccountNames& names, const std::stop_token& stop)
      : NamedAccount(group.sid, names, stop), attributes(AttributeWords(group.attributes)) {}

  static Json AttributesWords() { return MakeObject({{"items", Text("mandatory, enabled, deny only, …")}}); }
  static constexpr auto Describe() {
    return Join(FieldsIn<Group>(),
                std::array{Required<&Group::attributes>("attributes", "", {.words = AttributesWords})});
  }
};

std::vector<Group> GroupsOf(const std::vector<TokenGroup>& token_groups, AccountNames& names,
                            const std::stop_token& stop) {
  std::vector<Group> groups;
  groups.reserve(token_groups.size());
  for (const TokenGroup& group : token_groups) groups.emplace_back(group, names, stop);
  return groups;
}

struct Privilege {
  std::string name;
  bool enabled;

  explicit Privilege(win32::TokenPrivilege&& privilege)
      : name(std::move(privilege.name)), enabled(privilege.enabled()) {}

  static constexpr auto Describe() {
    return std::array{Required<&Privilege::name>("name", ""), Required<&Privilege::enabled>("enabled", "")};
  }
};

struct IntegrityLevel {
  DWORD rid;
  std::string name;

  static constexpr auto Describe() {
    return std::array{Required<&IntegrityLevel::rid>("rid", "8192 is medium"),
                      Required<&IntegrityLevel::name>("name", "")};
  }
};

struct ElevationState {
  std::string_view type;
  bool elevated;

  static constexpr auto Describe() {
    return std::array{Required<&ElevationState::type>("type", "default, full or limited"),
                      Required<&ElevationState::elevated>("elevated", "")};
  }
};

struct Container {
  NamedAccount package;
  DWORD number;
  std::vector<Group> capabilities;

  static constexpr auto Describe() {
    return std::array{Required<&Container::package>("package", ""),
                      Required<&Container::number>("number", "of the app container while it runs"),
                      Required<&Container::capabilities>("capabilities", "")};
  }
};

struct ThreadTokens {
  bool before;
  bool during;
  bool after;

  static constexpr auto Describe() {
    return std::array{Required<&ThreadTokens::before>("token_before", ""),
                      Required<&ThreadTokens::during>("token_during", ""),
                      Required<&ThreadTokens::after>("token_after", "")};
  }
};

struct Identity {
  NamedAccount account;
  std::vector<Group> groups;
  std::vector<Group> restricted_sids;
  std::vector<Privilege> privileges;
  IntegrityLevel integrity;
  ElevationState elevation;
  DWORD session;
  std::string logon_id;
  std::optional<std::string> logon_sid;
  std::optional<Container> app_container;
  std::string_view level;
  ShownProcess process;
  std::optional<std::string> computer;
  ThreadTokens thread;

  static constexpr auto Describe() {
    return std::array{
        Required<&Identity::account>("account", ""),
        Required<&Identity::groups>("groups", ""),
        Required<&Identity::restricted_sids>("restricted_sids",
                                             "restricting SIDs; empty for an ordinary token"),
        Required<&Identity::privileges>("privileges", ""),
        Required<&Identity::integrity>("integrity", ""),
        Required<&Identity::elevation>("elevation", ""),
        Required<&Identity::session>("session",
                                     "Remote Desktop Services session; 0 is the session of services"),
        Required<&Identity::logon_id>("logon_id", "id of the logon session, hexadecimal"),
        Required<&Identity::logon_sid>("logon_sid", ""),
        Optional<&Identity::app_container>("app_container", "only for a caller that runs in one"),
        Required<&Identity::level>("level", "impersonation level on the service's thread"),
        Required<&Identity::process>("process",
                                     "the client's; process ids are reused, so this proves nothing"),
        Required<&Identity::computer>("computer", "the client's"),
        Required<&Identity::thread>(
            "thread", "whether the service's thread had a token before, during and after impersonation")};
  }
};

Result<Identity> Whoami(const Call& call, AccountNames& names) {
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

  std::vector<Privilege> privileges;
  for (win32::TokenPrivilege& privilege : token.Privileges()) privileges.emplace_back(std::move(privilege));
  std::optional<Container> app_container;
  if (const auto container = token.Container()) {
    app_container = {NamedAccount(container->package, names, call.stop), container->number,
                     GroupsOf(container->capabilities, names, call.stop)};
  }
  std::optional<std::string> logon_sid;
  if (const auto sid = token.LogonSid()) logon_sid = sid->ToString();
  return Identity{.account = NamedAccount(token.User(), names, call.stop),
                  .groups = GroupsOf(token.Groups(), names, call.stop),
                  .restricted_sids = GroupsOf(token.RestrictingSids(), names, call.stop),
                  .privileges = std::move(privileges),
                  .integrity = {integrity.rid, integrity.Name()},
                  .elevation = {ToString(token.ElevationType()), token.IsElevated()},
                  .session = token.SessionId(),
                  .logon_id = Hex(facts.logon_id),
                  .logon_sid = std::move(logon_sid),
                  .app_container = std::move(app_container),
                  .level = ToString(facts.level),
                  .process = ShownProcess(call.process),
                  .computer = UnlessEmpty(call.process.computer),
                  .thread = {token_before, true, token_after}};
}

}  // namespace

void AddIdentityMethods(MethodRegistry& registry, std::shared_ptr<AccountNames> names) {
  Method whoami;
  whoami.name = "identity.whoami";
  whoami.summary = "Describes the caller as the service sees it: the token that its requests run with.";
  whoami.access_default = kForAuthenticatedUsers;
  whoami.acts = Acts::kAsService;
  whoami.pace = Pace::kMayBlock;
  Handle<Nothing>(
      whoami, [names = std::move(names)](const Nothing&, const Call& call) { return Whoami(call, *names); });
  registry.Add(std::move(whoami));
}

}  // namespace onbehalf::service
