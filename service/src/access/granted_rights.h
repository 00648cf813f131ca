#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// What Windows grants to one captured token: the rights by each descriptor of one policy, asked for once. Any
// thread; one asks while the others wait, for as long as an AccessCheck takes.
class GrantedRights {
 public:
  struct Answer {
    ACCESS_MASK granted = 0;
    bool is_new = false;  // `ask` was called for it
  };

  // What `ask` has said about this descriptor of this policy, else asks now. Whatever was known of another
  // policy is forgotten. What `ask` throws is passed on, and nothing is remembered.
  template <typename Ask>
  Answer Get(std::uint64_t policy, std::size_t descriptor, std::size_t descriptors_of_policy, Ask&& ask) {
    const std::lock_guard guard(lock_);
    if (policy_ != policy) {
      policy_ = policy;
      first_ = kNone;
      others_.clear();
    }
    if (first_ == descriptor) return {granted_by_first_, false};
    if (first_ != kNone && !others_.empty() && others_[descriptor] != kNotAsked)
      return {others_[descriptor], false};
    const ACCESS_MASK granted = ask();
    // Nearly every capture asks about one descriptor only, and needs no memory beside this object for it.
    if (first_ == kNone) {
      first_ = descriptor;
      granted_by_first_ = granted;
    } else {
      if (others_.empty()) others_.resize(descriptors_of_policy, kNotAsked);
      others_[descriptor] = granted;
    }
    return {granted, true};
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  static constexpr ACCESS_MASK kNotAsked = MAXIMUM_ALLOWED;  // no grant has this bit

  // One word: there is one of these for every read of every connection.
  win32::Lock lock_;
  std::uint64_t policy_ = 0;
  std::size_t first_ = kNone;
  ACCESS_MASK granted_by_first_ = 0;
  std::vector<ACCESS_MASK> others_;
};

}  // namespace onbehalf::service
