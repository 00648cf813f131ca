#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor_log.h"
#include "audit/audit_chain.h"
#include "audit/audit_file_name.h"
#include "audit/audit_hasher.h"
#include "audit/audit_line.h"
#include "audit/audit_walk.h"
#include "memory_bytes.h"

namespace onbehalf::test {

// The files of an audit in memory, sealed as the service seals them.
class MemoryAudit final : public service::AuditFileSource {
 public:
  MemoryAudit() { head_.chain = *service::AuditChainId::FromText("0123456789abcdef"); }

  std::vector<service::AuditFileName> List() override {
    std::vector<service::AuditFileName> names;
    for (const auto& [name, text] : files) names.push_back(name);
    if (!missing.empty()) names.push_back(*service::AuditFileName::FromText(missing));
    return names;
  }
  std::unique_ptr<service::ByteSource> Open(const service::AuditFileName& name) override {
    const auto file = files.find(name);
    return file == files.end() ? nullptr : std::make_unique<MemoryBytes>(file->second);
  }

  // The lines that follow are of this file.
  void Begin(std::string_view name) {
    text_ = &files[*service::AuditFileName::FromText(name)];
    is_first_ = true;
  }
  // An event with one member.
  void Add(std::string_view event, std::string_view name, std::string_view value) {
    service::LongAuditLine line(std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}, event);
    line.Text(name, value, value.size());
    head_ = service::Seal(line, head_, is_first_, hasher_);
    is_first_ = false;
    *text_ += line.view();
  }
  void AddRaw(std::string_view text) { *text_ += text; }

  std::string& text(std::string_view name) { return files.at(*service::AuditFileName::FromText(name)); }
  const service::AuditHead& head() const { return head_; }

  std::map<service::AuditFileName, std::string> files;
  // One that is listed and gone when it is opened.
  std::string missing;

 private:
  service::AuditHasher hasher_;
  service::AuditHead head_;
  std::string* text_ = nullptr;
  bool is_first_ = true;
};

}  // namespace onbehalf::test
