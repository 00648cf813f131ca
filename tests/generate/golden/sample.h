// A typed client of Sample 1.0.
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

namespace company::sample {

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

enum class SampleKindsParamsWord {
  kOne,  // "one"
  kTwoWords,  // "two words"
};
inline void to_json(Json& json, SampleKindsParamsWord value) {
  switch (value) {
    case SampleKindsParamsWord::kOne:
      json = "one";
      return;
    case SampleKindsParamsWord::kTwoWords:
      json = "two words";
      return;
  }
  throw std::invalid_argument("not a value of SampleKindsParamsWord");
}
inline void from_json(const Json& json, SampleKindsParamsWord& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "one") {
    value = SampleKindsParamsWord::kOne;
    return;
  }
  if (word == "two words") {
    value = SampleKindsParamsWord::kTwoWords;
    return;
  }
  throw std::out_of_range("not a word of SampleKindsParamsWord: " + word);
}

enum class SampleKindsParamsMaybeWord {
  kUp,  // "up"
  kDown,  // "down"
};
inline void to_json(Json& json, SampleKindsParamsMaybeWord value) {
  switch (value) {
    case SampleKindsParamsMaybeWord::kUp:
      json = "up";
      return;
    case SampleKindsParamsMaybeWord::kDown:
      json = "down";
      return;
  }
  throw std::invalid_argument("not a value of SampleKindsParamsMaybeWord");
}
inline void from_json(const Json& json, SampleKindsParamsMaybeWord& value) {
  const std::string& word = json.get_ref<const std::string&>();
  if (word == "up") {
    value = SampleKindsParamsMaybeWord::kUp;
    return;
  }
  if (word == "down") {
    value = SampleKindsParamsMaybeWord::kDown;
    return;
  }
  throw std::out_of_range("not a word of SampleKindsParamsMaybeWord: " + word);
}

struct SampleKindsParamsInner {
  std::int64_t y = 0;
  std::optional<std::int64_t> x{};
};
inline void to_json(Json& json, const SampleKindsParamsInner& value) {
  json = Json::object();
  detail::Put(json, "y", value.y);
  detail::PutOptional(json, "x", value.x);
}
inline void from_json(const Json& json, SampleKindsParamsInner& value) {
  detail::Get(json, "y", value.y);
  detail::GetOptional(json, "x", value.x);
}

// Parameters of sample.kinds.
struct SampleKindsParams {
  // A text.
  std::string text;
  std::int64_t whole = 0;
  double real = 0;
  bool flag = false;
  // A word.
  SampleKindsParamsWord word{};
  std::optional<std::string> text_or_null{};
  std::vector<std::string> list;
  std::optional<std::string> maybe_text{};
  std::optional<SampleKindsParamsMaybeWord> maybe_word{};
  std::optional<std::vector<std::optional<std::int64_t>>> maybe_list{};
  std::optional<SampleKindsParamsInner> inner{};
  std::optional<Json> anything{};
  std::optional<Json> object{};
};
inline void to_json(Json& json, const SampleKindsParams& value) {
  json = Json::object();
  detail::Put(json, "text", value.text);
  detail::Put(json, "whole", value.whole);
  detail::Put(json, "real", value.real);
  detail::Put(json, "flag", value.flag);
  detail::Put(json, "word", value.word);
  detail::Put(json, "textOrNull", value.text_or_null);
  detail::Put(json, "list", value.list);
  detail::PutOptional(json, "maybeText", value.maybe_text);
  detail::PutOptional(json, "maybeWord", value.maybe_word);
  detail::PutOptional(json, "maybeList", value.maybe_list);
  detail::PutOptional(json, "inner", value.inner);
  detail::PutOptional(json, "anything", value.anything);
  detail::PutOptional(json, "object", value.object);
}
inline void from_json(const Json& json, SampleKindsParams& value) {
  detail::Get(json, "text", value.text);
  detail::Get(json, "whole", value.whole);
  detail::Get(json, "real", value.real);
  detail::Get(json, "flag", value.flag);
  detail::Get(json, "word", value.word);
  detail::Get(json, "textOrNull", value.text_or_null);
  detail::Get(json, "list", value.list);
  detail::GetOptional(json, "maybeText", value.maybe_text);
  detail::GetOptional(json, "maybeWord", value.maybe_word);
  detail::GetOptional(json, "maybeList", value.maybe_list);
  detail::GetOptional(json, "inner", value.inner);
  detail::GetOptional(json, "anything", value.anything);
  detail::GetOptional(json, "object", value.object);
}

struct SampleKindsResultInner {
  std::int64_t y = 0;
  std::optional<std::int64_t> x{};
};
inline void to_json(Json& json, const SampleKindsResultInner& value) {
  json = Json::object();
  detail::Put(json, "y", value.y);
  detail::PutOptional(json, "x", value.x);
}
inline void from_json(const Json& json, SampleKindsResultInner& value) {
  detail::Get(json, "y", value.y);
  detail::GetOptional(json, "x", value.x);
}

