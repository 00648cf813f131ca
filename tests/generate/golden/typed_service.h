// A typed client of OnBehalf 0.1.0.
// Written by `onbehalf generate --language cpp`: write it anew when the service's methods change,
// and do not edit it.
//
// Functions throw what Client::Call throws, and for an answer that is not of its type
// Json::exception or std::out_of_range. What is optional or may be null is a std::optional.
#pragma once

#include <onbehalf/client/client.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace onbehalf::typed {

using Json = ::onbehalf::client::Json;
using ::onbehalf::client::CallOptions;
using ::onbehalf::client::Client;

namespace detail {

template <typename T>
struct Converter {
  static T From(const Json& json) { return json.get<T>(); }
  static Json To(const T& value) { return value; }
};
template <>
struct Converter<std::int64_t> {
  static std::int64_t From(const Json& json) {
    // Throws for other types, where get would cut off a fraction.
    static_cast<void>(json.get_ref<const Json::number_integer_t&>());
    constexpr auto kMost = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)());
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMost) {
      throw std::out_of_range("an integer of the service's is beyond 64 bits with sign");
    }
    return json.get<std::int64_t>();
  }
  static Json To(std::int64_t value) { return value; }
};
template <typename T>
struct Converter<std::optional<T>> {
  static std::optional<T> From(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return Converter<T>::From(json);
  }
  static Json To(const std::optional<T>& value) { return value ? Converter<T>::To(*value) : Json(nullptr); }
};
template <typename T>
struct Converter<std::vector<T>> {
  static std::vector<T> From(const Json& json) {
    std::vector<T> values;
    for (const Json& element : json.get_ref<const Json::array_t&>()) values.push_back(Converter<T>::From(element));
    return values;
  }
  static Json To(const std::vector<T>& values) {
    Json json = Json::array();
    for (const auto& value : values) json.push_back(Converter<T>::To(value));
    return json;
  }
};

template <typename T>
void Get(const Json& json, const char* name, T& value) {
  value = Converter<T>::From(json.at(name));
}
// What is not there and what is null are nullopt.
template <typename T>
void GetOptional(const Json& json, const char* name, std::optional<T>& value) {
  const Json::object_t& object = json.get_ref<const Json::object_t&>();
  const auto found = object.find(name);
  value = found == object.end() ? std::nullopt : Converter<std::optional<T>>::From(found->second);
}
template <typename T>
void Put(Json& json, const char* name, const T& value) {
  json[name] = Converter<T>::To(value);
}
template <typename T>
void PutOptional(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = Converter<T>::To(*value);
}

// The options of a call that reports to `progress`, which must live as long as the call. Without it they stay as they are.
template <typename T>
CallOptions WithProgress(const std::function<void(const T&)>& progress, CallOptions options) {
  if (progress) options.progress = [&progress](const Json& value) { progress(Converter<T>::From(value)); };
  return options;
}

}  // namespace detail

// Parameters of access.check.
struct AccessCheckParams {
  std::string node;
  // call (the default; at pipe: connect), see or manage.
  std::optional<std::string> right{};
  // Without it the caller.
  std::optional<std::string> account{};
};
inline void to_json(Json& json, const AccessCheckParams& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::PutOptional(json, "right", value.right);
  detail::PutOptional(json, "account", value.account);
}
inline void from_json(const Json& json, AccessCheckParams& value) {
  detail::Get(json, "node", value.node);
  detail::GetOptional(json, "right", value.right);
  detail::GetOptional(json, "account", value.account);
}

struct AccessCheckResultAccount {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const AccessCheckResultAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, AccessCheckResultAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

// Result of access.check.
struct AccessCheckResult {
  std::string node;
  std::string right;
  bool allowed = false;
  AccessCheckResultAccount account;
  // worked out without a token of the account
  bool approximate = false;
  // what the answer leaves out; may be empty
  std::string note;
};
inline void to_json(Json& json, const AccessCheckResult& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "right", value.right);
  detail::Put(json, "allowed", value.allowed);
  detail::Put(json, "account", value.account);
  detail::Put(json, "approximate", value.approximate);
  detail::Put(json, "note", value.note);
}
inline void from_json(const Json& json, AccessCheckResult& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "right", value.right);
  detail::Get(json, "allowed", value.allowed);
  detail::Get(json, "account", value.account);
  detail::Get(json, "approximate", value.approximate);
  detail::Get(json, "note", value.note);
}

// Parameters of access.deny.
struct AccessDenyParams {
  // DOMAIN\name, name@domain, a SID or an SDDL alias.
  std::string account;
  std::string node;
  // call (at pipe: connect), see, manage.
  std::vector<std::string> rights;
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // The change is made only if the policy is at this version.
  std::optional<std::int64_t> version{};
};
inline void to_json(Json& json, const AccessDenyParams& value) {
  json = Json::object();
  detail::Put(json, "account", value.account);
  detail::Put(json, "node", value.node);
  detail::Put(json, "rights", value.rights);
  detail::PutOptional(json, "dryRun", value.dry_run);
  detail::PutOptional(json, "version", value.version);
}
inline void from_json(const Json& json, AccessDenyParams& value) {
  detail::Get(json, "account", value.account);
  detail::Get(json, "node", value.node);
  detail::Get(json, "rights", value.rights);
  detail::GetOptional(json, "dryRun", value.dry_run);
  detail::GetOptional(json, "version", value.version);
}

// Result of access.deny.
struct AccessDenyResult {
  // after the change; of a dry run: now
  std::int64_t version = 0;
  // the policy is, or of a dry run would be, another
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
  std::vector<std::string> warnings;
};
inline void to_json(Json& json, const AccessDenyResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "dryRun", value.dry_run);
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
  detail::Put(json, "warnings", value.warnings);
}
inline void from_json(const Json& json, AccessDenyResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "dryRun", value.dry_run);
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
  detail::Get(json, "warnings", value.warnings);
}

// Parameters of access.diff.
struct AccessDiffParams {
  std::int64_t from = 0;
  // Without it the one in force.
  std::optional<std::int64_t> to{};
};
inline void to_json(Json& json, const AccessDiffParams& value) {
  json = Json::object();
  detail::Put(json, "from", value.from);
  detail::PutOptional(json, "to", value.to);
}
inline void from_json(const Json& json, AccessDiffParams& value) {
  detail::Get(json, "from", value.from);
  detail::GetOptional(json, "to", value.to);
}

struct AccessDiffResultNodesItem {
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
};
inline void to_json(Json& json, const AccessDiffResultNodesItem& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
}
inline void from_json(const Json& json, AccessDiffResultNodesItem& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
}

// Result of access.diff.
struct AccessDiffResult {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::vector<AccessDiffResultNodesItem> nodes;
};
inline void to_json(Json& json, const AccessDiffResult& value) {
  json = Json::object();
  detail::Put(json, "from", value.from);
  detail::Put(json, "to", value.to);
  detail::Put(json, "nodes", value.nodes);
}
inline void from_json(const Json& json, AccessDiffResult& value) {
  detail::Get(json, "from", value.from);
  detail::Get(json, "to", value.to);
  detail::Get(json, "nodes", value.nodes);
}

