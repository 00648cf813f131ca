// A typed client of OnBehalf 0.1.0.
// Written by `onbehalf generate --language cpp`: generate it again when the service's methods
// change; do not edit it.
//
// Functions throw what Client::Call throws, and Json::exception or std::out_of_range for a result
// of another type. Optional and nullable values are a std::optional.
#pragma once

#include <onbehalf/client/client.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
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
    // Throws for other types, where get would truncate a fraction.
    static_cast<void>(json.get_ref<const Json::number_integer_t&>());
    constexpr auto kMax = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)());
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax) {
      throw std::out_of_range("an integer from the service does not fit into 64 bits with sign");
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
// A missing or null member is nullopt.
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

// Adds `progress`, which must outlive the call, to the options. Without it they are unchanged.
template <typename T>
CallOptions WithProgress(const std::function<void(const T&)>& progress, CallOptions options) {
  if (progress) options.progress = [&progress](const Json& value) { progress(Converter<T>::From(value)); };
  return options;
}

}  // namespace detail

// Parameters of access.check.
struct AccessCheckParams {
  std::string node;
  // call (the default; connect at pipe:), see or manage.
  std::optional<std::string> right{};
  // The caller if omitted.
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
  // computed without a token of the account
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
  // DOMAIN\name, name@domain, a SID, an SDDL alias or package:FAMILYNAME.
  std::string account;
  std::string node;
  // call (connect at pipe:), see, manage.
  std::vector<std::string> rights;
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // Makes the change only if the policy is at this version.
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
  // after the change; in a dry run, the current one
  std::int64_t version = 0;
  // the policy changed, or in a dry run would change
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // the same, after the change
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
  // The current version if omitted.
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
  // the same, after the change
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
  // call (the default; connect at pipe:), see or manage.
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
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
  // user, group, package or capability
  std::string kind;
  bool enabled = false;
  // counts for deny entries only
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
  // the node the entry belongs to; empty: built in, always applies
  std::string from;
  bool inherited = false;
  // noMatch, notAsked, allows, decides, denies, denyOnly or notReached
  std::string step;
  // the SID in the caller's token that the entry applies to
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
  // Windows' decision
  bool allowed = false;
  AccessExplainResultAccount account;
  std::int64_t version = 0;
  // in the order in which Windows evaluates them
  std::vector<AccessExplainResultEntriesItem> entries;
  // index in entries; null: no entry decided
  std::optional<std::int64_t> deciding{};
  // what else contributed to the decision; may be empty
  std::string note;
  // the command that would change the answer; empty: there is none
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
  // DOMAIN\name, name@domain, a SID, an SDDL alias or package:FAMILYNAME.
  std::string account;
  std::string node;
  // call (connect at pipe:), see, manage.
  std::vector<std::string> rights;
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // Makes the change only if the policy is at this version.
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
  // after the change; in a dry run, the current one
  std::int64_t version = 0;
  // the policy changed, or in a dry run would change
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // the same, after the change
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
  // the current version
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
  // Only this node and the nodes below it; all nodes if omitted.
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
  // the node it inherits from
  std::optional<std::string> parent{};
  // no administrator has set it
  // "default" in JSON; the name default is taken.
  bool default_2 = false;
  // does not inherit
  // "protected" in JSON; the name protected is taken.
  bool protected_2 = false;
  // a method or namespace of this name exists now
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
  // increases with every change
  std::int64_t version = 0;
  // file, default (there is no file), lastGood or administratorsOnly (the file is invalid)
  std::string source;
  // why the existing access.json is not in use; only for callers who may see the root
  std::optional<std::string> fault{};
  // the nodes that the caller may see
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
  throw std::invalid_argument("not a value of AccessRevokeParamsType");
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
  throw std::out_of_range("not a word of AccessRevokeParamsType: " + word);
}

// Parameters of access.revoke.
struct AccessRevokeParams {
  std::string account;
  std::string node;
  // All rights if omitted.
  std::optional<std::vector<std::string>> rights{};
  // Only entries of this type; both types if omitted.
  std::optional<AccessRevokeParamsType> type{};
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // Makes the change only if the policy is at this version.
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
  // after the change; in a dry run, the current one
  std::int64_t version = 0;
  // the policy changed, or in a dry run would change
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // the same, after the change
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
  // Makes the change only if the policy is at this version.
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
  // the same, after the change
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
  // A DACL of plain allow and deny entries (D:P: inherits nothing); null: back to the default.
  std::optional<std::string> sddl{};
  // Checks everything and changes nothing.
  std::optional<bool> dry_run{};
  // Makes the change only if the policy is at this version.
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
  // after the change; in a dry run, the current one
  std::int64_t version = 0;
  // the policy changed, or in a dry run would change
  bool changed = false;
  bool dry_run = false;
  std::string node;
  // its own entries in SDDL; null: the default
  std::optional<std::string> before{};
  // the same, after the change
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
  // the node the entry belongs to; empty: built in, always applies
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
  // no administrator has set it
  // "default" in JSON; the name default is taken.
  bool default_2 = false;
  // does not inherit
  // "protected" in JSON; the name protected is taken.
  bool protected_2 = false;
  // its own entries
  std::string sddl;
  // in the order in which Windows evaluates them
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
  // Only denials, by the policy or by the method itself (default false).
  std::optional<bool> denied{};
  // Start after this cursor (of an earlier answer); the newest lines if omitted.
  std::optional<std::string> after{};
  // Maximum number of lines in a piece.
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
  // oldest first, as stored in the audit
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
  // Only denials, by the policy or by the method itself (default false).
  std::optional<bool> denied{};
  // Start after this cursor (of an earlier answer); the newest lines if omitted.
  std::optional<std::string> after{};
  // Maximum number of lines.
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
  // oldest first, as stored in the audit
  std::vector<Json> lines;
  // for after
  std::string cursor;
  // there are already more lines after the cursor
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
  // checked: up to the problem, if there is one
  std::int64_t lines = 0;
  // in the event log, compared with the lines
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
  // all files
  std::int64_t total = 0;
  // checked
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

// Parameters of database.batch.
struct DatabaseBatchParams {
  // The name of a source, as listed by database.sources.
  std::string source;
  // The statements, in order.
  std::vector<Json> statements;
};
inline void to_json(Json& json, const DatabaseBatchParams& value) {
  json = Json::object();
  detail::Put(json, "source", value.source);
  detail::Put(json, "statements", value.statements);
}
inline void from_json(const Json& json, DatabaseBatchParams& value) {
  detail::Get(json, "source", value.source);
  detail::Get(json, "statements", value.statements);
}

// Result of database.batch.
struct DatabaseBatchResult {
  std::vector<std::optional<std::int64_t>> affected;
};
inline void to_json(Json& json, const DatabaseBatchResult& value) {
  json = Json::object();
  detail::Put(json, "affected", value.affected);
}
inline void from_json(const Json& json, DatabaseBatchResult& value) {
  detail::Get(json, "affected", value.affected);
}

// Parameters of database.execute.
struct DatabaseExecuteParams {
  // The name of a source, as listed by database.sources.
  std::string source;
  // One statement in the database's SQL dialect, with ? for each parameter.
  std::string sql;
  // One value for each ?: null, a boolean, a number, a string, {"base64": …}, or {"type": …,
  // "value": …} with the type text, integer, number, decimal, boolean, binary, guid, date, time
  // or timestamp.
  std::optional<std::vector<Json>> parameters{};
};
inline void to_json(Json& json, const DatabaseExecuteParams& value) {
  json = Json::object();
  detail::Put(json, "source", value.source);
  detail::Put(json, "sql", value.sql);
  detail::PutOptional(json, "parameters", value.parameters);
}
inline void from_json(const Json& json, DatabaseExecuteParams& value) {
  detail::Get(json, "source", value.source);
  detail::Get(json, "sql", value.sql);
  detail::GetOptional(json, "parameters", value.parameters);
}

// Result of database.execute.
struct DatabaseExecuteResult {
  // changed rows; null if the database does not report them
  std::optional<std::int64_t> affected{};
};
inline void to_json(Json& json, const DatabaseExecuteResult& value) {
  json = Json::object();
  detail::Put(json, "affected", value.affected);
}
inline void from_json(const Json& json, DatabaseExecuteResult& value) {
  detail::Get(json, "affected", value.affected);
}

// Parameters of database.query.
struct DatabaseQueryParams {
  // The name of a source, as listed by database.sources.
  std::string source;
  // One statement in the database's SQL dialect, with ? for each parameter.
  std::string sql;
  // One value for each ?: null, a boolean, a number, a string, {"base64": …}, or {"type": …,
  // "value": …} with the type text, integer, number, decimal, boolean, binary, guid, date, time
  // or timestamp.
  std::optional<std::vector<Json>> parameters{};
  // Maximum number of rows (default: all with a progressToken, otherwise 10000).
  std::optional<std::int64_t> limit_rows{};
  // Maximum number of rows per piece.
  std::optional<std::int64_t> page_rows{};
};
inline void to_json(Json& json, const DatabaseQueryParams& value) {
  json = Json::object();
  detail::Put(json, "source", value.source);
  detail::Put(json, "sql", value.sql);
  detail::PutOptional(json, "parameters", value.parameters);
  detail::PutOptional(json, "limit_rows", value.limit_rows);
  detail::PutOptional(json, "page_rows", value.page_rows);
}
inline void from_json(const Json& json, DatabaseQueryParams& value) {
  detail::Get(json, "source", value.source);
  detail::Get(json, "sql", value.sql);
  detail::GetOptional(json, "parameters", value.parameters);
  detail::GetOptional(json, "limit_rows", value.limit_rows);
  detail::GetOptional(json, "page_rows", value.page_rows);
}

struct DatabaseQueryResultColumnsItem {
  std::string name;
  // integer, number, decimal, boolean, text, binary, guid, date, time or timestamp
  std::string type;
  // null: the database does not report it
  std::optional<bool> nullable{};
};
inline void to_json(Json& json, const DatabaseQueryResultColumnsItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "nullable", value.nullable);
}
inline void from_json(const Json& json, DatabaseQueryResultColumnsItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "nullable", value.nullable);
}

