// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// How a JSON value passes between the compiled library, which contains one version of nlohmann/json, and a program
// with another version or another type with the same interface (nlohmann::ordered_json): neither type appears in the
// interface between them. Not for use by programs.
namespace onbehalf::client {

// Receives the parts of a value in the order of its text: a scalar, or the start of an array or object, its contents
// (for objects each member's name before its value), and its end.
class JsonEvents {
 public:
  virtual void Null() = 0;
  virtual void Boolean(bool value) = 0;
  virtual void Integer(std::int64_t value) = 0;
  virtual void Unsigned(std::uint64_t value) = 0;
  virtual void Number(double value) = 0;
  virtual void String(std::string value) = 0;
  virtual void BeginArray() = 0;
  virtual void EndArray() = 0;
  virtual void BeginObject() = 0;
  virtual void Name(std::string name) = 0;
  virtual void EndObject() = 0;

 protected:
  JsonEvents() = default;
  JsonEvents(const JsonEvents&) = default;
  JsonEvents& operator=(const JsonEvents&) = default;
  ~JsonEvents() = default;
};

// Reports `value` to `events`; strings are moved out of it if it is an rvalue. Throws std::invalid_argument for what
// JSON cannot represent.
template <typename Value>
void TellEvents(Value&& value, JsonEvents& events) {
  using J = std::remove_cvref_t<Value>;
  using Kind = typename J::value_t;
  // Moves from an element exactly if this value may be moved from.
  const auto tell = [&events](auto& element) {
    if constexpr (std::is_lvalue_reference_v<Value>) {
      TellEvents(element, events);
    } else {
      TellEvents(std::move(element), events);
    }
  };
  switch (value.type()) {
    case Kind::null:
      return events.Null();
    case Kind::boolean:
      return events.Boolean(value.template get<bool>());
    case Kind::number_integer:
      return events.Integer(value.template get<std::int64_t>());
    case Kind::number_unsigned:
      return events.Unsigned(value.template get<std::uint64_t>());
    case Kind::number_float:
      return events.Number(value.template get<double>());
    case Kind::string:
      if constexpr (std::is_lvalue_reference_v<Value>) {
        return events.String(value.template get_ref<const std::string&>());
      } else {
        return events.String(std::move(value.template get_ref<std::string&>()));
      }
    case Kind::array:
      events.BeginArray();
      for (auto& element : value) tell(element);
      return events.EndArray();
    case Kind::object:
      events.BeginObject();
      for (auto member = value.begin(); member != value.end(); ++member) {
        events.Name(member.key());
        tell(member.value());
      }
      return events.EndObject();
    case Kind::binary:
    case Kind::discarded:
      break;
  }
  throw std::invalid_argument("a value that JSON cannot represent");
}

// Builds the value from the events.
template <typename J>
class JsonBuilder final : public JsonEvents {
 public:
  J Take() { return std::move(root_); }

  void Null() override { Add(J(nullptr)); }
  void Boolean(bool value) override { Add(J(value)); }
  void Integer(std::int64_t value) override { Add(J(value)); }
  void Unsigned(std::uint64_t value) override { Add(J(value)); }
  void Number(double value) override { Add(J(value)); }
  void String(std::string value) override { Add(J(std::move(value))); }
  void BeginArray() override { open_.push_back(&Add(J(J::value_t::array))); }
  void EndArray() override { open_.pop_back(); }
  void BeginObject() override { open_.push_back(&Add(J(J::value_t::object))); }
  void Name(std::string name) override { name_ = std::move(name); }
  void EndObject() override { open_.pop_back(); }

 private:
  J& Add(J value) {
    if (open_.empty()) return root_ = std::move(value);
    if (auto* array = open_.back()->template get_ptr<typename J::array_t*>()) {
      array->push_back(std::move(value));
      return array->back();
    }
    auto& object = open_.back()->template get_ref<typename J::object_t&>();
    return object.emplace(std::move(name_), std::move(value)).first->second;
  }

  J root_;
  std::vector<J*> open_;  // containers stay in place while open: their parent does not grow
  std::string name_;      // of the member whose value comes next
};

// A value of any such type, or null.
class AnyJson {
 public:
  AnyJson() = default;
  template <typename J>
  static AnyJson Holding(J value) {
    return AnyJson(std::make_unique<SourceOf<J>>(std::move(value)));
  }
  // Refers to a value that must outlive this and not change.
  template <typename J>
  static AnyJson Of(const J& value) {
    return AnyJson(std::make_unique<SourceOf<const J&>>(value));
  }

  // Converts to the requested type.
  template <typename J>
  J To() && {
    if (!source_) return J(nullptr);
    JsonBuilder<J> builder;
    source_->MoveTo(builder);
    return builder.Take();
  }
  template <typename J>
  J To() const& {
    if (!source_) return J(nullptr);
    JsonBuilder<J> builder;
    source_->CopyTo(builder);
    return builder.Take();
  }

 private:
  class Source {
   public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;
    virtual void MoveTo(JsonEvents& events) = 0;
    virtual void CopyTo(JsonEvents& events) const = 0;
  };
  // `Stored` is a JSON type or a reference to a constant one.
  template <typename Stored>
  class SourceOf final : public Source {
   public:
    explicit SourceOf(Stored&& value) : value_(std::forward<Stored>(value)) {}
    void MoveTo(JsonEvents& events) override { TellEvents(std::forward<Stored>(value_), events); }
    void CopyTo(JsonEvents& events) const override { TellEvents(std::as_const(value_), events); }

   private:
    Stored value_;
  };

  explicit AnyJson(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  std::unique_ptr<Source> source_;
};

}  // namespace onbehalf::client
