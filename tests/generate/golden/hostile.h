// A typed client of Evil * / #error injected \ 1" #error injected ??/.
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

namespace company::hostile {

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

enum class EvilRunParamsWords {
  kValue,  // ""
  kValue_2,  // "* /"
  kValue_3,  // "\""
  kValue_4,  // "\\"
  kAB,  // "a b"
  kAB_2,  // "a-b"
  kAB_3,  // "a_b"
  kValue_5,  // "\?\?/"
  kErrorInjected,  // "\012#error injected"
  kValue1,  // "1"
  kErrorInjected_2,  // "\342\200\250#error injected"
  kToString,  // "ToString"
};
inline void to_json(Json& json, EvilRunParamsWords value) {
  switch (value) {
    case EvilRunParamsWords::kValue:
      json = "";
      return;
    case EvilRunParamsWords::kValue_2:
      json = "*/";
      return;
    case EvilRunParamsWords::kValue_3:
      json = "\"";
      return;
    case EvilRunParamsWords::kValue_4:
      json = "\\";
      return;
    case EvilRunParamsWords::kAB:
      json = "a b";
      return;
    case EvilRunParamsWords::kAB_2:
      json = "a-b";
      return;
    case EvilRunParamsWords::kAB_3:
      json = "a_b";
      return;
    case EvilRunParamsWords::kValue_5:
      json = "\?\?/";
      return;
    case EvilRunParamsWords::kErrorInjected:
      json = "\012#error injected";
      return;
    case EvilRunParamsWords::kValue1:
      json = "1";
      return;
    case EvilRunParamsWords::kErrorInjected_2:
      json = "\342\200\250#error injected";
      return;
    case EvilRunParamsWords::kToString:
      json = "ToString";
      return;
  }
  throw std::invalid_argument("not a value of EvilRunParamsWords");
}
inline void from_json(const Json& json, EvilRunParamsWords& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "") {
    value = EvilRunParamsWords::kValue;
    return;
  }
  if (word == "*/") {
    value = EvilRunParamsWords::kValue_2;
    return;
  }
  if (word == "\"") {
    value = EvilRunParamsWords::kValue_3;
    return;
  }
  if (word == "\\") {
    value = EvilRunParamsWords::kValue_4;
    return;
  }
  if (word == "a b") {
    value = EvilRunParamsWords::kAB;
    return;
  }
  if (word == "a-b") {
    value = EvilRunParamsWords::kAB_2;
    return;
  }
  if (word == "a_b") {
    value = EvilRunParamsWords::kAB_3;
    return;
  }
  if (word == "\?\?/") {
    value = EvilRunParamsWords::kValue_5;
    return;
  }
  if (word == "\012#error injected") {
    value = EvilRunParamsWords::kErrorInjected;
    return;
  }
  if (word == "1") {
    value = EvilRunParamsWords::kValue1;
    return;
  }
  if (word == "\342\200\250#error injected") {
    value = EvilRunParamsWords::kErrorInjected_2;
    return;
  }
  if (word == "ToString") {
    value = EvilRunParamsWords::kToString;
    return;
  }
  throw std::out_of_range("not a word of EvilRunParamsWords: " + word);
}

enum class EvilRunParamsDeepErrorInjected {
  kEndsHereErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedSummaryBQuotedErrorInjected,  // "ends here * / #error injected\012#error injected\015\012#error injected\342\200\250#error injected\342\200\251#error injected\302\205#error injected </summary> <b> & \"quoted\" \342\200\256\342\201\246 \?\?/\012#error injected * /* / \\"
};
inline void to_json(Json& json, EvilRunParamsDeepErrorInjected value) {
  switch (value) {
    case EvilRunParamsDeepErrorInjected::kEndsHereErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedSummaryBQuotedErrorInjected:
      json = "ends here */ #error injected\012#error injected\015\012#error injected\342\200\250#error injected\342\200\251#error injected\302\205#error injected </summary> <b> & \"quoted\" \342\200\256\342\201\246 \?\?/\012#error injected */*/ \\";
      return;
  }
  throw std::invalid_argument("not a value of EvilRunParamsDeepErrorInjected");
}
inline void from_json(const Json& json, EvilRunParamsDeepErrorInjected& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "ends here */ #error injected\012#error injected\015\012#error injected\342\200\250#error injected\342\200\251#error injected\302\205#error injected </summary> <b> & \"quoted\" \342\200\256\342\201\246 \?\?/\012#error injected */*/ \\") {
    value = EvilRunParamsDeepErrorInjected::kEndsHereErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedErrorInjectedSummaryBQuotedErrorInjected;
    return;
  }
  throw std::out_of_range("not a word of EvilRunParamsDeepErrorInjected: " + word);
}