// Result of database.query.
struct DatabaseQueryResult {
  // number of rows
  std::int64_t count = 0;
  // there are more rows than limit_rows, or than fit into a response
  bool truncated = false;
  std::optional<std::vector<DatabaseQueryResultColumnsItem>> columns{};
  std::optional<std::vector<std::vector<Json>>> rows{};
};
inline void to_json(Json& json, const DatabaseQueryResult& value) {
  json = Json::object();
  detail::Put(json, "count", value.count);
  detail::Put(json, "truncated", value.truncated);
  detail::PutOptional(json, "columns", value.columns);
  detail::PutOptional(json, "rows", value.rows);
}
inline void from_json(const Json& json, DatabaseQueryResult& value) {
  detail::Get(json, "count", value.count);
  detail::Get(json, "truncated", value.truncated);
  detail::GetOptional(json, "columns", value.columns);
  detail::GetOptional(json, "rows", value.rows);
}

struct DatabaseQueryProgressColumnsItem {
  std::string name;
  // integer, number, decimal, boolean, text, binary, guid, date, time or timestamp
  std::string type;
  // null: the database does not report it
  std::optional<bool> nullable{};
};
inline void to_json(Json& json, const DatabaseQueryProgressColumnsItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "nullable", value.nullable);
}
inline void from_json(const Json& json, DatabaseQueryProgressColumnsItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "nullable", value.nullable);
}

// Progress of database.query.
// first the columns, then rows
struct DatabaseQueryProgress {
  std::optional<std::vector<DatabaseQueryProgressColumnsItem>> columns{};
  std::optional<std::vector<std::vector<Json>>> rows{};
};
inline void to_json(Json& json, const DatabaseQueryProgress& value) {
  json = Json::object();
  detail::PutOptional(json, "columns", value.columns);
  detail::PutOptional(json, "rows", value.rows);
}
inline void from_json(const Json& json, DatabaseQueryProgress& value) {
  detail::GetOptional(json, "columns", value.columns);
  detail::GetOptional(json, "rows", value.rows);
}

struct DatabaseSourcesResultSourcesItem {
  std::string name;
  // used as the caller, not as the service's account
  bool as_caller = false;
};
inline void to_json(Json& json, const DatabaseSourcesResultSourcesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "as_caller", value.as_caller);
}
inline void from_json(const Json& json, DatabaseSourcesResultSourcesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "as_caller", value.as_caller);
}

// Result of database.sources.
struct DatabaseSourcesResult {
  std::vector<DatabaseSourcesResultSourcesItem> sources;
};
inline void to_json(Json& json, const DatabaseSourcesResult& value) {
  json = Json::object();
  detail::Put(json, "sources", value.sources);
}
inline void from_json(const Json& json, DatabaseSourcesResult& value) {
  detail::Get(json, "sources", value.sources);
}

// Parameters of file.checksum.
struct FileChecksumParams {
  // The file.
  std::string path;
  // Offset of the first byte (default 0).
  std::optional<std::int64_t> offset{};
  // Maximum number of bytes (default: to the end).
  std::optional<std::int64_t> length{};
};
inline void to_json(Json& json, const FileChecksumParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "offset", value.offset);
  detail::PutOptional(json, "length", value.length);
}
inline void from_json(const Json& json, FileChecksumParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "offset", value.offset);
  detail::GetOptional(json, "length", value.length);
}

// Result of file.checksum.
struct FileChecksumResult {
  // hexadecimal
  std::string sha256;
  std::int64_t offset = 0;
  // bytes read
  std::int64_t bytes = 0;
  // size of the file in bytes
  std::int64_t size = 0;
  // VOLUME:FILEID, hexadecimal; a file keeps it when it is renamed
  std::string id;
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
};
inline void to_json(Json& json, const FileChecksumResult& value) {
  json = Json::object();
  detail::Put(json, "sha256", value.sha256);
  detail::Put(json, "offset", value.offset);
  detail::Put(json, "bytes", value.bytes);
  detail::Put(json, "size", value.size);
  detail::Put(json, "id", value.id);
  detail::Put(json, "modified", value.modified);
}
inline void from_json(const Json& json, FileChecksumResult& value) {
  detail::Get(json, "sha256", value.sha256);
  detail::Get(json, "offset", value.offset);
  detail::Get(json, "bytes", value.bytes);
  detail::Get(json, "size", value.size);
  detail::Get(json, "id", value.id);
  detail::Get(json, "modified", value.modified);
}

// Progress of file.checksum.
struct FileChecksumProgress {
  // bytes
  std::int64_t done = 0;
  // bytes in total
  std::int64_t total = 0;
};
inline void to_json(Json& json, const FileChecksumProgress& value) {
  json = Json::object();
  detail::Put(json, "done", value.done);
  detail::Put(json, "total", value.total);
}
inline void from_json(const Json& json, FileChecksumProgress& value) {
  detail::Get(json, "done", value.done);
  detail::Get(json, "total", value.total);
}

// Parameters of file.copy.
struct FileCopyParams {
  // The file.
  std::string from;
  // The copy's path.
  std::string to;
  // Whether to replace an existing file (default false).
  std::optional<bool> replace{};
};
inline void to_json(Json& json, const FileCopyParams& value) {
  json = Json::object();
  detail::Put(json, "from", value.from);
  detail::Put(json, "to", value.to);
  detail::PutOptional(json, "replace", value.replace);
}
inline void from_json(const Json& json, FileCopyParams& value) {
  detail::Get(json, "from", value.from);
  detail::Get(json, "to", value.to);
  detail::GetOptional(json, "replace", value.replace);
}

// Result of file.copy.
struct FileCopyResult {
  std::int64_t bytes = 0;
};
inline void to_json(Json& json, const FileCopyResult& value) {
  json = Json::object();
  detail::Put(json, "bytes", value.bytes);
}
inline void from_json(const Json& json, FileCopyResult& value) {
  detail::Get(json, "bytes", value.bytes);
}