// Parameters of access.explain.
struct AccessExplainParams {
  std::string node;
  // call (the default; at pipe: connect), see or manage.
  std::optional<std::string> right{};
};
inline void to_json(Json& json, const AccessExplainParams& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::PutOptional(json, "right", value.right);
}
inline void from_json(const Json& json, AccessExplainParams& value) {
  detail::Get(json, "node", value.node);
  detail::GetOptional(json, "right", value.right);
}

struct AccessExplainResultAccount {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const AccessExplainResultAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, AccessExplainResultAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct AccessExplainResultEntriesItemAccount {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const AccessExplainResultEntriesItemAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, AccessExplainResultEntriesItemAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct AccessExplainResultEntriesItemVia {
  // of the caller's token
  std::string sid;
  std::optional<std::string> name{};
  // user or group
  std::string kind;
  bool enabled = false;
  // it counts for deny entries only
  bool deny_only = false;
};
inline void to_json(Json& json, const AccessExplainResultEntriesItemVia& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
  detail::Put(json, "kind", value.kind);
  detail::Put(json, "enabled", value.enabled);
  detail::Put(json, "denyOnly", value.deny_only);
}
inline void from_json(const Json& json, AccessExplainResultEntriesItemVia& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
  detail::Get(json, "kind", value.kind);
  detail::Get(json, "enabled", value.enabled);
  detail::Get(json, "denyOnly", value.deny_only);
}

struct AccessExplainResultEntriesItem {
  // allow or deny
  std::string type;
  std::vector<std::string> rights;
  // the access mask
  std::int64_t mask = 0;
  AccessExplainResultEntriesItemAccount account;
  std::string sddl;
  // the node where it stands; empty: it always holds
  std::string from;
  bool inherited = false;
  // noMatch, notAsked, allows, decides, denies, denyOnly or notReached
  std::string step;
  std::optional<AccessExplainResultEntriesItemVia> via{};
};
inline void to_json(Json& json, const AccessExplainResultEntriesItem& value) {
  json = Json::object();
  detail::Put(json, "type", value.type);
  detail::Put(json, "rights", value.rights);
  detail::Put(json, "mask", value.mask);
  detail::Put(json, "account", value.account);
  detail::Put(json, "sddl", value.sddl);
  detail::Put(json, "from", value.from);
  detail::Put(json, "inherited", value.inherited);
  detail::Put(json, "step", value.step);
  detail::Put(json, "via", value.via);
}
inline void from_json(const Json& json, AccessExplainResultEntriesItem& value) {
  detail::Get(json, "type", value.type);
  detail::Get(json, "rights", value.rights);
  detail::Get(json, "mask", value.mask);
  detail::Get(json, "account", value.account);
  detail::Get(json, "sddl", value.sddl);
  detail::Get(json, "from", value.from);
  detail::Get(json, "inherited", value.inherited);
  detail::Get(json, "step", value.step);
  detail::Get(json, "via", value.via);
}

// Result of access.explain.
struct AccessExplainResult {
  std::string node;
  std::string right;
  // what Windows says
  bool allowed = false;
  AccessExplainResultAccount account;
  std::int64_t version = 0;
  // in the order in which Windows looks at them
  std::vector<AccessExplainResultEntriesItem> entries;
  // index in entries; null: none did
  std::optional<std::int64_t> deciding{};
  // what else decided; may be empty
  std::string note;
  // the command that would change the answer; empty: none can
  std::string advice;
};
inline void to_json(Json& json, const AccessExplainResult& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "right", value.right);
  detail::Put(json, "allowed", value.allowed);
  detail::Put(json, "account", value.account);
  detail::Put(json, "version", value.version);
  detail::Put(json, "entries", value.entries);
  detail::Put(json, "deciding", value.deciding);
  detail::Put(json, "note", value.note);
  detail::Put(json, "advice", value.advice);
}
inline void from_json(const Json& json, AccessExplainResult& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "right", value.right);
  detail::Get(json, "allowed", value.allowed);
  detail::Get(json, "account", value.account);
  detail::Get(json, "version", value.version);
  detail::Get(json, "entries", value.entries);
  detail::Get(json, "deciding", value.deciding);
  detail::Get(json, "note", value.note);
  detail::Get(json, "advice", value.advice);
}

// Parameters of access.grant.
struct AccessGrantParams {
  // DOMAIN\name, name@domain, a SID or an SDDL alias.
  std::string account;
  std::string node;
  // call (at pipe: connect), see, manage.
  std::vector<std::string> rights;
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // The change is made only if the policy is at this version.
  std::optional<std::int64_t> version{};
};
inline void to_json(Json& json, const AccessGrantParams& value) {
  json = Json::object();
  detail::Put(json, "account", value.account);
  detail::Put(json, "node", value.node);
  detail::Put(json, "rights", value.rights);
  detail::PutOptional(json, "dryRun", value.dry_run);
  detail::PutOptional(json, "version", value.version);
}
inline void from_json(const Json& json, AccessGrantParams& value) {
  detail::Get(json, "account", value.account);
  detail::Get(json, "node", value.node);
  detail::Get(json, "rights", value.rights);
  detail::GetOptional(json, "dryRun", value.dry_run);
  detail::GetOptional(json, "version", value.version);
}

// Result of access.grant.
struct AccessGrantResult {
  // after the change; of a dry run: now
  std::int64_t version = 0;
  // the policy is, or of a dry run would be, another
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
  std::vector<std::string> warnings;
};
inline void to_json(Json& json, const AccessGrantResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "dryRun", value.dry_run);
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
  detail::Put(json, "warnings", value.warnings);
}
inline void from_json(const Json& json, AccessGrantResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "dryRun", value.dry_run);
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
  detail::Get(json, "warnings", value.warnings);
}

struct AccessHistoryResultVersionsItem {
  std::int64_t version = 0;
  // UTC; empty: the built-in default
  std::string changed;
  std::string changed_by;
  bool current = false;
};
inline void to_json(Json& json, const AccessHistoryResultVersionsItem& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "changedBy", value.changed_by);
  detail::Put(json, "current", value.current);
}
inline void from_json(const Json& json, AccessHistoryResultVersionsItem& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "changedBy", value.changed_by);
  detail::Get(json, "current", value.current);
}

// Result of access.history.
struct AccessHistoryResult {
  // the one in force
  std::int64_t version = 0;
  // newest first
  std::vector<AccessHistoryResultVersionsItem> versions;
};
inline void to_json(Json& json, const AccessHistoryResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "versions", value.versions);
}
inline void from_json(const Json& json, AccessHistoryResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "versions", value.versions);
}

// Parameters of access.list.
struct AccessListParams {
  // This node and those below it; without it all.
  std::optional<std::string> node{};
};
inline void to_json(Json& json, const AccessListParams& value) {
  json = Json::object();
  detail::PutOptional(json, "node", value.node);
}
inline void from_json(const Json& json, AccessListParams& value) {
  detail::GetOptional(json, "node", value.node);
}