struct SampleKindsResultListItem {
  std::string name;
};
inline void to_json(Json& json, const SampleKindsResultListItem& value) {
  json = Json::object();
  detail::Put(json, "name", value.name);
}
inline void from_json(const Json& json, SampleKindsResultListItem& value) {
  detail::Get(json, "name", value.name);
}

// Result of sample.kinds.
// What has come.
struct SampleKindsResult {
  // One of "one", "two words".
  std::string word;
  // the text
  std::string text;
  std::int64_t whole = 0;
  double real = 0;
  bool flag = false;
  Json nothing;
  std::optional<std::string> text_or_null{};
  std::optional<SampleKindsResultInner> inner{};
  std::vector<SampleKindsResultListItem> list;
  std::vector<std::vector<double>> matrix;
  Json object;
  Json anything;
  std::optional<std::string> maybe{};
};
inline void to_json(Json& json, const SampleKindsResult& value) {
  json = Json::object();
  detail::Put(json, "word", value.word);
  detail::Put(json, "text", value.text);
  detail::Put(json, "whole", value.whole);
  detail::Put(json, "real", value.real);
  detail::Put(json, "flag", value.flag);
  detail::Put(json, "nothing", value.nothing);
  detail::Put(json, "textOrNull", value.text_or_null);
  detail::Put(json, "inner", value.inner);
  detail::Put(json, "list", value.list);
  detail::Put(json, "matrix", value.matrix);
  detail::Put(json, "object", value.object);
  detail::Put(json, "anything", value.anything);
  detail::PutOptional(json, "maybe", value.maybe);
}
inline void from_json(const Json& json, SampleKindsResult& value) {
  detail::Get(json, "word", value.word);
  detail::Get(json, "text", value.text);
  detail::Get(json, "whole", value.whole);
  detail::Get(json, "real", value.real);
  detail::Get(json, "flag", value.flag);
  detail::Get(json, "nothing", value.nothing);
  detail::Get(json, "textOrNull", value.text_or_null);
  detail::Get(json, "inner", value.inner);
  detail::Get(json, "list", value.list);
  detail::Get(json, "matrix", value.matrix);
  detail::Get(json, "object", value.object);
  detail::Get(json, "anything", value.anything);
  detail::GetOptional(json, "maybe", value.maybe);
}

// Parameters of sample.list.
struct SampleListParams {
  std::optional<std::int64_t> limit{};
};
inline void to_json(Json& json, const SampleListParams& value) {
  json = Json::object();
  detail::PutOptional(json, "limit", value.limit);
}
inline void from_json(const Json& json, SampleListParams& value) {
  detail::GetOptional(json, "limit", value.limit);
}

struct SampleListResultItem {
  std::int64_t id = 0;
};
inline void to_json(Json& json, const SampleListResultItem& value) {
  json = Json::object();
  detail::Put(json, "id", value.id);
}
inline void from_json(const Json& json, SampleListResultItem& value) {
  detail::Get(json, "id", value.id);
}

// Parameters of sample.wide.
struct SampleWideParams {
  // The schema's "oneOf" is not expressed.
  std::optional<Json> choice{};
  // One of the types ["string","integer"].
  std::optional<Json> several{};
  // The schema's "$ref" is not expressed.
  std::optional<Json> reference{};
  // One of [1,2,3].
  std::optional<std::int64_t> numbers{};
  // Always 5.
  std::optional<std::int64_t> fixed{};
  // Elements at fixed positions are not expressed.
  std::optional<std::vector<Json>> pair{};
  // The types of further members are not expressed.
  std::optional<Json> map{};
  // The schema allows no value at all.
  std::optional<Json> never{};
  std::optional<Json> always{};
};
inline void to_json(Json& json, const SampleWideParams& value) {
  json = Json::object();
  detail::PutOptional(json, "choice", value.choice);
  detail::PutOptional(json, "several", value.several);
  detail::PutOptional(json, "reference", value.reference);
  detail::PutOptional(json, "numbers", value.numbers);
  detail::PutOptional(json, "fixed", value.fixed);
  detail::PutOptional(json, "pair", value.pair);
  detail::PutOptional(json, "map", value.map);
  detail::PutOptional(json, "never", value.never);
  detail::PutOptional(json, "always", value.always);
}
inline void from_json(const Json& json, SampleWideParams& value) {
  detail::GetOptional(json, "choice", value.choice);
  detail::GetOptional(json, "several", value.several);
  detail::GetOptional(json, "reference", value.reference);
  detail::GetOptional(json, "numbers", value.numbers);
  detail::GetOptional(json, "fixed", value.fixed);
  detail::GetOptional(json, "pair", value.pair);
  detail::GetOptional(json, "map", value.map);
  detail::GetOptional(json, "never", value.never);
  detail::GetOptional(json, "always", value.always);
}