struct EvilRunParamsDeep {
  Json gone_error_injected;
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  std::optional<EvilRunParamsDeepErrorInjected> error_injected{};
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  // The schema's "oneOf" is not expressed.
  std::optional<std::vector<Json>> value{};
  // Always ["ends here * / #error injected\n#error injected\r\n#error injected\u2028#error i....
  std::optional<Json> n{};
};
inline void to_json(Json& json, const EvilRunParamsDeep& value) {
  json = Json::object();
  detail::Put(json, "gone\012#error injected", value.gone_error_injected);
  detail::PutOptional(json, "\012#error injected", value.error_injected);
  detail::PutOptional(json, "*/", value.value);
  detail::PutOptional(json, "n", value.n);
}
inline void from_json(const Json& json, EvilRunParamsDeep& value) {
  detail::Get(json, "gone\012#error injected", value.gone_error_injected);
  detail::GetOptional(json, "\012#error injected", value.error_injected);
  detail::GetOptional(json, "*/", value.value);
  detail::GetOptional(json, "n", value.n);
}

// Parameters of evil.run.
struct EvilRunParams {
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  // "class" in JSON; the name class is taken.
  std::string class_2;
  std::string value_2fa;
  std::optional<std::string> dry_run{};
  // "dry_run" in JSON; the name dry_run is taken.
  std::optional<std::string> dry_run_2{};
  // "dryRun" in JSON; the name dry_run is taken.
  std::optional<std::string> dry_run_3{};
  std::optional<std::string> quoted_error_injected{};
  std::optional<std::string> back_slash{};
  std::optional<std::string> error_injected{};
  // "std" in JSON; the name std is taken.
  std::optional<std::string> std_2{};
  std::optional<std::string> json{};
  std::optional<std::string> constructor{};
  std::optional<std::string> proto{};
  std::optional<std::string> ml_ut{};
  std::optional<std::string> value{};
  // "中" in JSON; the name value is taken.
  std::optional<std::string> value_2{};
  // "??/" in JSON; the name value is taken.
  std::optional<std::string> value_3{};
  std::optional<std::string> json_ignore_condition{};
  std::optional<std::string> evil_run_params{};
  std::optional<std::string> equals{};
  std::optional<std::string> progress_token{};
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  std::optional<EvilRunParamsWords> words{};
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  std::optional<EvilRunParamsDeep> deep{};
};
inline void to_json(Json& json, const EvilRunParams& value) {
  json = Json::object();
  detail::Put(json, "class", value.class_2);
  detail::Put(json, "2fa", value.value_2fa);
  detail::PutOptional(json, "dry-run", value.dry_run);
  detail::PutOptional(json, "dry_run", value.dry_run_2);
  detail::PutOptional(json, "dryRun", value.dry_run_3);
  detail::PutOptional(json, "\"quoted\"\012#error injected", value.quoted_error_injected);
  detail::PutOptional(json, "back\\slash\\", value.back_slash);
  detail::PutOptional(json, "*/ #error injected", value.error_injected);
  detail::PutOptional(json, "std", value.std_2);
  detail::PutOptional(json, "Json", value.json);
  detail::PutOptional(json, "constructor", value.constructor);
  detail::PutOptional(json, "__proto__", value.proto);
  detail::PutOptional(json, "\303\274ml\303\244ut", value.ml_ut);
  detail::PutOptional(json, "\360\237\230\200", value.value);
  detail::PutOptional(json, "\344\270\255", value.value_2);
  detail::PutOptional(json, "\?\?/", value.value_3);
  detail::PutOptional(json, "JsonIgnoreCondition", value.json_ignore_condition);
  detail::PutOptional(json, "EvilRunParams", value.evil_run_params);
  detail::PutOptional(json, "Equals", value.equals);
  detail::PutOptional(json, "progressToken", value.progress_token);
  detail::PutOptional(json, "words", value.words);
  detail::PutOptional(json, "deep", value.deep);
}
inline void from_json(const Json& json, EvilRunParams& value) {
  detail::Get(json, "class", value.class_2);
  detail::Get(json, "2fa", value.value_2fa);
  detail::GetOptional(json, "dry-run", value.dry_run);
  detail::GetOptional(json, "dry_run", value.dry_run_2);
  detail::GetOptional(json, "dryRun", value.dry_run_3);
  detail::GetOptional(json, "\"quoted\"\012#error injected", value.quoted_error_injected);
  detail::GetOptional(json, "back\\slash\\", value.back_slash);
  detail::GetOptional(json, "*/ #error injected", value.error_injected);
  detail::GetOptional(json, "std", value.std_2);
  detail::GetOptional(json, "Json", value.json);
  detail::GetOptional(json, "constructor", value.constructor);
  detail::GetOptional(json, "__proto__", value.proto);
  detail::GetOptional(json, "\303\274ml\303\244ut", value.ml_ut);
  detail::GetOptional(json, "\360\237\230\200", value.value);
  detail::GetOptional(json, "\344\270\255", value.value_2);
  detail::GetOptional(json, "\?\?/", value.value_3);
  detail::GetOptional(json, "JsonIgnoreCondition", value.json_ignore_condition);
  detail::GetOptional(json, "EvilRunParams", value.evil_run_params);
  detail::GetOptional(json, "Equals", value.equals);
  detail::GetOptional(json, "progressToken", value.progress_token);
  detail::GetOptional(json, "words", value.words);
  detail::GetOptional(json, "deep", value.deep);
}

