#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit.h"
#include "audit/audit_verification.h"
#include "audit_lines.h"
#include "intercepted_files.h"
#include "temporary_folder.h"

namespace onbehalf::test {

// Anchors in memory.
class MemoryAnchors final : public service::AnchorLog {
 public:
  bool Write(const service::AuditAnchor& anchor) override {
    const std::lock_guard lock(mutex_);
    if (refuses) return false;
    anchors_.push_back(anchor);
    return true;
  }
  Reading Read() override {
    const std::lock_guard lock(mutex_);
    return {anchors_, fault, is_shared};
  }
  // "audit-2026-11-22.jsonl 3"
  std::vector<std::string> Places() {
    std::vector<std::string> places;
    for (const service::AuditAnchor& anchor : Read().anchors) {
      places.push_back(anchor.file + " " + std::to_string(anchor.head.seq));
    }
    return places;
  }

  std::atomic<bool> refuses{false};
  std::string fault;
  bool is_shared = false;

 private:
  std::mutex mutex_;
  std::vector<service::AuditAnchor> anchors_;
};

// An audit in a folder of its own; the test supplies its clock, anchors, files and events.
class AuditFolder {
 public:
  struct Reported {
    service::Event event;
    std::vector<std::string> strings;
  };

  AuditFolder() {
    using namespace std::chrono_literals;
    options.now = [this] { return now.load(); };
    options.anchors = anchors;
    options.files = &files;
    options.report = [this](service::Event event, std::initializer_list<std::string_view> strings) {
      reported_.push_back({event, {strings.begin(), strings.end()}});
    };
    now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h;
  }

  // Opened with `options` at the first use.
  service::Audit& audit() {
    if (!audit_) audit_.emplace(folder_.path(), options);
    return *audit_;
  }
  void Stop() { audit_.reset(); }
  // The events reported so far.
  const std::vector<Reported>& reported() {
    if (audit_) audit_->Flush();
    return reported_;
  }

  // Writes `lines` outcomes with requests "1", "2", ..., numbered on from earlier ones; true if all were
  // written.
  bool Write(int lines) {
    bool written = true;
    for (int i = 0; i < lines; ++i) {
      const std::string request = std::to_string(++last_);
      service::AuditOutcome outcome;
      outcome.request_id = request;
      outcome.method = "test.method";
      outcome.outcome = "ok";
      written = audit().Record(outcome) && written;
    }
    return written;
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path File(std::string_view name) const { return path() / std::string(name); }
  std::string Read(std::string_view name) const { return ReadAll(File(name)); }
  std::vector<protocol::Json> Records(std::string_view name) const { return JsonLines(File(name)); }
  std::vector<std::string> LinesOf(std::string_view name) const { return Lines(Read(name)); }
  // Replaces a file's content with these lines, each of which ends in a newline.
  void Replace(std::string_view name, const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    WriteAll(File(name), text);
  }
  // The names of the files, sorted.
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  service::AuditVerification Verify() { return service::VerifyAudit(path(), anchors->Read()); }
  // "audit-2026-11-22.jsonl 3: ...", or "ok".
  std::string Problem() {
    const service::AuditVerification result = Verify();
    if (!result.problem) return "ok";
    return result.problem->file + " " + std::to_string(result.problem->line) + ": " + result.problem->what;
  }

  std::atomic<std::chrono::system_clock::time_point> now;
  const std::shared_ptr<MemoryAnchors> anchors = std::make_shared<MemoryAnchors>();
  InterceptedFiles files;
  service::AuditOptions options;

 private:
  std::vector<Reported> reported_;  // before audit_, which appends to it until it is destroyed
  TemporaryFolder folder_;
  std::optional<service::Audit> audit_;
  int last_ = 0;
};

}  // namespace onbehalf::test
