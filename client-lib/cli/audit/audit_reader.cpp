#include "audit/audit_reader.h"

#include <utility>

#include "json_members.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// What audit.read gives at once.
constexpr int kMostAtOnce = 1000;

}  // namespace

AuditReader::AuditReader(client::Client& client, Json arguments)
    : client_(client), arguments_(std::move(arguments)) {}

Json AuditReader::ReadNewest() {
  Json records = Read();
  more_ = false;  // older ones, which nobody has asked for
  arguments_["limit"] = kMostAtOnce;
  return records;
}

Json AuditReader::ReadMore() {
  Json records = Read();
  while (more_) {
    for (Json& record : Read()) records.push_back(std::move(record));
  }
  return records;
}

Json AuditReader::Read() {
  const Json result = client_.Call("audit.read", arguments_);
  if (const Json* cursor = Member(result, "cursor")) arguments_["after"] = *cursor;
  more_ = FlagMember(result, "more");
  const Json* lines = ListMember(result, "lines");
  return lines == nullptr ? Json::array() : *lines;
}

void FollowAudit(AuditReader& reader, HANDLE stop, std::chrono::milliseconds interval,
                 const std::function<bool(const Json& records)>& show) {
  for (Json records = reader.ReadNewest();; records = reader.ReadMore()) {
    if (!show(records)) return;
    if (::WaitForSingleObject(stop, static_cast<DWORD>(interval.count())) == WAIT_OBJECT_0) return;
  }
}

}  // namespace onbehalf::cli