struct AccessListResultNodesItem {
  std::string node;
  // from which it inherits
  std::optional<std::string> parent{};
  // nobody has set it
  // "default" in JSON; the name default is taken.
  bool default_2 = false;
  // inherits nothing
  // "protected" in JSON; the name protected is taken.
  bool protected_2 = false;
  // there is such a method or namespace now
  bool registered = false;
  // its own entries
  std::string sddl;
  std::vector<std::string> may;
};
inline void to_json(Json& json, const AccessListResultNodesItem& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "parent", value.parent);
  detail::Put(json, "default", value.default_2);
  detail::Put(json, "protected", value.protected_2);
  detail::Put(json, "registered", value.registered);
  detail::Put(json, "sddl", value.sddl);
  detail::Put(json, "may", value.may);
}
inline void from_json(const Json& json, AccessListResultNodesItem& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "parent", value.parent);
  detail::Get(json, "default", value.default_2);
  detail::Get(json, "protected", value.protected_2);
  detail::Get(json, "registered", value.registered);
  detail::Get(json, "sddl", value.sddl);
  detail::Get(json, "may", value.may);
}

// Result of access.list.
struct AccessListResult {
  // goes up with every change
  std::int64_t version = 0;
  // file, default (there is none), lastGood or administratorsOnly (it is wrong)
  std::string source;
  // why the access.json that is there is not used; for who may see the root
  std::optional<std::string> fault{};
  // those that the caller may see
  std::vector<AccessListResultNodesItem> nodes;
};
inline void to_json(Json& json, const AccessListResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "source", value.source);
  detail::Put(json, "fault", value.fault);
  detail::Put(json, "nodes", value.nodes);
}
inline void from_json(const Json& json, AccessListResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "source", value.source);
  detail::Get(json, "fault", value.fault);
  detail::Get(json, "nodes", value.nodes);
}

enum class AccessRevokeParamsType {
  kAllow,  // "allow"
  kDeny,  // "deny"
};
inline void to_json(Json& json, AccessRevokeParamsType value) {
  switch (value) {
    case AccessRevokeParamsType::kAllow:
      json = "allow";
      return;
    case AccessRevokeParamsType::kDeny:
      json = "deny";
      return;
  }
  throw std::invalid_argument("no value of AccessRevokeParamsType");
}
inline void from_json(const Json& json, AccessRevokeParamsType& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "allow") {
    value = AccessRevokeParamsType::kAllow;
    return;
  }
  if (word == "deny") {
    value = AccessRevokeParamsType::kDeny;
    return;
  }
  throw std::out_of_range("no word of AccessRevokeParamsType: " + word);
}

// Parameters of access.revoke.
struct AccessRevokeParams {
  std::string account;
  std::string node;
  // Without it all.
  std::optional<std::vector<std::string>> rights{};
  // Only entries of this type; without it both.
  std::optional<AccessRevokeParamsType> type{};
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // The change is made only if the policy is at this version.
  std::optional<std::int64_t> version{};
};
inline void to_json(Json& json, const AccessRevokeParams& value) {
  json = Json::object();
  detail::Put(json, "account", value.account);
  detail::Put(json, "node", value.node);
  detail::PutOptional(json, "rights", value.rights);
  detail::PutOptional(json, "type", value.type);
  detail::PutOptional(json, "dryRun", value.dry_run);
  detail::PutOptional(json, "version", value.version);
}
inline void from_json(const Json& json, AccessRevokeParams& value) {
  detail::Get(json, "account", value.account);
  detail::Get(json, "node", value.node);
  detail::GetOptional(json, "rights", value.rights);
  detail::GetOptional(json, "type", value.type);
  detail::GetOptional(json, "dryRun", value.dry_run);
  detail::GetOptional(json, "version", value.version);
}

// Result of access.revoke.
struct AccessRevokeResult {
  // after the change; of a dry run: now
  std::int64_t version = 0;
  // the policy is, or of a dry run would be, another
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
  std::vector<std::string> warnings;
};
inline void to_json(Json& json, const AccessRevokeResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "dryRun", value.dry_run);
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
  detail::Put(json, "warnings", value.warnings);
}
inline void from_json(const Json& json, AccessRevokeResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "dryRun", value.dry_run);
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
  detail::Get(json, "warnings", value.warnings);
}

// Parameters of access.rollback.
struct AccessRollbackParams {
  // 0: the built-in default.
  std::int64_t to = 0;
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // The change is made only if the policy is at this version.
  std::optional<std::int64_t> version{};
};
inline void to_json(Json& json, const AccessRollbackParams& value) {
  json = Json::object();
  detail::Put(json, "to", value.to);
  detail::PutOptional(json, "dryRun", value.dry_run);
  detail::PutOptional(json, "version", value.version);
}
inline void from_json(const Json& json, AccessRollbackParams& value) {
  detail::Get(json, "to", value.to);
  detail::GetOptional(json, "dryRun", value.dry_run);
  detail::GetOptional(json, "version", value.version);
}

struct AccessRollbackResultNodesItem {
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
};
inline void to_json(Json& json, const AccessRollbackResultNodesItem& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
}
inline void from_json(const Json& json, AccessRollbackResultNodesItem& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
}

// Result of access.rollback.
struct AccessRollbackResult {
  std::int64_t version = 0;
  bool changed = false;
  bool dry_run = false;
  std::vector<AccessRollbackResultNodesItem> nodes;
};
inline void to_json(Json& json, const AccessRollbackResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "dryRun", value.dry_run);
  detail::Put(json, "nodes", value.nodes);
}
inline void from_json(const Json& json, AccessRollbackResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "dryRun", value.dry_run);
  detail::Get(json, "nodes", value.nodes);
}

// Parameters of access.set.
struct AccessSetParams {
  std::string node;
  // A DACL of plain allow and deny entries (D:P: nothing is inherited); null: back to the default.
  std::optional<std::string> sddl{};
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // The change is made only if the policy is at this version.
  std::optional<std::int64_t> version{};
};
inline void to_json(Json& json, const AccessSetParams& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
  detail::Put(json, "sddl", value.sddl);
  detail::PutOptional(json, "dryRun", value.dry_run);
  detail::PutOptional(json, "version", value.version);
}
inline void from_json(const Json& json, AccessSetParams& value) {
  detail::Get(json, "node", value.node);
  detail::Get(json, "sddl", value.sddl);
  detail::GetOptional(json, "dryRun", value.dry_run);
  detail::GetOptional(json, "version", value.version);
}

// Result of access.set.
struct AccessSetResult {
  // after the change; of a dry run: now
  std::int64_t version = 0;
  // the policy is, or of a dry run would be, another
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // likewise
  std::optional<std::string> after{};
  std::vector<std::string> warnings;
};
inline void to_json(Json& json, const AccessSetResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "dryRun", value.dry_run);
  detail::Put(json, "node", value.node);
  detail::Put(json, "before", value.before);
  detail::Put(json, "after", value.after);
  detail::Put(json, "warnings", value.warnings);
}
inline void from_json(const Json& json, AccessSetResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "dryRun", value.dry_run);
  detail::Get(json, "node", value.node);
  detail::Get(json, "before", value.before);
  detail::Get(json, "after", value.after);
  detail::Get(json, "warnings", value.warnings);
}

