#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "audit/anchor_log.h"
#include "audit/audit_walk.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Verifies all files in `folder` (WalkAudit). If a file is removed in the meantime, the walk restarts. Throws
// win32::Win32Error(ERROR_CANCELLED) if `stop` is requested, and for a folder or file that cannot be read.
AuditVerification VerifyAudit(const std::filesystem::path& folder, const AnchorLog::Reading& anchors,
                              const std::optional<AuditAnchor>& head = std::nullopt,
                              const std::stop_token& stop = {},
                              std::uint32_t keep_days = Settings::Audit{}.keep_days,
                              const std::function<void(const AuditVerificationProgress&)>& on_progress = {});

}  // namespace onbehalf::service
