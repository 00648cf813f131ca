#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// The cached access checks of one captured token: which rights it has under each descriptor of one policy, each checked once.
// Any thread; others wait while one thread checks, for as long as an AccessCheck takes.
class GrantedRights {
 public:
  struct Answer {
    bool allowed = false;
    bool is_new = false;  // `ask` was called for it
  };

  // The cached answer of `ask` for this right, descriptor and policy, else calls it now. Rights that share a bit are not told
  // apart. Answers for another policy are dropped. An exception from `ask` is passed on, and nothing is cached.
  template <typename Ask>
  Answer Get(std::uint64_t policy, std::size_t descriptor, std::size_t descriptors_of_policy,
             ACCESS_MASK right, Ask&& ask) {
    const std::lock_guard guard(lock_);
    if (policy_ != policy) {
      policy_ = policy;
      first_ = descriptor;
      by_first_ = {};
      others_.clear();
    }
    // Nearly every capture needs one descriptor only, and so no memory besides this object.
    if (first_ != descriptor && others_.empty()) others_.resize(descriptors_of_policy);
    Known& known = first_ == descriptor ? by_first_ : others_[descriptor];
    if ((known.asked & right) == right) return {(known.granted & right) == right, false};
    const bool allowed = ask();
    known.asked |= right;
    if (allowed) known.granted |= right;
    return {allowed, true};
  }

 private:
  struct Known {
    ACCESS_MASK asked = 0;
    ACCESS_MASK granted = 0;
  };

  // One word in size: every read of every connection has one of these.
  win32::Lock lock_;
  std::uint64_t policy_ = 0;
  std::size_t first_ = 0;
  Known by_first_;
  std::vector<Known> others_;
};

}  // namespace onbehalf::service