// Progress of file.copy.
struct FileCopyProgress {
  // bytes
  std::int64_t done = 0;
  // bytes in total
  std::int64_t total = 0;
};
inline void to_json(Json& json, const FileCopyProgress& value) {
  json = Json::object();
  detail::Put(json, "done", value.done);
  detail::Put(json, "total", value.total);
}
inline void from_json(const Json& json, FileCopyProgress& value) {
  detail::Get(json, "done", value.done);
  detail::Get(json, "total", value.total);
}

// Parameters of file.delete.
struct FileDeleteParams {
  // The file, link or folder to delete.
  std::string path;
  // Whether it is a folder (default false).
  std::optional<bool> directory{};
};
inline void to_json(Json& json, const FileDeleteParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "directory", value.directory);
}
inline void from_json(const Json& json, FileDeleteParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "directory", value.directory);
}

// Parameters of file.list.
struct FileListParams {
  // The folder.
  std::string path;
  // Only names that match, ignoring case: * for any number of characters, ? for one.
  std::optional<std::string> glob{};
  // Start after this cursor (the previous page's `next`).
  std::optional<std::string> after{};
  // Maximum number of entries per response or piece (default 1000).
  std::optional<std::int64_t> limit{};
};
inline void to_json(Json& json, const FileListParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "glob", value.glob);
  detail::PutOptional(json, "after", value.after);
  detail::PutOptional(json, "limit", value.limit);
}
inline void from_json(const Json& json, FileListParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "glob", value.glob);
  detail::GetOptional(json, "after", value.after);
  detail::GetOptional(json, "limit", value.limit);
}

struct FileListResultEntriesItem {
  std::string name;
  // file, directory, symlink, junction or other (another kind of link)
  std::string type;
  // in bytes
  std::int64_t size = 0;
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
  std::vector<std::string> attributes;
};
inline void to_json(Json& json, const FileListResultEntriesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "size", value.size);
  detail::Put(json, "modified", value.modified);
  detail::Put(json, "attributes", value.attributes);
}
inline void from_json(const Json& json, FileListResultEntriesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "size", value.size);
  detail::Get(json, "modified", value.modified);
  detail::Get(json, "attributes", value.attributes);
}

// Result of file.list.
struct FileListResult {
  // with a progressToken: number of entries in all pieces
  std::optional<std::int64_t> count{};
  std::optional<std::vector<FileListResultEntriesItem>> entries{};
  // cursor for `after`, opaque; null on the last page
  std::optional<std::string> next{};
};
inline void to_json(Json& json, const FileListResult& value) {
  json = Json::object();
  detail::PutOptional(json, "count", value.count);
  detail::PutOptional(json, "entries", value.entries);
  detail::PutOptional(json, "next", value.next);
}
inline void from_json(const Json& json, FileListResult& value) {
  detail::GetOptional(json, "count", value.count);
  detail::GetOptional(json, "entries", value.entries);
  detail::GetOptional(json, "next", value.next);
}

struct FileListProgressEntriesItem {
  std::string name;
  // file, directory, symlink, junction or other (another kind of link)
  std::string type;
  // in bytes
  std::int64_t size = 0;
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
  std::vector<std::string> attributes;
};
inline void to_json(Json& json, const FileListProgressEntriesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "size", value.size);
  detail::Put(json, "modified", value.modified);
  detail::Put(json, "attributes", value.attributes);
}
inline void from_json(const Json& json, FileListProgressEntriesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "size", value.size);
  detail::Get(json, "modified", value.modified);
  detail::Get(json, "attributes", value.attributes);
}

// Progress of file.list.
// in the folder's order
struct FileListProgress {
  std::vector<FileListProgressEntriesItem> entries;
};
inline void to_json(Json& json, const FileListProgress& value) {
  json = Json::object();
  detail::Put(json, "entries", value.entries);
}
inline void from_json(const Json& json, FileListProgress& value) {
  detail::Get(json, "entries", value.entries);
}

// Parameters of file.makeDirectory.
struct FileMakeDirectoryParams {
  // The folder.
  std::string path;
  // Whether to create missing parent folders (default false).
  std::optional<bool> parents{};
};
inline void to_json(Json& json, const FileMakeDirectoryParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "parents", value.parents);
}
inline void from_json(const Json& json, FileMakeDirectoryParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "parents", value.parents);
}

// Result of file.makeDirectory.
struct FileMakeDirectoryResult {
  // false: it already existed
  bool created = false;
};
inline void to_json(Json& json, const FileMakeDirectoryResult& value) {
  json = Json::object();
  detail::Put(json, "created", value.created);
}
inline void from_json(const Json& json, FileMakeDirectoryResult& value) {
  detail::Get(json, "created", value.created);
}

// Parameters of file.move.
struct FileMoveParams {
  // The current path.
  std::string from;
  // The new path.
  std::string to;
  // Whether to replace an existing file (default false).
  std::optional<bool> replace{};
};
inline void to_json(Json& json, const FileMoveParams& value) {
  json = Json::object();
  detail::Put(json, "from", value.from);
  detail::Put(json, "to", value.to);
  detail::PutOptional(json, "replace", value.replace);
}
inline void from_json(const Json& json, FileMoveParams& value) {
  detail::Get(json, "from", value.from);
  detail::Get(json, "to", value.to);
  detail::GetOptional(json, "replace", value.replace);
}

// Result of file.move.
struct FileMoveResult {
  // the new final path, without links
  std::string path;
};
inline void to_json(Json& json, const FileMoveResult& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
}
inline void from_json(const Json& json, FileMoveResult& value) {
  detail::Get(json, "path", value.path);
}

enum class FileReadParamsEncoding {
  kText,  // "text"
  kBase64,  // "base64"
};
inline void to_json(Json& json, FileReadParamsEncoding value) {
  switch (value) {
    case FileReadParamsEncoding::kText:
      json = "text";
      return;
    case FileReadParamsEncoding::kBase64:
      json = "base64";
      return;
  }
  throw std::invalid_argument("not a value of FileReadParamsEncoding");
}
inline void from_json(const Json& json, FileReadParamsEncoding& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "text") {
    value = FileReadParamsEncoding::kText;
    return;
  }
  if (word == "base64") {
    value = FileReadParamsEncoding::kBase64;
    return;
  }
  throw std::out_of_range("not a word of FileReadParamsEncoding: " + word);
}

// Parameters of file.read.
struct FileReadParams {
  // The file.
  std::string path;
  // Offset of the first byte (default 0).
  std::optional<std::int64_t> offset{};
  // Maximum number of bytes (default 1 MiB; as a stream: to the end).
  std::optional<std::int64_t> length{};
  // text for UTF-8 content (default), or base64.
  std::optional<FileReadParamsEncoding> encoding{};
};
inline void to_json(Json& json, const FileReadParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "offset", value.offset);
  detail::PutOptional(json, "length", value.length);
  detail::PutOptional(json, "encoding", value.encoding);
}
inline void from_json(const Json& json, FileReadParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "offset", value.offset);
  detail::GetOptional(json, "length", value.length);
  detail::GetOptional(json, "encoding", value.encoding);
}

// Result of file.read.
struct FileReadResult {
  // One of "text", "base64".
  std::string encoding;
  // offset of the first byte
  std::int64_t offset = 0;
  // bytes read from the file, without a character cut at the end
  std::int64_t bytes = 0;
  // size of the file in bytes
  std::int64_t size = 0;
  // whether the file ends here
  bool end = false;
  // VOLUME:FILEID, hexadecimal; a file keeps it when it is renamed
  std::string id;
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
  // without a progressToken
  std::optional<std::string> data{};
  // with a progressToken: SHA-256 of all pieces, hexadecimal
  std::optional<std::string> sha256{};
};
inline void to_json(Json& json, const FileReadResult& value) {
  json = Json::object();
  detail::Put(json, "encoding", value.encoding);
  detail::Put(json, "offset", value.offset);
  detail::Put(json, "bytes", value.bytes);
  detail::Put(json, "size", value.size);
  detail::Put(json, "end", value.end);
  detail::Put(json, "id", value.id);
  detail::Put(json, "modified", value.modified);
  detail::PutOptional(json, "data", value.data);
  detail::PutOptional(json, "sha256", value.sha256);
}
inline void from_json(const Json& json, FileReadResult& value) {
  detail::Get(json, "encoding", value.encoding);
  detail::Get(json, "offset", value.offset);
  detail::Get(json, "bytes", value.bytes);
  detail::Get(json, "size", value.size);
  detail::Get(json, "end", value.end);
  detail::Get(json, "id", value.id);
  detail::Get(json, "modified", value.modified);
  detail::GetOptional(json, "data", value.data);
  detail::GetOptional(json, "sha256", value.sha256);
}

