#pragma once

#include <onbehalf/client/client.h>

#include <string>

// To a service of this user's.
onbehalf::client::Client ConnectTo(const std::string& pipe);
