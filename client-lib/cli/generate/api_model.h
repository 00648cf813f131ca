#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli::generate {

using client::Json;

// What rpc.discover (or the file in its place) says is no OpenRPC, or no JSON Schema. what() names the method
// and the member.
class DocumentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ApiMember;

// What a JSON value may be, as far as all of the languages can say it. What a schema says beyond that is in
// `remark`.
struct Type {
  enum class Kind { kAny, kNull, kBoolean, kInteger, kNumber, kString, kEnum, kArray, kObject };

  Kind kind = Kind::kAny;
  bool nullable = false;  // may be null as well; never set for kAny and kNull, which may be so anyway
  std::vector<std::string> words;  // of kEnum: at least one, each once
  std::vector<Type> element;       // of kArray: exactly one
  std::vector<ApiMember> members;  // of kObject; none: any object
  std::string name;                // of what IsNamed, once NameTypes has run
  std::string summary;             // what the schema says about it; may be empty
  std::string remark;              // what of the schema is not expressed; empty: nothing

  // Whether the languages declare it under a name of its own.
  bool IsNamed() const { return kind == Kind::kEnum || (kind == Kind::kObject && !members.empty()); }
};

struct ApiMember {
  std::string name;  // in JSON
  std::string summary;
  bool required = false;
  Type type;
};

// The $/progress of a method.
struct ApiProgress {
  bool is_stream = false;  // the method's results come so, and it refuses a call without a token for them
  bool is_optional_stream = false;  // they come so if there is a token for them, and otherwise in the answer
  Type value;
};

struct ApiMethod {
  std::string name;  // "identity.whoami"
  std::string summary;
  Type params;  // kObject; without members: the method takes none
  Type result;
  std::optional<ApiProgress> progress;

  bool IsStream() const { return progress && progress->is_stream; }
  // Whether it can be called without any parameter.
  bool NeedsParams() const {
    for (const ApiMember& member : params.members) {
      if (member.required) return true;
    }
    return false;
  }
};

// The methods of a service, in the order of its document.
struct Api {
  std::string title;
  std::string version;
  std::vector<ApiMethod> methods;
};

}  // namespace onbehalf::cli::generate