// Progress of file.read.
struct FileReadProgress {
  std::string data;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};
inline void to_json(Json& json, const FileReadProgress& value) {
  json = Json::object();
  detail::Put(json, "data", value.data);
  detail::Put(json, "offset", value.offset);
  detail::Put(json, "bytes", value.bytes);
}
inline void from_json(const Json& json, FileReadProgress& value) {
  detail::Get(json, "data", value.data);
  detail::Get(json, "offset", value.offset);
  detail::Get(json, "bytes", value.bytes);
}

// Parameters of file.stat.
struct FileStatParams {
  // Absolute, with a drive letter.
  std::string path;
  // Whether to follow a link (default true) instead of describing the link itself.
  std::optional<bool> follow{};
};
inline void to_json(Json& json, const FileStatParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "follow", value.follow);
}
inline void from_json(const Json& json, FileStatParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "follow", value.follow);
}

// Result of file.stat.
struct FileStatResult {
  // the final path, without links
  std::string path;
  // file, directory, symlink, junction or other (another kind of link)
  std::string type;
  // in bytes
  std::int64_t size = 0;
  // UTC
  std::optional<std::string> created{};
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
  // UTC
  std::optional<std::string> accessed{};
  std::vector<std::string> attributes;
  // number of names (hard links)
  std::int64_t links = 0;
  // VOLUME:FILEID, hexadecimal; a file keeps it when it is renamed
  std::string id;
  // the target stored in a link
  std::optional<std::string> target{};
};
inline void to_json(Json& json, const FileStatResult& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::Put(json, "type", value.type);
  detail::Put(json, "size", value.size);
  detail::Put(json, "created", value.created);
  detail::Put(json, "modified", value.modified);
  detail::Put(json, "accessed", value.accessed);
  detail::Put(json, "attributes", value.attributes);
  detail::Put(json, "links", value.links);
  detail::Put(json, "id", value.id);
  detail::Put(json, "target", value.target);
}
inline void from_json(const Json& json, FileStatResult& value) {
  detail::Get(json, "path", value.path);
  detail::Get(json, "type", value.type);
  detail::Get(json, "size", value.size);
  detail::Get(json, "created", value.created);
  detail::Get(json, "modified", value.modified);
  detail::Get(json, "accessed", value.accessed);
  detail::Get(json, "attributes", value.attributes);
  detail::Get(json, "links", value.links);
  detail::Get(json, "id", value.id);
  detail::Get(json, "target", value.target);
}

// Parameters of file.watch.
struct FileWatchParams {
  // The folder.
  std::string path;
  // Whether to include subfolders (default false).
  std::optional<bool> recursive{};
};
inline void to_json(Json& json, const FileWatchParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::PutOptional(json, "recursive", value.recursive);
}
inline void from_json(const Json& json, FileWatchParams& value) {
  detail::Get(json, "path", value.path);
  detail::GetOptional(json, "recursive", value.recursive);
}

struct FileWatchProgressChangesItem {
  // added, removed, modified or renamed
  std::string action;
  // relative to the folder
  std::string name;
  // previous name, if renamed
  std::optional<std::string> old_name{};
};
inline void to_json(Json& json, const FileWatchProgressChangesItem& value) {
  json = Json::object();
  detail::Put(json, "action", value.action);
  detail::Put(json, "name", value.name);
  detail::PutOptional(json, "old_name", value.old_name);
}
inline void from_json(const Json& json, FileWatchProgressChangesItem& value) {
  detail::Get(json, "action", value.action);
  detail::Get(json, "name", value.name);
  detail::GetOptional(json, "old_name", value.old_name);
}

// Progress of file.watch.
struct FileWatchProgress {
  std::optional<std::vector<FileWatchProgressChangesItem>> changes{};
  // changes were lost: list the folder again
  std::optional<bool> overflow{};
};
inline void to_json(Json& json, const FileWatchProgress& value) {
  json = Json::object();
  detail::PutOptional(json, "changes", value.changes);
  detail::PutOptional(json, "overflow", value.overflow);
}
inline void from_json(const Json& json, FileWatchProgress& value) {
  detail::GetOptional(json, "changes", value.changes);
  detail::GetOptional(json, "overflow", value.overflow);
}

enum class FileWriteParamsEncoding {
  kText,  // "text"
  kBase64,  // "base64"
};
inline void to_json(Json& json, FileWriteParamsEncoding value) {
  switch (value) {
    case FileWriteParamsEncoding::kText:
      json = "text";
      return;
    case FileWriteParamsEncoding::kBase64:
      json = "base64";
      return;
  }
  throw std::invalid_argument("not a value of FileWriteParamsEncoding");
}
inline void from_json(const Json& json, FileWriteParamsEncoding& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "text") {
    value = FileWriteParamsEncoding::kText;
    return;
  }
  if (word == "base64") {
    value = FileWriteParamsEncoding::kBase64;
    return;
  }
  throw std::out_of_range("not a word of FileWriteParamsEncoding: " + word);
}

enum class FileWriteParamsMode {
  kCreate,  // "create"
  kReplace,  // "replace"
  kAppend,  // "append"
  kUpdate,  // "update"
};
inline void to_json(Json& json, FileWriteParamsMode value) {
  switch (value) {
    case FileWriteParamsMode::kCreate:
      json = "create";
      return;
    case FileWriteParamsMode::kReplace:
      json = "replace";
      return;
    case FileWriteParamsMode::kAppend:
      json = "append";
      return;
    case FileWriteParamsMode::kUpdate:
      json = "update";
      return;
  }
  throw std::invalid_argument("not a value of FileWriteParamsMode");
}
inline void from_json(const Json& json, FileWriteParamsMode& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "create") {
    value = FileWriteParamsMode::kCreate;
    return;
  }
  if (word == "replace") {
    value = FileWriteParamsMode::kReplace;
    return;
  }
  if (word == "append") {
    value = FileWriteParamsMode::kAppend;
    return;
  }
  if (word == "update") {
    value = FileWriteParamsMode::kUpdate;
    return;
  }
  throw std::out_of_range("not a word of FileWriteParamsMode: " + word);
}

// Parameters of file.write.
struct FileWriteParams {
  // The file.
  std::string path;
  // The content to write.
  std::string data;
  // Encoding of `data`: text, written as UTF-8 (default), or base64.
  std::optional<FileWriteParamsEncoding> encoding{};
  // create (default): the file must not exist. replace: in one step. append, update (at offset):
  // the file is created if it does not exist.
  std::optional<FileWriteParamsMode> mode{};
  // For update: offset of the first byte, at most 64 MiB past the end.
  std::optional<std::int64_t> offset{};
  // Only if the file has this id.
  std::optional<std::string> if_id{};
};
inline void to_json(Json& json, const FileWriteParams& value) {
  json = Json::object();
  detail::Put(json, "path", value.path);
  detail::Put(json, "data", value.data);
  detail::PutOptional(json, "encoding", value.encoding);
  detail::PutOptional(json, "mode", value.mode);
  detail::PutOptional(json, "offset", value.offset);
  detail::PutOptional(json, "if_id", value.if_id);
}
inline void from_json(const Json& json, FileWriteParams& value) {
  detail::Get(json, "path", value.path);
  detail::Get(json, "data", value.data);
  detail::GetOptional(json, "encoding", value.encoding);
  detail::GetOptional(json, "mode", value.mode);
  detail::GetOptional(json, "offset", value.offset);
  detail::GetOptional(json, "if_id", value.if_id);
}