// Parameters of access.show.
struct AccessShowParams {
  // /, pipe:, a namespace or a method.
  std::string node;
};
inline void to_json(Json& json, const AccessShowParams& value) {
  json = Json::object();
  detail::Put(json, "node", value.node);
}
inline void from_json(const Json& json, AccessShowParams& value) {
  detail::Get(json, "node", value.node);
}

struct AccessShowResultEntriesItemAccount {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const AccessShowResultEntriesItemAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, AccessShowResultEntriesItemAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct AccessShowResultEntriesItem {
  // allow or deny
  std::string type;
  std::vector<std::string> rights;
  // the access mask
  std::int64_t mask = 0;
  AccessShowResultEntriesItemAccount account;
  std::string sddl;
  // the node where it stands; empty: it always holds
  std::string from;
  bool inherited = false;
};
inline void to_json(Json& json, const AccessShowResultEntriesItem& value) {
  json = Json::object();
  detail::Put(json, "type", value.type);
  detail::Put(json, "rights", value.rights);
  detail::Put(json, "mask", value.mask);
  detail::Put(json, "account", value.account);
  detail::Put(json, "sddl", value.sddl);
  detail::Put(json, "from", value.from);
  detail::Put(json, "inherited", value.inherited);
}
inline void from_json(const Json& json, AccessShowResultEntriesItem& value) {
  detail::Get(json, "type", value.type);
  detail::Get(json, "rights", value.rights);
  detail::Get(json, "mask", value.mask);
  detail::Get(json, "account", value.account);
  detail::Get(json, "sddl", value.sddl);
  detail::Get(json, "from", value.from);
  detail::Get(json, "inherited", value.inherited);
}

// Result of access.show.
struct AccessShowResult {
  std::int64_t version = 0;
  std::string node;
  // nobody has set it
  // "default" in JSON; the name default is taken.
  bool default_2 = false;
  // inherits nothing
  // "protected" in JSON; the name protected is taken.
  bool protected_2 = false;
  // its own entries
  std::string sddl;
  // in the order in which Windows looks at them
  std::vector<AccessShowResultEntriesItem> entries;
};
inline void to_json(Json& json, const AccessShowResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "node", value.node);
  detail::Put(json, "default", value.default_2);
  detail::Put(json, "protected", value.protected_2);
  detail::Put(json, "sddl", value.sddl);
  detail::Put(json, "entries", value.entries);
}
inline void from_json(const Json& json, AccessShowResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "node", value.node);
  detail::Get(json, "default", value.default_2);
  detail::Get(json, "protected", value.protected_2);
  detail::Get(json, "sddl", value.sddl);
  detail::Get(json, "entries", value.entries);
}

// Parameters of audit.follow.
struct AuditFollowParams {
  // Only what this account did: its name (DOMAIN\name), SID or SDDL alias.
  std::optional<std::string> account{};
  // Only requests for this method.
  std::optional<std::string> method{};
  // Whether only denials are wanted, by the policy or by the method itself.
  std::optional<bool> denied{};
  // A cursor of an earlier answer: the lines behind it. Without it, the newest lines.
  std::optional<std::string> after{};
  // At most so many lines in a piece (100).
  std::optional<std::int64_t> limit{};
};
inline void to_json(Json& json, const AuditFollowParams& value) {
  json = Json::object();
  detail::PutOptional(json, "account", value.account);
  detail::PutOptional(json, "method", value.method);
  detail::PutOptional(json, "denied", value.denied);
  detail::PutOptional(json, "after", value.after);
  detail::PutOptional(json, "limit", value.limit);
}
inline void from_json(const Json& json, AuditFollowParams& value) {
  detail::GetOptional(json, "account", value.account);
  detail::GetOptional(json, "method", value.method);
  detail::GetOptional(json, "denied", value.denied);
  detail::GetOptional(json, "after", value.after);
  detail::GetOptional(json, "limit", value.limit);
}

// Progress of audit.follow.
struct AuditFollowProgress {
  // oldest first, as they stand in the audit
  std::vector<Json> lines;
  // for after
  std::string cursor;
};
inline void to_json(Json& json, const AuditFollowProgress& value) {
  json = Json::object();
  detail::Put(json, "lines", value.lines);
  detail::Put(json, "cursor", value.cursor);
}
inline void from_json(const Json& json, AuditFollowProgress& value) {
  detail::Get(json, "lines", value.lines);
  detail::Get(json, "cursor", value.cursor);
}

// Parameters of audit.read.
struct AuditReadParams {
  // Only what this account did: its name (DOMAIN\name), SID or SDDL alias.
  std::optional<std::string> account{};
  // Only requests for this method.
  std::optional<std::string> method{};
  // Whether only denials are wanted, by the policy or by the method itself.
  std::optional<bool> denied{};
  // A cursor of an earlier answer: the lines behind it. Without it, the newest lines.
  std::optional<std::string> after{};
  // At most so many lines (100).
  std::optional<std::int64_t> limit{};
};
inline void to_json(Json& json, const AuditReadParams& value) {
  json = Json::object();
  detail::PutOptional(json, "account", value.account);
  detail::PutOptional(json, "method", value.method);
  detail::PutOptional(json, "denied", value.denied);
  detail::PutOptional(json, "after", value.after);
  detail::PutOptional(json, "limit", value.limit);
}
inline void from_json(const Json& json, AuditReadParams& value) {
  detail::GetOptional(json, "account", value.account);
  detail::GetOptional(json, "method", value.method);
  detail::GetOptional(json, "denied", value.denied);
  detail::GetOptional(json, "after", value.after);
  detail::GetOptional(json, "limit", value.limit);
}

// Result of audit.read.
struct AuditReadResult {
  // oldest first, as they stand in the audit
  std::vector<Json> lines;
  // for after
  std::string cursor;
  // more lines are behind the cursor already
  bool more = false;
};
inline void to_json(Json& json, const AuditReadResult& value) {
  json = Json::object();
  detail::Put(json, "lines", value.lines);
  detail::Put(json, "cursor", value.cursor);
  detail::Put(json, "more", value.more);
}
inline void from_json(const Json& json, AuditReadResult& value) {
  detail::Get(json, "lines", value.lines);
  detail::Get(json, "cursor", value.cursor);
  detail::Get(json, "more", value.more);
}

struct AuditVerifyResultProblem {
  std::string file;
  // from 1
  std::int64_t line = 0;
  std::string what;
};
inline void to_json(Json& json, const AuditVerifyResultProblem& value) {
  json = Json::object();
  detail::Put(json, "file", value.file);
  detail::Put(json, "line", value.line);
  detail::Put(json, "what", value.what);
}
inline void from_json(const Json& json, AuditVerifyResultProblem& value) {
  detail::Get(json, "file", value.file);
  detail::Get(json, "line", value.line);
  detail::Get(json, "what", value.what);
}