// Parameters of sample.follow.
struct SampleFollowParams {
  std::optional<std::int64_t> from{};
};
inline void to_json(Json& json, const SampleFollowParams& value) {
  json = Json::object();
  detail::PutOptional(json, "from", value.from);
}
inline void from_json(const Json& json, SampleFollowParams& value) {
  detail::GetOptional(json, "from", value.from);
}

// Result of sample.follow.
struct SampleFollowResult {
  std::int64_t last = 0;
};
inline void to_json(Json& json, const SampleFollowResult& value) {
  json = Json::object();
  detail::Put(json, "last", value.last);
}
inline void from_json(const Json& json, SampleFollowResult& value) {
  detail::Get(json, "last", value.last);
}

// Progress of sample.follow.
struct SampleFollowProgress {
  std::vector<std::string> lines;
  // where it is
  std::optional<std::int64_t> at{};
};
inline void to_json(Json& json, const SampleFollowProgress& value) {
  json = Json::object();
  detail::Put(json, "lines", value.lines);
  detail::PutOptional(json, "at", value.at);
}
inline void from_json(const Json& json, SampleFollowProgress& value) {
  detail::Get(json, "lines", value.lines);
  detail::GetOptional(json, "at", value.at);
}

// Parameters of other.steps.
struct OtherStepsParams {
  std::optional<std::int64_t> count{};
};
inline void to_json(Json& json, const OtherStepsParams& value) {
  json = Json::object();
  detail::PutOptional(json, "count", value.count);
}
inline void from_json(const Json& json, OtherStepsParams& value) {
  detail::GetOptional(json, "count", value.count);
}

// The methods of sample. The client must outlive it.
class SampleMethods {
 public:
  explicit SampleMethods(Client& client) : client_(&client) {}

  // sample.kinds: Takes and gives a value of every kind.
  SampleKindsResult Kinds(const SampleKindsParams& params, const CallOptions& options = {}) {
    return detail::Converter<SampleKindsResult>::From(client_->Call("sample.kinds", Json(params), options));
  }

  // sample.none: Takes nothing and gives nothing.
  void None(const CallOptions& options = {}) {
    client_->Call("sample.none", nullptr, options);
  }

  // sample.list: Gives a list.
  std::vector<SampleListResultItem> List(const SampleListParams& params = {}, const CallOptions& options = {}) {
    return detail::Converter<std::vector<SampleListResultItem>>::From(client_->Call("sample.list", Json(params), options));
  }

  // sample.maybe: Gives a number or null. null: there is none
  std::optional<std::int64_t> Maybe(const CallOptions& options = {}) {
    return detail::Converter<std::optional<std::int64_t>>::From(client_->Call("sample.maybe", nullptr, options));
  }

  // sample.wide: Has schemas that no type says. The schema's "allOf" is not expressed.
  Json Wide(const SampleWideParams& params = {}, const CallOptions& options = {}) {
    return client_->Call("sample.wide", Json(params), options);
  }

  // sample.follow: Goes on and on.
  // Passes its results piece by piece to `progress`, on this thread.
  // It continues until options.stop ends it or options.timeout expires.
  SampleFollowResult Follow(const SampleFollowParams& params, const std::function<void(const SampleFollowProgress&)>& progress, const CallOptions& options = {}) {
    return detail::Converter<SampleFollowResult>::From(client_->Call("sample.follow", Json(params), detail::WithProgress(progress, options)));
  }

 private:
  Client* client_;
};

// The methods of other. The client must outlive it.
class OtherMethods {
 public:
  explicit OtherMethods(Client& client) : client_(&client) {}

  // other.progress: Has no parameters of its own.
  // Reports its progress to `progress`, on this thread. per cent
  Json Progress(const std::function<void(const std::int64_t&)>& progress = {}, const CallOptions& options = {}) {
    return client_->Call("other.progress", nullptr, detail::WithProgress(progress, options));
  }

  // alone: Has no namespace.
  bool Alone(const CallOptions& options = {}) {
    return detail::Converter<bool>::From(client_->Call("alone", nullptr, options));
  }

  // other.steps: Reports anything.
  // Returns its results, or passes them piece by piece to `progress`, on this thread, if that is
  // given.
  Json Steps(const OtherStepsParams& params = {}, const std::function<void(const Json&)>& progress = {}, const CallOptions& options = {}) {
    return client_->Call("other.steps", Json(params), detail::WithProgress(progress, options));
  }

 private:
  Client* client_;
};

// All methods over one client, which must outlive this. Threads: as for the client's functions.
class Service {
 public:
  explicit Service(Client& client) : sample(client), other(client) {}

  SampleMethods sample;
  OtherMethods other;
};

}  // namespace company::sample