// Result of file.write.
struct FileWriteResult {
  // bytes written
  std::int64_t bytes = 0;
  // size of the file in bytes
  std::int64_t size = 0;
  // VOLUME:FILEID, hexadecimal; a file keeps it when it is renamed
  std::string id;
  // time of the last change, UTC; null if the file system has none
  std::optional<std::string> modified{};
};
inline void to_json(Json& json, const FileWriteResult& value) {
  json = Json::object();
  detail::Put(json, "bytes", value.bytes);
  detail::Put(json, "size", value.size);
  detail::Put(json, "id", value.id);
  detail::Put(json, "modified", value.modified);
}
inline void from_json(const Json& json, FileWriteResult& value) {
  detail::Get(json, "bytes", value.bytes);
  detail::Get(json, "size", value.size);
  detail::Get(json, "id", value.id);
  detail::Get(json, "modified", value.modified);
}

struct IdentityWhoamiResultAccount {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
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
  // DOMAIN\name; null: the SID has no name
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
  // DOMAIN\name; null: the SID has no name
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

struct IdentityWhoamiResultAppContainerPackage {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
};
inline void to_json(Json& json, const IdentityWhoamiResultAppContainerPackage& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, IdentityWhoamiResultAppContainerPackage& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
}

struct IdentityWhoamiResultAppContainerCapabilitiesItem {
  std::string sid;
  // DOMAIN\name; null: the SID has no name
  std::optional<std::string> name{};
  std::vector<std::string> attributes;
};
inline void to_json(Json& json, const IdentityWhoamiResultAppContainerCapabilitiesItem& value) {
  json = Json::object();
  detail::Put(json, "sid", value.sid);
  detail::Put(json, "name", value.name);
  detail::Put(json, "attributes", value.attributes);
}
inline void from_json(const Json& json, IdentityWhoamiResultAppContainerCapabilitiesItem& value) {
  detail::Get(json, "sid", value.sid);
  detail::Get(json, "name", value.name);
  detail::Get(json, "attributes", value.attributes);
}

struct IdentityWhoamiResultAppContainer {
  IdentityWhoamiResultAppContainerPackage package;
  // of the app container while it runs
  std::int64_t number = 0;
  std::vector<IdentityWhoamiResultAppContainerCapabilitiesItem> capabilities;
};
inline void to_json(Json& json, const IdentityWhoamiResultAppContainer& value) {
  json = Json::object();
  detail::Put(json, "package", value.package);
  detail::Put(json, "number", value.number);
  detail::Put(json, "capabilities", value.capabilities);
}
inline void from_json(const Json& json, IdentityWhoamiResultAppContainer& value) {
  detail::Get(json, "package", value.package);
  detail::Get(json, "number", value.number);
  detail::Get(json, "capabilities", value.capabilities);
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
  // Remote Desktop Services session; 0 is the session of services
  std::int64_t session = 0;
  // id of the logon session, hexadecimal
  std::string logon_id;
  std::optional<std::string> logon_sid{};
  // impersonation level on the service's thread
  std::string level;
  // the client's; process ids are reused, so this proves nothing
  IdentityWhoamiResultProcess process;
  // the client's
  std::optional<std::string> computer{};
  // whether the service's thread had a token before, during and after impersonation
  IdentityWhoamiResultThread thread;
  // only for a caller that runs in one
  std::optional<IdentityWhoamiResultAppContainer> app_container{};
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
  detail::PutOptional(json, "app_container", value.app_container);
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
  detail::GetOptional(json, "app_container", value.app_container);
}

enum class RegistryDeleteParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistryDeleteParamsView value) {
  switch (value) {
    case RegistryDeleteParamsView::kValue64:
      json = "64";
      return;
    case RegistryDeleteParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistryDeleteParamsView");
}
inline void from_json(const Json& json, RegistryDeleteParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistryDeleteParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistryDeleteParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistryDeleteParamsView: " + word);
}

// Parameters of registry.delete.
struct RegistryDeleteParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // The value to delete; "" for the default value.
  std::optional<std::string> name{};
  // Instead of a name: deletes the key, with all subkeys (true) or only if it has none (false).
  std::optional<bool> subkeys{};
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistryDeleteParamsView> view{};
};
inline void to_json(Json& json, const RegistryDeleteParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::PutOptional(json, "name", value.name);
  detail::PutOptional(json, "subkeys", value.subkeys);
  detail::PutOptional(json, "view", value.view);
}
inline void from_json(const Json& json, RegistryDeleteParams& value) {
  detail::Get(json, "key", value.key);
  detail::GetOptional(json, "name", value.name);
  detail::GetOptional(json, "subkeys", value.subkeys);
  detail::GetOptional(json, "view", value.view);
}

// Result of registry.delete.
struct RegistryDeleteResult {
  // number of deleted keys; 0 for a value
  std::int64_t keys = 0;
};
inline void to_json(Json& json, const RegistryDeleteResult& value) {
  json = Json::object();
  detail::Put(json, "keys", value.keys);
}
inline void from_json(const Json& json, RegistryDeleteResult& value) {
  detail::Get(json, "keys", value.keys);
}

enum class RegistryGetParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistryGetParamsView value) {
  switch (value) {
    case RegistryGetParamsView::kValue64:
      json = "64";
      return;
    case RegistryGetParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistryGetParamsView");
}
inline void from_json(const Json& json, RegistryGetParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistryGetParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistryGetParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistryGetParamsView: " + word);
}

enum class RegistryGetParamsEncoding {
  kJson,  // "json"
  kBase64,  // "base64"
};
inline void to_json(Json& json, RegistryGetParamsEncoding value) {
  switch (value) {
    case RegistryGetParamsEncoding::kJson:
      json = "json";
      return;
    case RegistryGetParamsEncoding::kBase64:
      json = "base64";
      return;
  }
  throw std::invalid_argument("not a value of RegistryGetParamsEncoding");
}
inline void from_json(const Json& json, RegistryGetParamsEncoding& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "json") {
    value = RegistryGetParamsEncoding::kJson;
    return;
  }
  if (word == "base64") {
    value = RegistryGetParamsEncoding::kBase64;
    return;
  }
  throw std::out_of_range("not a word of RegistryGetParamsEncoding: " + word);
}

// Parameters of registry.get.
struct RegistryGetParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // The value's name (default: the key's default value).
  std::optional<std::string> name{};
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistryGetParamsView> view{};
  // Whether to expand %NAME% in an expand_sz with the caller's environment variables (default
  // false).
  std::optional<bool> expand{};
  // base64: the raw bytes, whatever the type.
  std::optional<RegistryGetParamsEncoding> encoding{};
};
inline void to_json(Json& json, const RegistryGetParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::PutOptional(json, "name", value.name);
  detail::PutOptional(json, "view", value.view);
  detail::PutOptional(json, "expand", value.expand);
  detail::PutOptional(json, "encoding", value.encoding);
}
inline void from_json(const Json& json, RegistryGetParams& value) {
  detail::Get(json, "key", value.key);
  detail::GetOptional(json, "name", value.name);
  detail::GetOptional(json, "view", value.view);
  detail::GetOptional(json, "expand", value.expand);
  detail::GetOptional(json, "encoding", value.encoding);
}

// Result of registry.get.
struct RegistryGetResult {
  // none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x…
  std::string type;
  // a string, an integer or an array of strings; or the bytes, depending on `encoding`
  Json value;
  // json or base64
  std::string encoding;
};
inline void to_json(Json& json, const RegistryGetResult& value) {
  json = Json::object();
  detail::Put(json, "type", value.type);
  detail::Put(json, "value", value.value);
  detail::Put(json, "encoding", value.encoding);
}
inline void from_json(const Json& json, RegistryGetResult& value) {
  detail::Get(json, "type", value.type);
  detail::Get(json, "value", value.value);
  detail::Get(json, "encoding", value.encoding);
}