// Result of audit.verify.
struct AuditVerifyResult {
  bool ok = false;
  std::int64_t files = 0;
  // looked at: up to the problem, if there is one
  std::int64_t lines = 0;
  // of the event log that the lines were compared with
  std::int64_t anchors = 0;
  // the first broken line
  std::optional<AuditVerifyResultProblem> problem{};
  // what limits this verdict
  std::optional<std::string> note{};
};
inline void to_json(Json& json, const AuditVerifyResult& value) {
  json = Json::object();
  detail::Put(json, "ok", value.ok);
  detail::Put(json, "files", value.files);
  detail::Put(json, "lines", value.lines);
  detail::Put(json, "anchors", value.anchors);
  detail::Put(json, "problem", value.problem);
  detail::Put(json, "note", value.note);
}
inline void from_json(const Json& json, AuditVerifyResult& value) {
  detail::Get(json, "ok", value.ok);
  detail::Get(json, "files", value.files);
  detail::Get(json, "lines", value.lines);
  detail::Get(json, "anchors", value.anchors);
  detail::Get(json, "problem", value.problem);
  detail::Get(json, "note", value.note);
}

// Progress of audit.verify.
struct AuditVerifyProgress {
  // files
  std::int64_t done = 0;
  // files there are
  std::int64_t total = 0;
  // looked at
  std::int64_t lines = 0;
};
inline void to_json(Json& json, const AuditVerifyProgress& value) {
  json = Json::object();
  detail::Put(json, "done", value.done);
  detail::Put(json, "total", value.total);
  detail::Put(json, "lines", value.lines);
}
inline void from_json(const Json& json, AuditVerifyProgress& value) {
  detail::Get(json, "done", value.done);
  detail::Get(json, "total", value.total);
  detail::Get(json, "lines", value.lines);
}

struct IdentityWhoamiResultAccount {
  std::string sid;
  // DOMAIN\name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const IdentityWhoamiResultAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, IdentityWhoamiResultAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct IdentityWhoamiResultGroupsItem {
  std::string sid;
  // null if no account has this SID any more
  std::optional<std::string> name{};
  std::vector<std::string> attributes;
};
inline void to_json(Json& json, const IdentityWhoamiResultGroupsItem& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
  detail::Put(json, "attributes", value.attributes);
}
inline void from_json(const Json& json, IdentityWhoamiResultGroupsItem& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
  detail::Get(json, "attributes", value.attributes);
}

struct IdentityWhoamiResultRestrictedSidsItem {
  std::string sid;
  // null if no account has this SID any more
  std::optional<std::string> name{};
  std::vector<std::string> attributes;
};
inline void to_json(Json& json, const IdentityWhoamiResultRestrictedSidsItem& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
  detail::Put(json, "attributes", value.attributes);
}
inline void from_json(const Json& json, IdentityWhoamiResultRestrictedSidsItem& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
  detail::Get(json, "attributes", value.attributes);
}

struct IdentityWhoamiResultPrivilegesItem {
  std::string name;
  bool enabled = false;
};
inline void to_json(Json& json, const IdentityWhoamiResultPrivilegesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "enabled", value.enabled);
}
inline void from_json(const Json& json, IdentityWhoamiResultPrivilegesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "enabled", value.enabled);
}

struct IdentityWhoamiResultIntegrity {
  // 8192 is medium
  std::int64_t rid = 0;
  std::string name;
};
inline void to_json(Json& json, const IdentityWhoamiResultIntegrity& value) {
  json = Json::object();
  detail::Put(json, "rid", value.rid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, IdentityWhoamiResultIntegrity& value) {
  detail::Get(json, "rid", value.rid);
  detail::Get(json, "name", value.name);
}

struct IdentityWhoamiResultElevation {
  // default, full or limited
  std::string type;
  bool elevated = false;
};
inline void to_json(Json& json, const IdentityWhoamiResultElevation& value) {
  json = Json::object();
  detail::Put(json, "type", value.type);
  detail::Put(json, "elevated", value.elevated);
}
inline void from_json(const Json& json, IdentityWhoamiResultElevation& value) {
  detail::Get(json, "type", value.type);
  detail::Get(json, "elevated", value.elevated);
}

struct IdentityWhoamiResultProcess {
  std::int64_t id = 0;
  // path of the executable
  std::optional<std::string> image{};
};
inline void to_json(Json& json, const IdentityWhoamiResultProcess& value) {
  json = Json::object();
  detail::Put(json, "id", value.id);
  detail::Put(json, "image", value.image);
}
inline void from_json(const Json& json, IdentityWhoamiResultProcess& value) {
  detail::Get(json, "id", value.id);
  detail::Get(json, "image", value.image);
}

struct IdentityWhoamiResultThread {
  bool token_before = false;
  bool token_during = false;
  bool token_after = false;
};
inline void to_json(Json& json, const IdentityWhoamiResultThread& value) {
  json = Json::object();
  detail::Put(json, "token_before", value.token_before);
  detail::Put(json, "token_during", value.token_during);
  detail::Put(json, "token_after", value.token_after);
}
inline void from_json(const Json& json, IdentityWhoamiResultThread& value) {
  detail::Get(json, "token_before", value.token_before);
  detail::Get(json, "token_during", value.token_during);
  detail::Get(json, "token_after", value.token_after);
}

// Result of identity.whoami.
struct IdentityWhoamiResult {
  IdentityWhoamiResultAccount account;
  std::vector<IdentityWhoamiResultGroupsItem> groups;
  // restricting SIDs; empty for an ordinary token
  std::vector<IdentityWhoamiResultRestrictedSidsItem> restricted_sids;
  std::vector<IdentityWhoamiResultPrivilegesItem> privileges;
  IdentityWhoamiResultIntegrity integrity;
  IdentityWhoamiResultElevation elevation;
  // of Remote Desktop Services; 0 is that of services
  std::int64_t session = 0;
  // of the logon session, hexadecimal
  std::string logon_id;
  std::optional<std::string> logon_sid{};
  // impersonation level on the service's thread
  std::string level;
  // the client's; process ids are used again, so this proves nothing
  IdentityWhoamiResultProcess process;
  // the client's
  std::optional<std::string> computer{};
  // whether the service's thread carried a token before, while and after it was the caller
  IdentityWhoamiResultThread thread;
};
inline void to_json(Json& json, const IdentityWhoamiResult& value) {
  json = Json::object();
  detail::Put(json, "account", value.account);
  detail::Put(json, "groups", value.groups);
  detail::Put(json, "restricted_sids", value.restricted_sids);
  detail::Put(json, "privileges", value.privileges);
  detail::Put(json, "integrity", value.integrity);
  detail::Put(json, "elevation", value.elevation);
  detail::Put(json, "session", value.session);
  detail::Put(json, "logon_id", value.logon_id);
  detail::Put(json, "logon_sid", value.logon_sid);
  detail::Put(json, "level", value.level);
  detail::Put(json, "process", value.process);
  detail::Put(json, "computer", value.computer);
  detail::Put(json, "thread", value.thread);
}
inline void from_json(const Json& json, IdentityWhoamiResult& value) {
  detail::Get(json, "account", value.account);
  detail::Get(json, "groups", value.groups);
  detail::Get(json, "restricted_sids", value.restricted_sids);
  detail::Get(json, "privileges", value.privileges);
  detail::Get(json, "integrity", value.integrity);
  detail::Get(json, "elevation", value.elevation);
  detail::Get(json, "session", value.session);
  detail::Get(json, "logon_id", value.logon_id);
  detail::Get(json, "logon_sid", value.logon_sid);
  detail::Get(json, "level", value.level);
  detail::Get(json, "process", value.process);
  detail::Get(json, "computer", value.computer);
  detail::Get(json, "thread", value.thread);
}

struct RpcDiscoverResultInfo {
  std::string title;
  // of the service
  std::string version;
};
inline void to_json(Json& json, const RpcDiscoverResultInfo& value) {
  json = Json::object();
  detail::Put(json, "title", value.title);
  detail::Put(json, "version", value.version);
}
inline void from_json(const Json& json, RpcDiscoverResultInfo& value) {
  detail::Get(json, "title", value.title);
  detail::Get(json, "version", value.version);
}

// Result of rpc.discover.
struct RpcDiscoverResult {
  // version of the OpenRPC specification
  std::string openrpc;
  RpcDiscoverResultInfo info;
  // in the order of their names
  std::vector<Json> methods;
  Json components;
};
inline void to_json(Json& json, const RpcDiscoverResult& value) {
  json = Json::object();
  detail::Put(json, "openrpc", value.openrpc);
  detail::Put(json, "info", value.info);
  detail::Put(json, "methods", value.methods);
  detail::Put(json, "components", value.components);
}
inline void from_json(const Json& json, RpcDiscoverResult& value) {
  detail::Get(json, "openrpc", value.openrpc);
  detail::Get(json, "info", value.info);
  detail::Get(json, "methods", value.methods);
  detail::Get(json, "components", value.components);
}

// Parameters of rpc.ping.
struct RpcPingParams {
  // Comes back in the answer.
  std::optional<std::string> echo{};
};
inline void to_json(Json& json, const RpcPingParams& value) {
  json = Json::object();
  detail::PutOptional(json, "echo", value.echo);
}
inline void from_json(const Json& json, RpcPingParams& value) {
  detail::GetOptional(json, "echo", value.echo);
}

// Result of rpc.ping.
struct RpcPingResult {
  // true
  bool pong = false;
  // the service's clock, UTC
  std::string time;
  // the parameter, if it was given
  std::optional<std::string> echo{};
};
inline void to_json(Json& json, const RpcPingResult& value) {
  json = Json::object();
  detail::Put(json, "pong", value.pong);
  detail::Put(json, "time", value.time);
  detail::PutOptional(json, "echo", value.echo);
}
inline void from_json(const Json& json, RpcPingResult& value) {
  detail::Get(json, "pong", value.pong);
  detail::Get(json, "time", value.time);
  detail::GetOptional(json, "echo", value.echo);
}

enum class RpcSubscribeParamsEventsItem {
  kRpcMethodsChanged,  // "rpc.methodsChanged"
  kServiceStopping,  // "service.stopping"
};
inline void to_json(Json& json, RpcSubscribeParamsEventsItem value) {
  switch (value) {
    case RpcSubscribeParamsEventsItem::kRpcMethodsChanged:
      json = "rpc.methodsChanged";
      return;
    case RpcSubscribeParamsEventsItem::kServiceStopping:
      json = "service.stopping";
      return;
  }
  throw std::invalid_argument("no value of RpcSubscribeParamsEventsItem");
}
inline void from_json(const Json& json, RpcSubscribeParamsEventsItem& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "rpc.methodsChanged") {
    value = RpcSubscribeParamsEventsItem::kRpcMethodsChanged;
    return;
  }
  if (word == "service.stopping") {
    value = RpcSubscribeParamsEventsItem::kServiceStopping;
    return;
  }
  throw std::out_of_range("no word of RpcSubscribeParamsEventsItem: " + word);
}

