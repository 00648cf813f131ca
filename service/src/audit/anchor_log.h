#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_chain.h"

namespace onbehalf::service {

// A position of the audit's chain at some time, kept where those who can change the audit's files cannot change it.
struct AuditAnchor {
  AuditHead head;
  std::string file;  // the file that contains the head's line
};

// Stores anchors. Any thread.
class AnchorLog {
 public:
  struct Reading {
    std::vector<AuditAnchor> anchors;  // oldest first
    std::string fault;                 // why they could not be read; empty if they could
    // Audits in other folders, or others who may write there, may have written anchors too: anchors of another chain say nothing
    // about this one.
    bool is_shared = false;
  };

  virtual ~AnchorLog() = default;
  // Must not be called while impersonating. Returns false if the anchor was not stored.
  [[nodiscard]] virtual bool Write(const AuditAnchor& anchor) = 0;
  virtual Reading Read() = 0;
};

// Anchors as events (Event::kAuditAnchor) of a source. If install.cmd has registered it, ServiceName::AuditEventSource has its own
// log, to which only the service may write; otherwise Windows puts its events into the Application log, where everybody may write.
class EventLogAnchors final : public AnchorLog {
 public:
  // kAudit: only the service's audit writes events of this source. kShared: others may.
  enum class Source { kAudit, kShared };
  EventLogAnchors(std::string name, Source source);

  bool Write(const AuditAnchor& anchor) override;
  // Returns the newest kMaxAnchors.
  Reading Read() override;

  static constexpr std::size_t kMaxAnchors = 100'000;

 private:
  const std::string name_;
  const Source source_;
};

}  // namespace onbehalf::service