// Result of evil.run.
// ends here * / #error injected #error injected #error injected #error injected #error injected
// #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
struct EvilRunResult {
  // One of "\n#error injected", "* /", " ", "\\".
  std::optional<std::string> result_error_injected{};
};
inline void to_json(Json& json, const EvilRunResult& value) {
  json = Json::object();
  detail::PutOptional(json, "result\012#error injected", value.result_error_injected);
}
inline void from_json(const Json& json, EvilRunResult& value) {
  detail::GetOptional(json, "result\012#error injected", value.result_error_injected);
}

// Progress of evil.run.
// ends here * / #error injected #error injected #error injected #error injected #error injected
// #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
struct EvilRunProgress {
  // ends here * / #error injected #error injected #error injected #error injected #error injected
  // #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  std::optional<std::string> error_injected{};
};
inline void to_json(Json& json, const EvilRunProgress& value) {
  json = Json::object();
  detail::PutOptional(json, "*/\012#error injected", value.error_injected);
}
inline void from_json(const Json& json, EvilRunProgress& value) {
  detail::GetOptional(json, "*/\012#error injected", value.error_injected);
}

// Result of evil_run.
struct EvilRunResult_2 {
  std::optional<std::string> a{};
};
inline void to_json(Json& json, const EvilRunResult_2& value) {
  json = Json::object();
  detail::PutOptional(json, "a", value.a);
}
inline void from_json(const Json& json, EvilRunResult_2& value) {
  detail::GetOptional(json, "a", value.a);
}

// Result of evil.run.params.
struct EvilRunParamsResult_2 {
  std::optional<std::string> a{};
};
inline void to_json(Json& json, const EvilRunParamsResult_2& value) {
  json = Json::object();
  detail::PutOptional(json, "a", value.a);
}
inline void from_json(const Json& json, EvilRunParamsResult_2& value) {
  detail::GetOptional(json, "a", value.a);
}

// Parameters of evilRun.params.
struct EvilRunParamsParams {
  std::optional<std::string> a{};
};
inline void to_json(Json& json, const EvilRunParamsParams& value) {
  json = Json::object();
  detail::PutOptional(json, "a", value.a);
}
inline void from_json(const Json& json, EvilRunParamsParams& value) {
  detail::GetOptional(json, "a", value.a);
}

// Result of evilRun.params.
struct EvilRunParamsResult_3 {
  std::optional<std::string> a{};
};
inline void to_json(Json& json, const EvilRunParamsResult_3& value) {
  json = Json::object();
  detail::PutOptional(json, "a", value.a);
}
inline void from_json(const Json& json, EvilRunParamsResult_3& value) {
  detail::GetOptional(json, "a", value.a);
}