// Parameters of rpc.subscribe.
struct RpcSubscribeParams {
  // The ones wanted; an empty array for none.
  std::vector<RpcSubscribeParamsEventsItem> events;
};
inline void to_json(Json& json, const RpcSubscribeParams& value) {
  json = Json::object();
  detail::Put(json, "events", value.events);
}
inline void from_json(const Json& json, RpcSubscribeParams& value) {
  detail::Get(json, "events", value.events);
}

// Result of rpc.subscribe.
struct RpcSubscribeResult {
  // those subscribed to
  // One of "rpc.methodsChanged", "service.stopping".
  std::vector<std::string> events;
};
inline void to_json(Json& json, const RpcSubscribeResult& value) {
  json = Json::object();
  detail::Put(json, "events", value.events);
}
inline void from_json(const Json& json, RpcSubscribeResult& value) {
  detail::Get(json, "events", value.events);
}

struct ServiceConnectionsResultItemAccount {
  std::string sid;
  // DOMAIN\name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const ServiceConnectionsResultItemAccount& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, ServiceConnectionsResultItemAccount& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct ServiceConnectionsResultItemProcess {
  std::int64_t id = 0;
  // path of the executable
  std::optional<std::string> image{};
};
inline void to_json(Json& json, const ServiceConnectionsResultItemProcess& value) {
  json = Json::object();
  detail::Put(json, "id", value.id);
  detail::Put(json, "image", value.image);
}
inline void from_json(const Json& json, ServiceConnectionsResultItemProcess& value) {
  detail::Get(json, "id", value.id);
  detail::Get(json, "image", value.image);
}

struct ServiceConnectionsResultItem {
  // for service.disconnect, and in the audit
  std::int64_t id = 0;
  // null: has sent nothing yet
  std::optional<ServiceConnectionsResultItemAccount> account{};
  ServiceConnectionsResultItemProcess process;
  // UTC
  std::string since;
  // since then
  std::int64_t requests = 0;
  // of them, not answered yet
  std::int64_t in_flight = 0;
};
inline void to_json(Json& json, const ServiceConnectionsResultItem& value) {
  json = Json::object();
  detail::Put(json, "id", value.id);
  detail::Put(json, "account", value.account);
  detail::Put(json, "process", value.process);
  detail::Put(json, "since", value.since);
  detail::Put(json, "requests", value.requests);
  detail::Put(json, "in_flight", value.in_flight);
}
inline void from_json(const Json& json, ServiceConnectionsResultItem& value) {
  detail::Get(json, "id", value.id);
  detail::Get(json, "account", value.account);
  detail::Get(json, "process", value.process);
  detail::Get(json, "since", value.since);
  detail::Get(json, "requests", value.requests);
  detail::Get(json, "in_flight", value.in_flight);
}

// Parameters of service.disconnect.
struct ServiceDisconnectParams {
  // Its id, as service.connections lists it.
  std::int64_t connection = 0;
};
inline void to_json(Json& json, const ServiceDisconnectParams& value) {
  json = Json::object();
  detail::Put(json, "connection", value.connection);
}
inline void from_json(const Json& json, ServiceDisconnectParams& value) {
  detail::Get(json, "connection", value.connection);
}

