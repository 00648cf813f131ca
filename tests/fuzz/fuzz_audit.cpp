// An audit file has the same whole lines in both directions, at the right places; a line's seal matches its
// end; anchors and file names are read back as they were written; the verification finds what was changed and
// nothing else. Nothing throws.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor_text.h"
#include "audit/audit_chain.h"
#include "audit/audit_file_name.h"
#include "audit/audit_walk.h"
#include "audit/line_reader.h"
#include "invariant.h"
#include "service/audit/memory_audit.h"
#include "service/audit/memory_bytes.h"

namespace {

using namespace onbehalf::service;

std::unique_ptr<ByteSource> Bytes(std::string_view text) {
  return std::make_unique<onbehalf::test::MemoryBytes>(std::string(text));
}

void CheckSeal(std::string_view line) {
  const auto seal = ParseSeal(line);
  if (!seal) return;
  ONBEHALF_INVARIANT(line.starts_with(seal->before_hash));
  ONBEHALF_INVARIANT(std::string(seal->before_hash) + ",\"hash\":\"" + seal->hash.ToString() + "\"}" == line);
  std::string end = ",\"seq\":" + std::string(DecimalText(seal->seq).view());
  if (seal->previous) end = ",\"previous\":\"" + seal->previous->ToString() + "\"" + end;
  if (seal->chain) end = ",\"chain\":\"" + seal->chain->ToString() + "\"" + end;
  ONBEHALF_INVARIANT(seal->before_hash.ends_with(end));
}

void CheckLines(std::string_view text) {
  std::vector<std::string> lines;
  LineReader forward(Bytes(text));
  std::size_t end = 0;  // of the whole lines
  std::uint64_t at = 0;
  while (const auto line = forward.Next()) {
    ONBEHALF_INVARIANT(text.substr(static_cast<std::size_t>(at), line->size()) == *line);
    at = forward.offset();
    CheckSeal(*line);
    if (!forward.ended_in_newline()) break;
    lines.emplace_back(*line);
    end = static_cast<std::size_t>(at);
  }
  ONBEHALF_INVARIANT(at == text.size());
  ReverseLineReader backward(Bytes(text));
  ONBEHALF_INVARIANT(backward.end() == end);
  while (const auto line = backward.Previous()) {
    ONBEHALF_INVARIANT(!lines.empty() && lines.back() == *line);
    end -= line->size() + 1;
    ONBEHALF_INVARIANT(backward.offset() == end);
    lines.pop_back();
  }
  ONBEHALF_INVARIANT(lines.empty());
}

// A walk reaches a verdict on any files.
void CheckWalk(std::string_view text) {
  const AnchorLog::Reading anchors;
  AuditVerification result;
  onbehalf::test::MemoryAudit any;
  for (const char* name : {"audit-2026-11-22.jsonl", "audit-2026-11-23.jsonl"}) {
    any.Begin(name);
    const std::size_t end = std::min(text.find('\0'), text.size());
    any.AddRaw(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  ONBEHALF_INVARIANT(WalkAudit(any, {anchors}, result) == AuditWalkEnd::kDone);
  ONBEHALF_INVARIANT(!result.problem || (result.problem->line != 0 && !result.problem->what.empty()));
}

// On sealed files it finds nothing, and a changed byte in its line.
void CheckSealed(std::string_view text) {
  const AnchorLog::Reading anchors;
  AuditVerification result;
  onbehalf::test::MemoryAudit audit;
  const std::string_view all = text;
  audit.Begin("audit-2026-11-22.jsonl");
  audit.Add("first", "value", text.substr(0, 20));
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), 1 + static_cast<unsigned char>(text[0]));
    audit.Add("decision", "value", text.substr(0, size));
    text.remove_prefix(size);
  }
  ONBEHALF_INVARIANT(WalkAudit(audit, {anchors}, result) == AuditWalkEnd::kDone && !result.problem);
  if (all.size() < 3) return;
  std::string& file = audit.text("audit-2026-11-22.jsonl");
  const std::size_t at =
      (static_cast<unsigned char>(all[1]) * 256u + static_cast<unsigned char>(all[2])) % file.size();
  const auto line = static_cast<std::uint64_t>(
      1 + std::count(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  file[at] = static_cast<char>(file[at] ^ 1);
  ONBEHALF_INVARIANT(WalkAudit(audit, {anchors}, result) == AuditWalkEnd::kDone);
  ONBEHALF_INVARIANT(result.problem && result.problem->line == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckLines(text);
  CheckWalk(text);
  CheckSealed(text);
  // Blocks end in the middle of lines.
  if (size != 0 && size < 4096) {
    std::string repeated;
    while (repeated.size() < 80'000) repeated += text;
    if (data[0] % 16 == 0) CheckLines(repeated);
  }
  AuditHead head;
  if (ParseAnchorText(text, head)) {
    AuditHead again;
    ONBEHALF_INVARIANT(ParseAnchorText(AnchorText(head), again));
    ONBEHALF_INVARIANT(again.seq == head.seq && again.hash == head.hash && again.chain == head.chain);
  }
  if (const auto name = AuditFileName::FromText(text)) {
    ONBEHALF_INVARIANT(name->ToString() == text);
    name->Begin();
  }
  return 0;
}
