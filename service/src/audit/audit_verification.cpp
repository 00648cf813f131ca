#include "audit/audit_verification.h"

#include <memory>
#include <utility>
#include <vector>

#include "audit/audit_files.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// How often the walk restarts because the service has removed a listed file in the meantime.
constexpr int kTries = 4;

class FolderFiles final : public AuditFileSource {
 public:
  explicit FolderFiles(const std::filesystem::path& folder) : folder_(folder) {}

  std::vector<AuditFileName> List() override {
    std::vector<AuditFileName> names;
    for (AuditFile& file : ListAuditFiles(folder_)) names.push_back(std::move(file.name));
    return names;
  }
  std::unique_ptr<ByteSource> Open(const AuditFileName& name) override {
    return OpenAuditFileIfThere(folder_, name);
  }

 private:
  const std::filesystem::path& folder_;
};

}  // namespace

AuditVerification VerifyAudit(const std::filesystem::path& folder, const AnchorLog::Reading& anchors,
                              const std::optional<AuditAnchor>& head, const std::stop_token& stop,
                              std::uint32_t keep_days,
                              const std::function<void(const AuditVerificationProgress&)>& on_progress) {
  FolderFiles files(folder);
  const AuditWalkOptions options{anchors, head, keep_days, stop, on_progress};
  for (int left = kTries; left > 0; --left) {
    AuditVerification result;
    switch (WalkAudit(files, options, result)) {
      case AuditWalkEnd::kDone:
        return result;
      case AuditWalkEnd::kStopped:
        throw win32::Win32Error(ERROR_CANCELLED, "AuditVerification");
      case AuditWalkEnd::kFileGone:
        break;
    }
  }
  throw win32::Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW");
}

}  // namespace onbehalf::service
