#pragma once

#include <string_view>

#include "audit/audit_chain.h"
#include "onbehalf/win32/hash.h"

namespace onbehalf::service {

// Computes the hashes of the chain. One thread at a time.
class AuditHasher {
 public:
  // SHA-256 over the previous line's hash (its 64 characters) and `before_hash`.
  AuditHash Next(const AuditHash& previous, std::string_view before_hash) {
    return AuditHash::FromBytes(sha256_.Of({previous.view(), before_hash}));
  }
  AuditHash Of(std::string_view bytes) { return AuditHash::FromBytes(sha256_.Of({bytes})); }

 private:
  win32::Sha256 sha256_;
};

}  // namespace onbehalf::service