// The methods of evil. The client must outlive it.
class EvilMethods {
 public:
  explicit EvilMethods(Client& client) : client_(&client) {}

  // evil.run: ends here * / #error injected #error injected #error injected #error injected #error
  // injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  // Reports its progress to `progress`, on this thread.
  EvilRunResult Run(const EvilRunParams& params, const std::function<void(const EvilRunProgress&)>& progress = {}, const CallOptions& options = {}) {
    return detail::Converter<EvilRunResult>::From(client_->Call("evil.run", Json(params), detail::WithProgress(progress, options)));
  }

  // evil.evilMethods
  // "evil.evilMethods" in JSON; the name EvilMethods is taken.
  Json EvilMethods_2(const CallOptions& options = {}) {
    return client_->Call("evil.evilMethods", nullptr, options);
  }

  // evil.Evil Methods
  // "evil.Evil Methods" in JSON; the name EvilMethods is taken.
  Json EvilMethods_3(const CallOptions& options = {}) {
    return client_->Call("evil.Evil Methods", nullptr, options);
  }

  // evil.client
  // "evil.client" in JSON; the name Client is taken.
  Json Client_2(const CallOptions& options = {}) {
    return client_->Call("evil.client", nullptr, options);
  }

  // evil.json
  // "evil.json" in JSON; the name Json is taken.
  Json Json_2(const CallOptions& options = {}) {
    return client_->Call("evil.json", nullptr, options);
  }

  // evil.callOptions
  // "evil.callOptions" in JSON; the name CallOptions is taken.
  Json CallOptions_2(const CallOptions& options = {}) {
    return client_->Call("evil.callOptions", nullptr, options);
  }

  // evil.constructor
  Json Constructor(const CallOptions& options = {}) {
    return client_->Call("evil.constructor", nullptr, options);
  }

  // evil.connection
  Json Connection(const CallOptions& options = {}) {
    return client_->Call("evil.connection", nullptr, options);
  }

  // evil.evilRunParams
  // "evil.evilRunParams" in JSON; the name EvilRunParams is taken.
  Json EvilRunParams_2(const CallOptions& options = {}) {
    return client_->Call("evil.evilRunParams", nullptr, options);
  }

  // evil.delete
  Json Delete(const CallOptions& options = {}) {
    return client_->Call("evil.delete", nullptr, options);
  }

  // evil.* / #error injected
  Json ErrorInjected(const CallOptions& options = {}) {
    return client_->Call("evil.*/\012#error injected", nullptr, options);
  }

  // evil."); #error injected: ends here * / #error injected #error injected #error injected #error
  // injected #error injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  // "evil.\"); #error injected" in JSON; the name ErrorInjected is taken.
  void ErrorInjected_2(const CallOptions& options = {}) {
    client_->Call("evil.\"); #error injected", nullptr, options);
  }

  // evil.run.params
  EvilRunParamsResult_2 RunParams(const CallOptions& options = {}) {
    return detail::Converter<EvilRunParamsResult_2>::From(client_->Call("evil.run.params", nullptr, options));
  }

  // evil.follow
  // Passes its results piece by piece to `progress`, on this thread. One of "* /", "\n#error
  // injected".
  // It continues until options.stop ends it or options.timeout expires.
  void Follow(const std::function<void(const std::string&)>& progress, const CallOptions& options = {}) {
    client_->Call("evil.follow", nullptr, detail::WithProgress(progress, options));
  }

 private:
  Client* client_;
};

// The methods of class. The client must outlive it.
class ClassMethods {
 public:
  explicit ClassMethods(Client& client) : client_(&client) {}