// Result of service.disconnect.
struct ServiceDisconnectResult {
  // true
  bool disconnected = false;
};
inline void to_json(Json& json, const ServiceDisconnectResult& value) {
  json = Json::object();
  detail::Put(json, "disconnected", value.disconnected);
}
inline void from_json(const Json& json, ServiceDisconnectResult& value) {
  detail::Get(json, "disconnected", value.disconnected);
}

struct ServiceStatusResultAudit {
  // it can be written
  bool ok = false;
  // requests are refused while it cannot be written
  bool required = false;
  // when a line could not be written first, UTC
  std::optional<std::string> since{};
  // why not
  std::optional<std::string> error{};
  // since then
  std::int64_t lines_lost = 0;
};
inline void to_json(Json& json, const ServiceStatusResultAudit& value) {
  json = Json::object();
  detail::Put(json, "ok", value.ok);
  detail::Put(json, "required", value.required);
  detail::Put(json, "since", value.since);
  detail::Put(json, "error", value.error);
  detail::Put(json, "lines_lost", value.lines_lost);
}
inline void from_json(const Json& json, ServiceStatusResultAudit& value) {
  detail::Get(json, "ok", value.ok);
  detail::Get(json, "required", value.required);
  detail::Get(json, "since", value.since);
  detail::Get(json, "error", value.error);
  detail::Get(json, "lines_lost", value.lines_lost);
}

struct ServiceStatusResultConnections {
  std::int64_t open = 0;
  // of the open ones: have sent nothing yet
  std::int64_t silent = 0;
  // since the start
  std::int64_t accepted = 0;
  // silent ones that made room for others
  std::int64_t evicted = 0;
  // over a quota
  std::int64_t refused = 0;
  std::int64_t timed_out = 0;
};
inline void to_json(Json& json, const ServiceStatusResultConnections& value) {
  json = Json::object();
  detail::Put(json, "open", value.open);
  detail::Put(json, "silent", value.silent);
  detail::Put(json, "accepted", value.accepted);
  detail::Put(json, "evicted", value.evicted);
  detail::Put(json, "refused", value.refused);
  detail::Put(json, "timed_out", value.timed_out);
}
inline void from_json(const Json& json, ServiceStatusResultConnections& value) {
  detail::Get(json, "open", value.open);
  detail::Get(json, "silent", value.silent);
  detail::Get(json, "accepted", value.accepted);
  detail::Get(json, "evicted", value.evicted);
  detail::Get(json, "refused", value.refused);
  detail::Get(json, "timed_out", value.timed_out);
}

struct ServiceStatusResultRequests {
  // since the start
  std::int64_t answered = 0;
  // by access
  std::int64_t denied = 0;
  // answered with any other error
  std::int64_t failed = 0;
  // connections ended because of what they sent
  std::int64_t frames_refused = 0;
};
inline void to_json(Json& json, const ServiceStatusResultRequests& value) {
  json = Json::object();
  detail::Put(json, "answered", value.answered);
  detail::Put(json, "denied", value.denied);
  detail::Put(json, "failed", value.failed);
  detail::Put(json, "frames_refused", value.frames_refused);
}
inline void from_json(const Json& json, ServiceStatusResultRequests& value) {
  detail::Get(json, "answered", value.answered);
  detail::Get(json, "denied", value.denied);
  detail::Get(json, "failed", value.failed);
  detail::Get(json, "frames_refused", value.frames_refused);
}

struct ServiceStatusResultBytes {
  std::int64_t read = 0;
  std::int64_t written = 0;
};
inline void to_json(Json& json, const ServiceStatusResultBytes& value) {
  json = Json::object();
  detail::Put(json, "read", value.read);
  detail::Put(json, "written", value.written);
}
inline void from_json(const Json& json, ServiceStatusResultBytes& value) {
  detail::Get(json, "read", value.read);
  detail::Get(json, "written", value.written);
}

struct ServiceStatusResultLatencyHistogramItem {
  // and at least half of it; null: the longest
  std::optional<std::int64_t> below_us{};
  std::int64_t requests = 0;
};
inline void to_json(Json& json, const ServiceStatusResultLatencyHistogramItem& value) {
  json = Json::object();
  detail::Put(json, "below_us", value.below_us);
  detail::Put(json, "requests", value.requests);
}
inline void from_json(const Json& json, ServiceStatusResultLatencyHistogramItem& value) {
  detail::Get(json, "below_us", value.below_us);
  detail::Get(json, "requests", value.requests);
}

struct ServiceStatusResultLatency {
  // microseconds, estimated from the histogram
  std::int64_t p50_us = 0;
  std::int64_t p90_us = 0;
  std::int64_t p99_us = 0;
  std::vector<ServiceStatusResultLatencyHistogramItem> histogram;
};
inline void to_json(Json& json, const ServiceStatusResultLatency& value) {
  json = Json::object();
  detail::Put(json, "p50_us", value.p50_us);
  detail::Put(json, "p90_us", value.p90_us);
  detail::Put(json, "p99_us", value.p99_us);
  detail::Put(json, "histogram", value.histogram);
}
inline void from_json(const Json& json, ServiceStatusResultLatency& value) {
  detail::Get(json, "p50_us", value.p50_us);
  detail::Get(json, "p90_us", value.p90_us);
  detail::Get(json, "p99_us", value.p99_us);
  detail::Get(json, "histogram", value.histogram);
}

struct ServiceStatusResultHardening {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;
};
inline void to_json(Json& json, const ServiceStatusResultHardening& value) {
  json = Json::object();
  detail::Put(json, "in_force", value.in_force);
  detail::Put(json, "missing", value.missing);
}
inline void from_json(const Json& json, ServiceStatusResultHardening& value) {
  detail::Get(json, "in_force", value.in_force);
  detail::Get(json, "missing", value.missing);
}

// Result of service.status.
struct ServiceStatusResult {
  std::string version;
  // the path that clients open
  std::string pipe;
  // the service's id
  std::int64_t process = 0;
  // UTC
  std::string started;
  // seconds
  std::int64_t uptime_s = 0;
  // when an error was logged last, UTC
  std::optional<std::string> last_error{};
  ServiceStatusResultAudit audit;
  ServiceStatusResultConnections connections;
  ServiceStatusResultRequests requests;
  ServiceStatusResultBytes bytes;
  // from the read of a request to its answer
  ServiceStatusResultLatency latency;
  // protections that the service asked Windows for
  ServiceStatusResultHardening hardening;
};
inline void to_json(Json& json, const ServiceStatusResult& value) {
  json = Json::object();
  detail::Put(json, "version", value.version);
  detail::Put(json, "pipe", value.pipe);
  detail::Put(json, "process", value.process);
  detail::Put(json, "started", value.started);
  detail::Put(json, "uptime_s", value.uptime_s);
  detail::Put(json, "last_error", value.last_error);
  detail::Put(json, "audit", value.audit);
  detail::Put(json, "connections", value.connections);
  detail::Put(json, "requests", value.requests);
  detail::Put(json, "bytes", value.bytes);
  detail::Put(json, "latency", value.latency);
  detail::Put(json, "hardening", value.hardening);
}
inline void from_json(const Json& json, ServiceStatusResult& value) {
  detail::Get(json, "version", value.version);
  detail::Get(json, "pipe", value.pipe);
  detail::Get(json, "process", value.process);
  detail::Get(json, "started", value.started);
  detail::Get(json, "uptime_s", value.uptime_s);
  detail::Get(json, "last_error", value.last_error);
  detail::Get(json, "audit", value.audit);
  detail::Get(json, "connections", value.connections);
  detail::Get(json, "requests", value.requests);
  detail::Get(json, "bytes", value.bytes);
  detail::Get(json, "latency", value.latency);
  detail::Get(json, "hardening", value.hardening);
}

