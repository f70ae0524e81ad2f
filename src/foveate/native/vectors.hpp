// Loops over a block's 64 numbers, for compilers to turn into vector instructions.
#pragma once

#include "compilers.hpp"

// Compiles a function twice: for any processor of the family, and for those with AVX2. Which one
// runs is decided when the module is loaded; both give the same numbers, since no multiply-adds are
// fused.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(FOVEATE_PLAIN)
#define FOVEATE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define FOVEATE_CLONES
#endif

namespace foveate {

// The sum of 64 terms, which it overwrites: halves onto halves, so that additions go side by side.
FOVEATE_INLINE float folded(float (&terms)[64]) {
  for (int i = 0; i < 32; ++i) terms[i] += terms[i + 32];
  for (int i = 0; i < 16; ++i) terms[i] += terms[i + 16];
  for (int i = 0; i < 8; ++i) terms[i] += terms[i + 8];
  return ((terms[0] + terms[4]) + (terms[1] + terms[5])) +
         ((terms[2] + terms[6]) + (terms[3] + terms[7]));
}

}  // namespace foveate