  // class.class
  Json Class(const CallOptions& options = {}) {
    return client_->Call("class.class", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of std. The client must outlive it.
class StdMethods {
 public:
  explicit StdMethods(Client& client) : client_(&client) {}

  // std.std
  Json Std(const CallOptions& options = {}) {
    return client_->Call("std.std", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of promise. The client must outlive it.
class PromiseMethods {
 public:
  explicit PromiseMethods(Client& client) : client_(&client) {}

  // promise.then
  Json Then(const CallOptions& options = {}) {
    return client_->Call("promise.then", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of service. The client must outlive it.
class ServiceMethods {
 public:
  explicit ServiceMethods(Client& client) : client_(&client) {}

  // service.service
  // "service.service" in JSON; the name Service is taken.
  Json Service_2(const CallOptions& options = {}) {
    return client_->Call("service.service", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of evil_run. The client must outlive it.
class EvilRunMethods {
 public:
  explicit EvilRunMethods(Client& client) : client_(&client) {}

  // evil_run.params. One of "x".
  std::string Params(const CallOptions& options = {}) {
    return detail::Converter<std::string>::From(client_->Call("evil_run.params", nullptr, options));
  }

 private:
  Client* client_;
};

// The methods of other. The client must outlive it.
class OtherMethods {
 public:
  explicit OtherMethods(Client& client) : client_(&client) {}

  // evil_run
  EvilRunResult_2 EvilRun(const CallOptions& options = {}) {
    return detail::Converter<EvilRunResult_2>::From(client_->Call("evil_run", nullptr, options));
  }

 private:
  Client* client_;
};

// The methods of evilRun. The client must outlive it.
class EvilRunMethods_2 {
 public:
  explicit EvilRunMethods_2(Client& client) : client_(&client) {}

  // evilRun.params
  EvilRunParamsResult_3 Params(const EvilRunParamsParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<EvilRunParamsResult_3>::From(client_->Call("evilRun.params", Json(params), options));
  }

 private:
  Client* client_;
};

// The methods of i. The client must outlive it.
class IMethods {
 public:
  explicit IMethods(Client& client) : client_(&client) {}

  // i.evil
  Json Evil(const CallOptions& options = {}) {
    return client_->Call("i.evil", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of iEvil. The client must outlive it.
class IEvilMethods {
 public:
  explicit IEvilMethods(Client& client) : client_(&client) {}

  // iEvil.methods
  Json Methods(const CallOptions& options = {}) {
    return client_->Call("iEvil.methods", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of 2. The client must outlive it.
class Value2Methods {
 public:
  explicit Value2Methods(Client& client) : client_(&client) {}

  // 2.2
  Json Value2(const CallOptions& options = {}) {
    return client_->Call("2.2", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of #error injected. The client must outlive it.
class ErrorInjectedMethods {
 public:
  explicit ErrorInjectedMethods(Client& client) : client_(&client) {}

  // #error injected.x
  Json X(const CallOptions& options = {}) {
    return client_->Call("\012#error injected.x", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of 中. The client must outlive it.
class ValueMethods {
 public:
  explicit ValueMethods(Client& client) : client_(&client) {}

  // 中.国: ends here * / #error injected #error injected #error injected #error injected #error
  // injected #error injected </summary> <b> & "quoted" ??/ #error injected * /* / \.
  Json Value(const CallOptions& options = {}) {
    return client_->Call("\344\270\255.\345\233\275", nullptr, options);
  }

 private:
  Client* client_;
};

// The methods of . The client must outlive it.
class ValueMethods_2 {
 public:
  explicit ValueMethods_2(Client& client) : client_(&client) {}

  // .
  Json Value(const CallOptions& options = {}) {
    return client_->Call(".", nullptr, options);
  }

  // ..
  // ".." in JSON; the name Value is taken.
  Json Value_2(const CallOptions& options = {}) {
    return client_->Call("..", nullptr, options);
  }

 private:
  Client* client_;
};

// All methods over one client, which must outlive this. Threads: as for the client's functions.
class Service {
 public:
  explicit Service(Client& client) : evil(client), class_2(client), std_2(client), promise(client), service(client), evil_run(client), other(client), evil_run_2(client), i(client), i_evil(client), value_2(client), error_injected(client), value(client), value_3(client) {}

  EvilMethods evil;
  ClassMethods class_2;
  StdMethods std_2;
  PromiseMethods promise;
  ServiceMethods service;
  EvilRunMethods evil_run;
  OtherMethods other;
  EvilRunMethods_2 evil_run_2;
  IMethods i;
  IEvilMethods i_evil;
  Value2Methods value_2;
  ErrorInjectedMethods error_injected;
  ValueMethods value;
  ValueMethods_2 value_3;
};

}  // namespace company::hostile