enum class RegistryListParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistryListParamsView value) {
  switch (value) {
    case RegistryListParamsView::kValue64:
      json = "64";
      return;
    case RegistryListParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistryListParamsView");
}
inline void from_json(const Json& json, RegistryListParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistryListParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistryListParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistryListParamsView: " + word);
}

// Parameters of registry.list.
struct RegistryListParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // Start after this cursor (the previous page's `next`).
  std::optional<std::string> after{};
  // Maximum number of keys and values together (default 1000).
  std::optional<std::int64_t> limit{};
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistryListParamsView> view{};
};
inline void to_json(Json& json, const RegistryListParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::PutOptional(json, "after", value.after);
  detail::PutOptional(json, "limit", value.limit);
  detail::PutOptional(json, "view", value.view);
}
inline void from_json(const Json& json, RegistryListParams& value) {
  detail::Get(json, "key", value.key);
  detail::GetOptional(json, "after", value.after);
  detail::GetOptional(json, "limit", value.limit);
  detail::GetOptional(json, "view", value.view);
}

struct RegistryListResultValuesItem {
  // "" for the default value
  std::string name;
  // none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x…
  std::string type;
  // a string, an integer or an array of strings; or the bytes, depending on `encoding`
  Json value;
  // json or base64; null: too large, see registry.get
  std::optional<std::string> encoding{};
  // bytes
  std::int64_t size = 0;
};
inline void to_json(Json& json, const RegistryListResultValuesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "value", value.value);
  detail::Put(json, "encoding", value.encoding);
  detail::Put(json, "size", value.size);
}
inline void from_json(const Json& json, RegistryListResultValuesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "value", value.value);
  detail::Get(json, "encoding", value.encoding);
  detail::Get(json, "size", value.size);
}

// Result of registry.list.
struct RegistryListResult {
  // names of keys
  std::vector<std::string> keys;
  std::vector<RegistryListResultValuesItem> values;
  // cursor for `after`; null on the last page
  std::optional<std::string> next{};
};
inline void to_json(Json& json, const RegistryListResult& value) {
  json = Json::object();
  detail::Put(json, "keys", value.keys);
  detail::Put(json, "values", value.values);
  detail::Put(json, "next", value.next);
}
inline void from_json(const Json& json, RegistryListResult& value) {
  detail::Get(json, "keys", value.keys);
  detail::Get(json, "values", value.values);
  detail::Get(json, "next", value.next);
}

enum class RegistryMakeKeyParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistryMakeKeyParamsView value) {
  switch (value) {
    case RegistryMakeKeyParamsView::kValue64:
      json = "64";
      return;
    case RegistryMakeKeyParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistryMakeKeyParamsView");
}
inline void from_json(const Json& json, RegistryMakeKeyParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistryMakeKeyParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistryMakeKeyParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistryMakeKeyParamsView: " + word);
}

// Parameters of registry.makeKey.
struct RegistryMakeKeyParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // Whether the new keys are removed when the computer restarts (default false).
  // "volatile" in JSON; the name volatile is taken.
  std::optional<bool> volatile_2{};
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistryMakeKeyParamsView> view{};
};
inline void to_json(Json& json, const RegistryMakeKeyParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::PutOptional(json, "volatile", value.volatile_2);
  detail::PutOptional(json, "view", value.view);
}
inline void from_json(const Json& json, RegistryMakeKeyParams& value) {
  detail::Get(json, "key", value.key);
  detail::GetOptional(json, "volatile", value.volatile_2);
  detail::GetOptional(json, "view", value.view);
}

// Result of registry.makeKey.
struct RegistryMakeKeyResult {
  // false: it already existed
  bool created = false;
};
inline void to_json(Json& json, const RegistryMakeKeyResult& value) {
  json = Json::object();
  detail::Put(json, "created", value.created);
}
inline void from_json(const Json& json, RegistryMakeKeyResult& value) {
  detail::Get(json, "created", value.created);
}

enum class RegistrySetParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistrySetParamsView value) {
  switch (value) {
    case RegistrySetParamsView::kValue64:
      json = "64";
      return;
    case RegistrySetParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistrySetParamsView");
}
inline void from_json(const Json& json, RegistrySetParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistrySetParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistrySetParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistrySetParamsView: " + word);
}

enum class RegistrySetParamsEncoding {
  kJson,  // "json"
  kBase64,  // "base64"
};
inline void to_json(Json& json, RegistrySetParamsEncoding value) {
  switch (value) {
    case RegistrySetParamsEncoding::kJson:
      json = "json";
      return;
    case RegistrySetParamsEncoding::kBase64:
      json = "base64";
      return;
  }
  throw std::invalid_argument("not a value of RegistrySetParamsEncoding");
}
inline void from_json(const Json& json, RegistrySetParamsEncoding& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "json") {
    value = RegistrySetParamsEncoding::kJson;
    return;
  }
  if (word == "base64") {
    value = RegistrySetParamsEncoding::kBase64;
    return;
  }
  throw std::out_of_range("not a word of RegistrySetParamsEncoding: " + word);
}

// Parameters of registry.set.
struct RegistrySetParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // The value's name; "" for the default value.
  std::string name;
  // none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x and a
  // number.
  std::string type;
  // A string, an integer or an array of strings, depending on the type; for other types the bytes
  // in base64.
  Json value;
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistrySetParamsView> view{};
  // base64: the value is the raw bytes, whatever the type.
  std::optional<RegistrySetParamsEncoding> encoding{};
};
inline void to_json(Json& json, const RegistrySetParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::Put(json, "name", value.name);
  detail::Put(json, "type", value.type);
  detail::Put(json, "value", value.value);
  detail::PutOptional(json, "view", value.view);
  detail::PutOptional(json, "encoding", value.encoding);
}
inline void from_json(const Json& json, RegistrySetParams& value) {
  detail::Get(json, "key", value.key);
  detail::Get(json, "name", value.name);
  detail::Get(json, "type", value.type);
  detail::Get(json, "value", value.value);
  detail::GetOptional(json, "view", value.view);
  detail::GetOptional(json, "encoding", value.encoding);
}

enum class RegistryWatchParamsView {
  kValue64,  // "64"
  kValue32,  // "32"
};
inline void to_json(Json& json, RegistryWatchParamsView value) {
  switch (value) {
    case RegistryWatchParamsView::kValue64:
      json = "64";
      return;
    case RegistryWatchParamsView::kValue32:
      json = "32";
      return;
  }
  throw std::invalid_argument("not a value of RegistryWatchParamsView");
}
inline void from_json(const Json& json, RegistryWatchParamsView& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "64") {
    value = RegistryWatchParamsView::kValue64;
    return;
  }
  if (word == "32") {
    value = RegistryWatchParamsView::kValue32;
    return;
  }
  throw std::out_of_range("not a word of RegistryWatchParamsView: " + word);
}

// Parameters of registry.watch.
struct RegistryWatchParams {
  // The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.
  std::string key;
  // Whether to include changes in subkeys (default false).
  std::optional<bool> recursive{};
  // Registry view: 64-bit (64, the default) or 32-bit (32).
  std::optional<RegistryWatchParamsView> view{};
};
inline void to_json(Json& json, const RegistryWatchParams& value) {
  json = Json::object();
  detail::Put(json, "key", value.key);
  detail::PutOptional(json, "recursive", value.recursive);
  detail::PutOptional(json, "view", value.view);
}
inline void from_json(const Json& json, RegistryWatchParams& value) {
  detail::Get(json, "key", value.key);
  detail::GetOptional(json, "recursive", value.recursive);
  detail::GetOptional(json, "view", value.view);
}

// Progress of registry.watch.
struct RegistryWatchProgress {
  // false in the first piece, which marks the start of the watch
  bool changed = false;
};
inline void to_json(Json& json, const RegistryWatchProgress& value) {
  json = Json::object();
  detail::Put(json, "changed", value.changed);
}
inline void from_json(const Json& json, RegistryWatchProgress& value) {
  detail::Get(json, "changed", value.changed);
}

