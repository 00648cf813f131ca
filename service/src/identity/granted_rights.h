#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// What Windows has answered about one captured token: which rights it has by each descriptor of one policy,
// each asked for once. Any thread; one asks while the others wait, for as long as an AccessCheck takes.
class GrantedRights {
 public:
  struct Answer {
    bool allowed = false;
    bool is_new = false;  // `ask` was called for it
  };

  // What `ask` has said about this right by this descriptor of this policy, else asks now. Rights that share
  // a bit are not told apart. Whatever was known of another policy is forgotten. What `ask` throws is passed
  // on, and nothing is remembered.
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
    // Nearly every capture asks about one descriptor only, and needs no memory beside this object for it.
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

  // One word: there is one of these for every read of every connection.
  win32::Lock lock_;
  std::uint64_t policy_ = 0;
  std::size_t first_ = 0;
  Known by_first_;
  std::vector<Known> others_;
};

}  // namespace onbehalf::service
