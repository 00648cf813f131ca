#include "file_read.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "client_cost.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "service/temporary_folder.h"

namespace onbehalf::bench {
namespace {

using Clock = std::chrono::steady_clock;
using client::Client;
using nlohmann::json;

constexpr int kRuns = 5;
constexpr std::size_t kMiB = 1024 * 1024;

// Lines of text, like a log's: a direct read does not care, JSON does.
void WriteLines(const std::filesystem::path& file, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += "2026-01-02T03:04:05.678Z INFO a line of a log with \"quotes\" number=" +
            std::to_string(text.size()) + "\n";
  text.resize(bytes);
  test::WriteAll(file, text);
}

std::size_t ReadDirectly(const std::filesystem::path& file) {
  const win32::UniqueFile opened(
      ::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
  if (!opened) win32::ThrowLastError("CreateFileW");
  std::vector<char> buffer(kMiB);
  std::size_t bytes = 0;
  for (;;) {
    DWORD read = 0;
    if (!::ReadFile(opened.get(), buffer.data(), static_cast<DWORD>(buffer.size()), &read, nullptr))
      win32::ThrowLastError("ReadFile");
    if (read == 0) return bytes;
    bytes += read;
  }
}

std::size_t ReadThroughService(Client& service, const std::string& file, bool as_base64) {
  std::size_t bytes = 0;
  client::CallOptions options;
  options.timeout = std::chrono::minutes(10);
  options.progress = [&](const client::Json& piece) {
    const auto& data = piece.at("data").get_ref<const std::string&>();
    if (!as_base64) {
      bytes += data.size();
      return;
    }
    const auto decoded = protocol::FromBase64(data);
    if (!decoded) throw std::runtime_error("a piece is not base64");
    bytes += decoded->size();
  };
  service.Call("file.read", {{"path", file}, {"encoding", as_base64 ? "base64" : "text"}}, options);
  return bytes;
}

// MiB per second.
double Rate(std::size_t bytes, const std::function<std::size_t()>& read) {
  const auto begun = Clock::now();
  if (read() != bytes) throw std::runtime_error("the file was not read completely");
  return static_cast<double>(bytes) / kMiB / std::chrono::duration<double>(Clock::now() - begun).count();
}

double Middle(std::vector<double> rates) {
  std::nth_element(rates.begin(), rates.begin() + kRuns / 2, rates.end());
  return rates[kRuns / 2];
}

}  // namespace

json MeasureFileRead(const std::string& path, std::size_t mebibytes) {
  Client service = Connect(path);
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / L"lines";
  const std::string text = win32::ToUtf8(file.native());
  const std::size_t bytes = mebibytes * kMiB;
  WriteLines(file, bytes);

  std::vector<double> direct;
  std::vector<double> base64;
  std::vector<double> as_text;
  for (int run = 0; run < kRuns; ++run) {
    direct.push_back(Rate(bytes, [&] { return ReadDirectly(file); }));
    base64.push_back(Rate(bytes, [&] { return ReadThroughService(service, text, true); }));
    as_text.push_back(Rate(bytes, [&] { return ReadThroughService(service, text, false); }));
  }
  const double yardstick = Middle(direct);
  std::printf("\nA file of %zu MiB; median of %d runs\n\n%-28s %10s %10s\n", mebibytes, kRuns, "read",
              "MiB/s", "ratio");
  std::printf("%-28s %10.1f\n", "directly", yardstick);
  std::printf("%-28s %10.1f %9.1fx\n", "file.read, base64", Middle(base64), yardstick / Middle(base64));
  std::printf("%-28s %10.1f %9.1fx\n", "file.read, text", Middle(as_text), yardstick / Middle(as_text));
  return {{"mebibytes", mebibytes},
          {"direct_mib_per_second", yardstick},
          {"base64_mib_per_second", Middle(base64)},
          {"text_mib_per_second", Middle(as_text)}};
}

}  // namespace onbehalf::bench