struct RpcDiscoverResultInfo {
  std::string title;
  // of the service
  std::string version;
  std::string description;
};
inline void to_json(Json& json, const RpcDiscoverResultInfo& value) {
  json = Json::object();
  detail::Put(json, "title", value.title);
  detail::Put(json, "version", value.version);
  detail::Put(json, "description", value.description);
}
inline void from_json(const Json& json, RpcDiscoverResultInfo& value) {
  detail::Get(json, "title", value.title);
  detail::Get(json, "version", value.version);
  detail::Get(json, "description", value.description);
}

// Result of rpc.discover.
struct RpcDiscoverResult {
  // version of the OpenRPC specification
  std::string openrpc;
  RpcDiscoverResultInfo info;
  // in name order
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
  // Returned in the response.
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
  // the parameter, if given
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
  throw std::invalid_argument("not a value of RpcSubscribeParamsEventsItem");
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
  throw std::out_of_range("not a word of RpcSubscribeParamsEventsItem: " + word);
}

// Parameters of rpc.subscribe.
struct RpcSubscribeParams {
  // The wanted notifications; an empty array for none.
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
  // the subscribed notifications
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
  // DOMAIN\name; null: the SID has no name
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
  // of these, not answered yet
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
  // The id from service.connections.
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

// Result of service.reload.
struct ServiceReloadResult {
  // settings keys that are in force now
  std::vector<std::string> changed;
  // settings keys that differ in the file and take effect at the next start
  std::vector<std::string> needs_restart;
};
inline void to_json(Json& json, const ServiceReloadResult& value) {
  json = Json::object();
  detail::Put(json, "changed", value.changed);
  detail::Put(json, "needs_restart", value.needs_restart);
}
inline void from_json(const Json& json, ServiceReloadResult& value) {
  detail::Get(json, "changed", value.changed);
  detail::Get(json, "needs_restart", value.needs_restart);
}

struct ServiceStatusResultAudit {
  // it can be written
  bool ok = false;
  // requests are refused while it cannot be written
  bool required = false;
  // when writing first failed, UTC
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
  // open ones that have sent nothing yet
  std::int64_t silent = 0;
  // since the start
  std::int64_t accepted = 0;
  // silent ones closed to make room for others
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
  // connections closed because of what they sent
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
  // upper bound; the lower bound is half of it; null: no upper bound
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

struct ServiceStatusResultModulesItem {
  std::string name;
  std::string version;
  // loaded, or quarantined: its overdue calls are still running, and it gets no new ones
  std::string state;
  // calls that are running past their deadline
  std::int64_t overdue_calls = 0;
};
inline void to_json(Json& json, const ServiceStatusResultModulesItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
  detail::Put(json, "version", value.version);
  detail::Put(json, "state", value.state);
  detail::Put(json, "overdue_calls", value.overdue_calls);
}
inline void from_json(const Json& json, ServiceStatusResultModulesItem& value) {
  detail::Get(json, "name", value.name);
  detail::Get(json, "version", value.version);
  detail::Get(json, "state", value.state);
  detail::Get(json, "overdue_calls", value.overdue_calls);
}

struct ServiceStatusResultHardening {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;
  std::vector<std::string> off;
};
inline void to_json(Json& json, const ServiceStatusResultHardening& value) {
  json = Json::object();
  detail::Put(json, "in_force", value.in_force);
  detail::Put(json, "missing", value.missing);
  detail::Put(json, "off", value.off);
}
inline void from_json(const Json& json, ServiceStatusResultHardening& value) {
  detail::Get(json, "in_force", value.in_force);
  detail::Get(json, "missing", value.missing);
  detail::Get(json, "off", value.off);
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
  // when the last error was logged, UTC
  std::optional<std::string> last_error{};
  ServiceStatusResultAudit audit;
  ServiceStatusResultConnections connections;
  ServiceStatusResultRequests requests;
  ServiceStatusResultBytes bytes;
  // from reading a request to its response
  ServiceStatusResultLatency latency;
  std::vector<ServiceStatusResultModulesItem> modules;
  // protections of the service's process
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
  detail::Put(json, "modules", value.modules);
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
  detail::Get(json, "modules", value.modules);
  detail::Get(json, "hardening", value.hardening);
}

// The methods of access. The client must outlive it.
class AccessMethods {
 public:
  explicit AccessMethods(Client& client) : client_(&client) {}

  // access.check: Tells whether the caller has a right at a node; the node's managers may ask for
  // another account.
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

  // access.explain: Tells which entry grants or denies the caller a right, and what would change
  // that.
  AccessExplainResult Explain(const AccessExplainParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessExplainResult>::From(client_->Call("access.explain", Json(params), options));
  }

  // access.grant: Grants an account rights at a node.
  AccessGrantResult Grant(const AccessGrantParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessGrantResult>::From(client_->Call("access.grant", Json(params), options));
  }

  // access.history: Lists the versions of the policy that are kept.
  AccessHistoryResult History(const CallOptions& options = {}) {
    return detail::Converter<AccessHistoryResult>::From(client_->Call("access.history", nullptr, options));
  }

  // access.list: Lists the policy's nodes that the caller may see.
  AccessListResult List(const AccessListParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<AccessListResult>::From(client_->Call("access.list", Json(params), options));
  }

  // access.revoke: Removes an account's entries at a node.
  AccessRevokeResult Revoke(const AccessRevokeParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessRevokeResult>::From(client_->Call("access.revoke", Json(params), options));
  }

  // access.rollback: Makes an older version of the policy current again, as a new version.
  AccessRollbackResult Rollback(const AccessRollbackParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessRollbackResult>::From(client_->Call("access.rollback", Json(params), options));
  }

  // access.set: Replaces a node's own entries.
  AccessSetResult Set(const AccessSetParams& params, const CallOptions& options = {}) {
    return detail::Converter<AccessSetResult>::From(client_->Call("access.set", Json(params), options));
  }

  // access.show: Shows who may do what at a node, including the entries it inherits.
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

  // audit.follow: A stream of the audit's lines: the newest, or those after a cursor, and then each
  // new line as it is written. continues until it is cancelled
  // Passes its results piece by piece to `progress`, on this thread.
  // It continues until options.stop ends it or options.timeout expires.
  void Follow(const AuditFollowParams& params, const std::function<void(const AuditFollowProgress&)>& progress, const CallOptions& options = {}) {
    client_->Call("audit.follow", Json(params), detail::WithProgress(progress, options));
  }

  // audit.read: Reads lines of the audit: the newest, or those after a cursor.
  AuditReadResult Read(const AuditReadParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<AuditReadResult>::From(client_->Call("audit.read", Json(params), options));
  }

  // audit.verify: Recomputes the audit's hash chain and compares it with its anchors; finds the
  // first broken line.
  // Reports its progress to `progress`, on this thread.
  AuditVerifyResult Verify(const std::function<void(const AuditVerifyProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<AuditVerifyResult>::From(client_->Call("audit.verify", nullptr, detail::WithProgress(progress, options)));
  }

 private:
  Client* client_;
};

// The methods of database. The client must outlive it.
class DatabaseMethods {
 public:
  explicit DatabaseMethods(Client& client) : client_(&client) {}

  // database.batch: Executes SQL statements in one transaction: all of them or none.
  DatabaseBatchResult Batch(const DatabaseBatchParams& params, const CallOptions& options = {}) {
    return detail::Converter<DatabaseBatchResult>::From(client_->Call("database.batch", Json(params), options));
  }

  // database.execute: Executes one SQL statement that returns no rows.
  DatabaseExecuteResult Execute(const DatabaseExecuteParams& params, const CallOptions& options = {}) {
    return detail::Converter<DatabaseExecuteResult>::From(client_->Call("database.execute", Json(params), options));
  }

