#include "connect.h"

#ifdef INCLUDE_NLOHMANN_JSON_HPP_
#error "the client's header includes the whole of nlohmann/json"
#endif

onbehalf::client::Client ConnectTo(const std::string& pipe) {
  onbehalf::client::Options options;
  options.pipe = pipe;
  options.trust = onbehalf::client::Trust::kSameUser;
  return onbehalf::client::Client::Connect(options);
}
