#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli::generate {

using client::Json;

// rpc.discover's document (or the file in its place) is not valid OpenRPC, or a schema in it not valid JSON
// Schema. what() names the method and the member.
class DocumentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ApiMember;

// The type of a JSON value, as far as every target language can express it. `remark` says what else the
// schema requires.
struct Type {
  enum class Kind { kAny, kNull, kBoolean, kInteger, kNumber, kString, kEnum, kArray, kObject };

  Kind kind = Kind::kAny;
  bool nullable = false;           // null is allowed too; never set for kAny and kNull, which include it
  std::vector<std::string> words;  // of kEnum: at least one, no duplicates
  std::vector<Type> element;       // of kArray: exactly one
  std::vector<ApiMember> members;  // of kObject; empty: any object
  std::string name;                // set by NameTypes for types that IsNamed
  std::string summary;             // the schema's description; may be empty
  std::string remark;              // what the schema says beyond this type; may be empty

  // Whether the languages declare it as a named type.
  bool IsNamed() const { return kind == Kind::kEnum || (kind == Kind::kObject && !members.empty()); }
};

struct ApiMember {
  std::string name;  // in JSON
  std::string summary;
  bool required = false;
  Type type;
};

// A method's $/progress.
struct ApiProgress {
  bool is_stream = false;  // results arrive only as progress; a call without a progress token is rejected
  bool is_optional_stream = false;  // results arrive as progress if the call has a token
  Type value;
};

struct ApiMethod {
  std::string name;  // "identity.whoami"
  std::string summary;
  Type params;  // kObject; without members: the method takes no parameters
  Type result;
  std::optional<ApiProgress> progress;

  bool IsStream() const { return progress && progress->is_stream; }
  // Whether the method can be called without parameters.
  bool NeedsParams() const {
    for (const ApiMember& member : params.members) {
      if (member.required) return true;
    }
    return false;
  }
};

// The methods of a service, in the order of rpc.discover's document.
struct Api {
  std::string title;
  std::string version;
  std::vector<ApiMethod> methods;
};

}  // namespace onbehalf::cli::generate