  // database.query: Queries a database: all rows at once, or page by page with a progressToken.
  // Returns its results, or passes them piece by piece to `progress`, on this thread, if that is
  // given.
  DatabaseQueryResult Query(const DatabaseQueryParams& params, const std::function<void(const DatabaseQueryProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<DatabaseQueryResult>::From(client_->Call("database.query", Json(params), detail::WithProgress(progress, options)));
  }

  // database.sources: The databases that this caller may use.
  DatabaseSourcesResult Sources(const CallOptions& options = {}) {
    return detail::Converter<DatabaseSourcesResult>::From(client_->Call("database.sources", nullptr, options));
  }

 private:
  Client* client_;
};

// The methods of file. The client must outlive it.
class FileMethods {
 public:
  explicit FileMethods(Client& client) : client_(&client) {}

  // file.checksum: Computes the SHA-256 of a file or of a part of it.
  // Reports its progress to `progress`, on this thread.
  FileChecksumResult Checksum(const FileChecksumParams& params, const std::function<void(const FileChecksumProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<FileChecksumResult>::From(client_->Call("file.checksum", Json(params), detail::WithProgress(progress, options)));
  }

  // file.copy: Copies a file. The copy is all-or-nothing.
  // Reports its progress to `progress`, on this thread.
  FileCopyResult Copy(const FileCopyParams& params, const std::function<void(const FileCopyProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<FileCopyResult>::From(client_->Call("file.copy", Json(params), detail::WithProgress(progress, options)));
  }

  // file.delete: Deletes a file, a link (never its target) or an empty folder.
  Json Delete(const FileDeleteParams& params, const CallOptions& options = {}) {
    return client_->Call("file.delete", Json(params), options);
  }

  // file.list: Lists a folder: one page in name order, or everything as a stream.
  // Returns its results, or passes them piece by piece to `progress`, on this thread, if that is
  // given.
  FileListResult List(const FileListParams& params, const std::function<void(const FileListProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<FileListResult>::From(client_->Call("file.list", Json(params), detail::WithProgress(progress, options)));
  }

  // file.makeDirectory: Creates a folder if it does not exist.
  FileMakeDirectoryResult MakeDirectory(const FileMakeDirectoryParams& params, const CallOptions& options = {}) {
    return detail::Converter<FileMakeDirectoryResult>::From(client_->Call("file.makeDirectory", Json(params), options));
  }

  // file.move: Moves or renames a file, folder or link on the same volume.
  FileMoveResult Move(const FileMoveParams& params, const CallOptions& options = {}) {
    return detail::Converter<FileMoveResult>::From(client_->Call("file.move", Json(params), options));
  }

  // file.read: Reads a file: up to 2 MiB at once, or any amount as a stream.
  // Returns its results, or passes them piece by piece to `progress`, on this thread, if that is
  // given.
  FileReadResult Read(const FileReadParams& params, const std::function<void(const FileReadProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<FileReadResult>::From(client_->Call("file.read", Json(params), detail::WithProgress(progress, options)));
  }

  // file.stat: Describes a file, folder or link.
  FileStatResult Stat(const FileStatParams& params, const CallOptions& options = {}) {
    return detail::Converter<FileStatResult>::From(client_->Call("file.stat", Json(params), options));
  }

  // file.watch: Streams the changes in a folder until it is cancelled. the stream runs until it is
  // cancelled or the folder is deleted
  // Passes its results piece by piece to `progress`, on this thread.
  // It continues until options.stop ends it or options.timeout expires.
  void Watch(const FileWatchParams& params, const std::function<void(const FileWatchProgress&)>& progress, const CallOptions& options = {}) {
    client_->Call("file.watch", Json(params), detail::WithProgress(progress, options));
  }

  // file.write: Writes a file: creates it, replaces it, or writes a part of it.
  FileWriteResult Write(const FileWriteParams& params, const CallOptions& options = {}) {
    return detail::Converter<FileWriteResult>::From(client_->Call("file.write", Json(params), options));
  }

 private:
  Client* client_;
};

// The methods of identity. The client must outlive it.
class IdentityMethods {
 public:
  explicit IdentityMethods(Client& client) : client_(&client) {}

  // identity.whoami: Describes the caller as the service sees it: the token that its requests run
  // with.
  IdentityWhoamiResult Whoami(const CallOptions& options = {}) {
    return detail::Converter<IdentityWhoamiResult>::From(client_->Call("identity.whoami", nullptr, options));
  }

 private:
  Client* client_;
};

// The methods of registry. The client must outlive it.
class RegistryMethods {
 public:
  explicit RegistryMethods(Client& client) : client_(&client) {}

  // registry.delete: Deletes a value, or a key with its values.
  RegistryDeleteResult Delete(const RegistryDeleteParams& params, const CallOptions& options = {}) {
    return detail::Converter<RegistryDeleteResult>::From(client_->Call("registry.delete", Json(params), options));
  }

  // registry.get: Reads a value of a key as the caller.
  RegistryGetResult Get(const RegistryGetParams& params, const CallOptions& options = {}) {
    return detail::Converter<RegistryGetResult>::From(client_->Call("registry.get", Json(params), options));
  }

  // registry.list: Lists a key's subkeys and values by name, page by page.
  RegistryListResult List(const RegistryListParams& params, const CallOptions& options = {}) {
    return detail::Converter<RegistryListResult>::From(client_->Call("registry.list", Json(params), options));
  }

  // registry.makeKey: Creates a key and any missing keys above it.
  RegistryMakeKeyResult MakeKey(const RegistryMakeKeyParams& params, const CallOptions& options = {}) {
    return detail::Converter<RegistryMakeKeyResult>::From(client_->Call("registry.makeKey", Json(params), options));
  }

  // registry.set: Writes a value of an existing key.
  Json Set(const RegistrySetParams& params, const CallOptions& options = {}) {
    return client_->Call("registry.set", Json(params), options);
  }

  // registry.watch: A stream that reports when a key's values or subkeys change. the stream runs
  // until it is cancelled or the key is deleted
  // Passes its results piece by piece to `progress`, on this thread.
  // It continues until options.stop ends it or options.timeout expires.
  void Watch(const RegistryWatchParams& params, const std::function<void(const RegistryWatchProgress&)>& progress, const CallOptions& options = {}) {
    client_->Call("registry.watch", Json(params), detail::WithProgress(progress, options));
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

  // rpc.ping: Answers at once: the service is running and this caller may call it.
  RpcPingResult Ping(const RpcPingParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<RpcPingResult>::From(client_->Call("rpc.ping", Json(params), options));
  }

  // rpc.subscribe: Sets which of the service's notifications this connection gets, replacing
  // earlier ones.
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

  // service.connections: Lists the open connections: account, process, start time, requests.
  std::vector<ServiceConnectionsResultItem> Connections(const CallOptions& options = {}) {
    return detail::Converter<std::vector<ServiceConnectionsResultItem>>::From(client_->Call("service.connections", nullptr, options));
  }

  // service.disconnect: Closes a connection at once. InvalidParams if there is no connection with
  // this id.
  ServiceDisconnectResult Disconnect(const ServiceDisconnectParams& params, const CallOptions& options = {}) {
    return detail::Converter<ServiceDisconnectResult>::From(client_->Call("service.disconnect", Json(params), options));
  }

  // service.reload: Reads the settings file again and applies what can change while the service
  // runs. SettingsRefused if it has faults: then nothing changes.
  ServiceReloadResult Reload(const CallOptions& options = {}) {
    return detail::Converter<ServiceReloadResult>::From(client_->Call("service.reload", nullptr, options));
  }

  // service.status: Reports the service's status: version, connections, counters, latency,
  // protections in force.
  ServiceStatusResult Status(const CallOptions& options = {}) {
    return detail::Converter<ServiceStatusResult>::From(client_->Call("service.status", nullptr, options));
  }

 private:
  Client* client_;
};

// All methods over one client, which must outlive this. Threads: as for the client's functions.
class Service {
 public:
  explicit Service(Client& client) : access(client), audit(client), database(client), file(client), identity(client), registry(client), rpc(client), service(client) {}

  AccessMethods access;
  AuditMethods audit;
  DatabaseMethods database;
  FileMethods file;
  IdentityMethods identity;
  RegistryMethods registry;
  RpcMethods rpc;
  ServiceMethods service;
};

}  // namespace onbehalf::typed
