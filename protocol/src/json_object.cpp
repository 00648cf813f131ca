#include "onbehalf/protocol/json_object.h"

#include <utility>

namespace onbehalf::protocol {

Json JsonMember::Take() const {
  switch (kind_) {
    case Kind::kNull:
      return nullptr;
    case Kind::kBoolean:
      return value_.boolean;
    case Kind::kSigned:
      return value_.number;
    case Kind::kUnsigned:
      return value_.count;
    case Kind::kReal:
      return value_.real;
    case Kind::kText:
      return value_.text;
    case Kind::kCopied:
      return *value_.copied;
    case Kind::kMoved:
      break;
  }
  return std::move(*value_.moved);
}

Json MakeObject(std::initializer_list<JsonMember> members) {
  Json object = Json::object();
  auto& all = object.get_ref<Json::object_t&>();
  for (const JsonMember& member : members) all.emplace(member.name_, member.Take());
  return object;
}

}  // namespace onbehalf::protocol