// The methods of access. The client must outlive it.
class AccessMethods {
 public:
  explicit AccessMethods(Client& client) : client_(&client) {}

  // access.check: Says whether the caller, or for managers another account, has a right at a node.
  AccessCheckResult Check(const AccessCheckParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessCheckResult>::From(client_->Call("access.check", Json(params), options));
  }

  // access.deny: Denies an account rights at a node.
  AccessDenyResult Deny(const AccessDenyParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessDenyResult>::From(client_->Call("access.deny", Json(params), options));
  }

  // access.diff: Compares two versions of the policy.
  AccessDiffResult Diff(const AccessDiffParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessDiffResult>::From(client_->Call("access.diff", Json(params), options));
  }

  // access.explain: Says which entry gives or refuses the caller a right, and what would change
  // that.
  AccessExplainResult Explain(const AccessExplainParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessExplainResult>::From(client_->Call("access.explain", Json(params), options));
  }

  // access.grant: Gives an account rights at a node.
  AccessGrantResult Grant(const AccessGrantParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessGrantResult>::From(client_->Call("access.grant", Json(params), options));
  }

  // access.history: Lists the versions of the policy that are kept.
  AccessHistoryResult History(const CallOptions& options = {}) {
    return detail::Converter<AccessHistoryResult>::From(client_->Call("access.history", nullptr, options));
  }

  // access.list: Lists the nodes of the policy that the caller may see.
  AccessListResult List(const AccessListParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<AccessListResult>::From(client_->Call("access.list", Json(params), options));
  }

  // access.revoke: Takes an account's entries at a node away.
  AccessRevokeResult Revoke(const AccessRevokeParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessRevokeResult>::From(client_->Call("access.revoke", Json(params), options));
  }

  // access.rollback: Makes an older version of the policy the one in force again, as a new version.
  AccessRollbackResult Rollback(const AccessRollbackParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessRollbackResult>::From(client_->Call("access.rollback", Json(params), options));
  }

  // access.set: Replaces a node's own entries.
  AccessSetResult Set(const AccessSetParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessSetResult>::From(client_->Call("access.set", Json(params), options));
  }

  // access.show: Shows who may do what at a node, with what it inherits.
  AccessShowResult Show(const AccessShowParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessShowResult>::From(client_->Call("access.show", Json(params), options));
  }

 private:
  Client* client_;
};

// The methods of audit. The client must outlive it.
class AuditMethods {
 public:
  explicit AuditMethods(Client& client) : client_(&client) {}

  // audit.follow: A stream of the audit's lines: the newest, or those behind a cursor, and then
  // each one as it is written. it goes on until it is cancelled
  // Its results come piece by piece to `progress`, on this thread.
  // It goes on until options.stop ends it, or options.timeout is over.
  void Follow(const AuditFollowParams& params, const std::function<void(const AuditFollowProgress&)>& progress, const CallOptions& options = {}) {
    client_->Call("audit.follow", Json(params), detail::WithProgress(progress, options));
  }

  // audit.read: Lines of the audit: the newest, or those behind a cursor.
  AuditReadResult Read(const AuditReadParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<AuditReadResult>::From(client_->Call("audit.read", Json(params), options));
  }

  // audit.verify: Computes the audit's chain again and compares it with its anchors: finds the
  // first broken line.
  // Reports how far it is to `progress`, on this thread.
  AuditVerifyResult Verify(const std::function<void(const AuditVerifyProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<AuditVerifyResult>::From(client_->Call("audit.verify", nullptr, detail::WithProgress(progress, options)));
  }

 private:
  Client* client_;
};

// The methods of identity. The client must outlive it.
class IdentityMethods {
 public:
  explicit IdentityMethods(Client& client) : client_(&client) {}

  // identity.whoami: Who the caller is to the service: the token that a request is done with.
  IdentityWhoamiResult Whoami(const CallOptions& options = {}) {
    return detail::Converter<IdentityWhoamiResult>::From(client_->Call("identity.whoami", nullptr, options));
  }

 private:
  Client* client_;
};

// The methods of rpc. The client must outlive it.
class RpcMethods {
 public:
  explicit RpcMethods(Client& client) : client_(&client) {}

  // rpc.discover: Describes the methods that this caller may see, as an OpenRPC document.
  RpcDiscoverResult Discover(const CallOptions& options = {}) {
    return detail::Converter<RpcDiscoverResult>::From(client_->Call("rpc.discover", nullptr, options));
  }

  // rpc.ping: Answers at once: the service is there, and this caller may call it.
  RpcPingResult Ping(const RpcPingParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<RpcPingResult>::From(client_->Call("rpc.ping", Json(params), options));
  }

  // rpc.subscribe: Says which notifications of the service this connection wants, in place of those
  // before.
  RpcSubscribeResult Subscribe(const RpcSubscribeParams& params, const CallOptions& options = {}) {
    return detail::Converter<RpcSubscribeResult>::From(client_->Call("rpc.subscribe", Json(params), options));
  }

 private:
  Client* client_;
};

// The methods of service. The client must outlive it.
class ServiceMethods {
 public:
  explicit ServiceMethods(Client& client) : client_(&client) {}

  // service.connections: Lists the open connections: account, process, since when, requests.
  std::vector<ServiceConnectionsResultItem> Connections(const CallOptions& options = {}) {
    return detail::Converter<std::vector<ServiceConnectionsResultItem>>::From(client_->Call("service.connections", nullptr, options));
  }

  // service.disconnect: Ends a connection at once. InvalidParams if there is none of this id (any
  // more).
  ServiceDisconnectResult Disconnect(const ServiceDisconnectParams& params, const CallOptions& options = {}) {
    return detail::Converter<ServiceDisconnectResult>::From(client_->Call("service.disconnect", Json(params), options));
  }

  // service.status: How the service is: version, connections, counters, latency, protections in
  // force.
  ServiceStatusResult Status(const CallOptions& options = {}) {
    return detail::Converter<ServiceStatusResult>::From(client_->Call("service.status", nullptr, options));
  }

 private:
  Client* client_;
};

// All of them over one client, which must outlive this. Threads: as the client's functions.
class Service {
 public:
  explicit Service(Client& client) : access(client), audit(client), identity(client), rpc(client), service(client) {}

  AccessMethods access;
  AuditMethods audit;
  IdentityMethods identity;
  RpcMethods rpc;
  ServiceMethods service;
};

}  // namespace onbehalf::typed
