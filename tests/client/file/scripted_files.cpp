#include "client/file/scripted_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

using Json = ScriptedFiles::Json;

namespace {

Json StateOf(const ScriptedFiles::File& file) {
  return {{"id", file.id},
          {"modified", "2026-01-02T03:04:05." + std::to_string(100 + file.version) + "Z"},
          {"size", file.bytes.size()}};
}

std::string Sha256Of(std::string_view bytes) { return protocol::ToHex(win32::Sha256().Of({bytes})); }

// The bytes of a file that `offset` and `length` select.
std::string_view RangeOf(const ScriptedFiles::File& file, const Json& params) {
  const auto offset = params.value("offset", std::size_t{0});
  const std::string_view rest = std::string_view(file.bytes).substr(std::min(offset, file.bytes.size()));
  return rest.substr(0, params.value("length", rest.size()));
}

}  // namespace

Json WindowsError(int code, const std::string& name) {
  return {{"error",
           {{"code", -32015},
            {"message", "Windows refused it."},
            {"data", {{"code", code}, {"name", name}, {"operation", "NtCreateFile"}}}}}};
}

void ScriptedFiles::Put(const std::string& path, std::string bytes, const std::string& type) {
  files[path] = {std::move(bytes), "1:" + std::to_string(++ids_), 1, type};
}

std::vector<std::string> ScriptedFiles::methods() const {
  std::vector<std::string> names;
  for (const Json& request : requests_) names.push_back(request.at("method"));
  return names;
}

std::vector<Json> ScriptedFiles::ParamsOf(const std::string& method) const {
  std::vector<Json> all;
  for (const Json& request : requests_) {
    if (request.at("method") == method) all.push_back(request.at("params"));
  }
  return all;
}

FakeServer::Script ScriptedFiles::Script() {
  return [this](FakeServer::Session& session) { Serve(session); };
}

void ScriptedFiles::Serve(FakeServer::Session& session) {
  for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
    if (!request.contains("id")) continue;
    requests_.push_back(request);
    Json answer = Answer(session, request);
    if (after) after(request, answer);
    answer["jsonrpc"] = "2.0";
    answer["id"] = request.at("id");
    session.Send(answer);
  }
}

Json ScriptedFiles::Answer(FakeServer::Session& session, const Json& request) {
  if (before) {
    if (std::optional<Json> answer = before(request)) return *std::move(answer);
  }
  return Done(session, request.at("method"), request.at("params"));
}

Json ScriptedFiles::Done(FakeServer::Session& session, const std::string& method, const Json& params) {
  if (method == "file.write") return Write(params);
  const std::string path = params.at(method == "file.move" || method == "file.copy" ? "from" : "path");
  const auto found = files.find(path);
  if (found == files.end()) return WindowsError(ERROR_FILE_NOT_FOUND, "ERROR_FILE_NOT_FOUND");
  const File& file = found->second;
  if (method == "file.stat") {
    Json stat = StateOf(file);
    stat["path"] = path;
    stat["type"] = file.type;
    return {{"result", std::move(stat)}};
  }
  if (method == "file.checksum") {
    const std::string_view range = RangeOf(file, params);
    Json result = StateOf(file);
    result.update(
        {{"sha256", Sha256Of(range)}, {"bytes", range.size()}, {"offset", params.value("offset", 0)}});
    return {{"result", std::move(result)}};
  }
  if (method == "file.read") return Read(session, file, params);
  if (method == "file.delete") {
    files.erase(found);
    return {{"result", Json::object()}};
  }
  if (method == "file.copy") {
    const std::string to = params.at("to");
    if (files.contains(to) && params.at("replace") != true)
      return WindowsError(ERROR_FILE_EXISTS, "ERROR_FILE_EXISTS");
    const std::string bytes = file.bytes;
    session.Send({{"jsonrpc", "2.0"},
                  {"method", "$/progress"},
                  {"params",
                   {{"token", params.at("progressToken")},
                    {"value", {{"done", bytes.size()}, {"total", bytes.size()}}}}}});
    Put(to, bytes);
    return {{"result", {{"bytes", bytes.size()}}}};
  }
  if (method == "file.move") {
    const std::string to = params.at("to");
    if (files.contains(to) && params.at("replace") != true) {
      return WindowsError(ERROR_ALREADY_EXISTS, "ERROR_ALREADY_EXISTS");
    }
    File moved = std::move(found->second);
    files.erase(found);
    files[to] = std::move(moved);
    return {{"result", {{"path", to}}}};
  }
  return {{"error", {{"code", -32601}, {"message", "There is no such method."}}}};
}

Json ScriptedFiles::Read(FakeServer::Session& session, const File& file, const Json& params) {
  const std::string bytes(RangeOf(file, params));
  const auto offset = params.value("offset", std::size_t{0});
  for (std::size_t at = 0, count = 0; at < bytes.size(); at += piece_bytes, ++count) {
    const std::string part = bytes.substr(at, piece_bytes);
    Json piece = {{"data", protocol::ToBase64(part)}, {"offset", offset + at}, {"bytes", part.size()}};
    if (on_piece && !on_piece(piece, static_cast<int>(count))) {
      // Null: the client is gone.
      const Json cancel = session.ReadRequest();
      EXPECT_TRUE(cancel.is_null() || cancel.value("method", "") == "$/cancelRequest") << cancel;
      return {{"error", {{"code", client::kRequestCancelled}, {"message", "The request was cancelled."}}}};
    }
    session.Send({{"jsonrpc", "2.0"},
                  {"method", "$/progress"},
                  {"params", {{"token", params.at("progressToken")}, {"value", std::move(piece)}}}});
  }
  Json result = StateOf(file);
  result.update({{"sha256", Sha256Of(bytes)},
                 {"bytes", bytes.size()},
                 {"offset", offset},
                 {"end", offset + bytes.size() == file.bytes.size()},
                 {"encoding", "base64"}});
  return {{"result", std::move(result)}};
}

Json ScriptedFiles::Write(const Json& params) {
  const std::string path = params.at("path");
  std::string data = params.at("data");
  if (params.value("encoding", "text") == "base64") data = protocol::FromBase64(data).value();
  if (params.at("mode") == "create") {
    if (files.contains(path)) return WindowsError(ERROR_FILE_EXISTS, "ERROR_FILE_EXISTS");
    Put(path, data);
  } else {
    const auto found = files.find(path);
    if (found == files.end() || Json(found->second.id) != params.at("if_id")) {
      return {{"error", {{"code", -32602}, {"message", "if_id: the file at the path has a different id"}}}};
    }
    File& file = found->second;
    const std::size_t offset = params.at("offset");
    if (file.bytes.size() < offset + data.size()) file.bytes.resize(offset + data.size());
    file.bytes.replace(offset, data.size(), data);
    ++file.version;
  }
  Json result = StateOf(files.at(path));
  result["bytes"] = data.size();
  return {{"result", std::move(result)}};
}

}  // namespace onbehalf::test
