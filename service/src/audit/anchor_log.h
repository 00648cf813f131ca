#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_chain.h"

namespace onbehalf::service {

// Where the audit's chain stood at some time, kept where those who can change the audit's files cannot change
// it.
struct AuditAnchor {
  AuditHead head;
  std::string file;  // the file of the line that the head is
};

// Keeps anchors. Any thread.
class AnchorLog {
 public:
  struct Reading {
    std::vector<AuditAnchor> anchors;  // oldest first
    std::string fault;                 // why they could not be read; empty if they could
    // Audits in other folders, or others who may write there, may have anchored there as well: those of another
    // chain tell nothing of this one.
    bool is_shared = false;
  };

  virtual ~AnchorLog() = default;
  // Must not be called while impersonating. False when it was not taken.
  [[nodiscard]] virtual bool Write(const AuditAnchor& anchor) = 0;
  virtual Reading Read() = 0;
};

// Anchors as events (Event::kAuditAnchor) of a source: kAuditSource has a log of its own where install.cmd
// has made it, into which only the service may write; without that log Windows puts the events of this name
// into the Application log, where everybody may write.
class EventLogAnchors final : public AnchorLog {
 public:
  // `source` must live as long as the object: a constant.
  explicit EventLogAnchors(const wchar_t* source);

  bool Write(const AuditAnchor& anchor) override;
  // The newest kMaxAnchors.
  Reading Read() override;

  static constexpr std::size_t kMaxAnchors = 100'000;

 private:
  const wchar_t* const source_;
};

}  // namespace onbehalf::service
