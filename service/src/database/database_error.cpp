#include "database/database_error.h"

#include <utility>

#include "database/connection_string.h"
#include "onbehalf/protocol/json_object.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Json;

constexpr const char* kNoConnection = "The service has no connection to the database.";

template <typename Message>
Error Made(const OdbcError& error, Message message_of) {
  Json diagnostics = Json::array();
  for (const OdbcDiagnostic& one : error.diagnostics()) {
    diagnostics.push_back(protocol::MakeObject(
        {{"sqlstate", one.sqlstate}, {"native", one.native}, {"message", message_of(one)}}));
  }
  const Json first = diagnostics.front();
  Error answer;
  answer.code = ErrorCode::kDatabaseError;
  answer.message = first.at("message").get<std::string>();
  answer.data = first;
  answer.data["operation"] = error.operation();
  answer.data["diagnostics"] = std::move(diagnostics);
  return answer;
}

}  // namespace

Error ToError(const OdbcError& error, std::string_view connection) {
  if (error.IsConnectionLost()) return NoConnection(error);
  return Made(error, [&](const OdbcDiagnostic& one) { return WithoutSecrets(one.message, connection); });
}

Error NoConnection(const OdbcError& error) {
  return Made(error, [](const OdbcDiagnostic&) { return std::string(kNoConnection); });
}

}  // namespace onbehalf::service
