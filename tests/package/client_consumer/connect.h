#pragma once

#include <onbehalf/client/client.h>

#include <string>

// Connects to a service of this user.
onbehalf::client::Client ConnectTo(const std::string& pipe);
