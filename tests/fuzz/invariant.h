#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the run with the text of the broken invariant, so that the fuzzer keeps the input.
#define ONBEHALF_INVARIANT(condition)                                              \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
