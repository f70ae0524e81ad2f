// Natural logarithms that are the same on every machine, in loops that compilers turn into vectors.
#pragma once

#include <bit>
#include <cstdint>

#include "compilers.hpp"

namespace foveate {

// Of a positive number: the exponent's part, and 2 artanh((m - 1) / (m + 1)) of what is left of
// it, m, between the square roots of 1/2 and 2.
FOVEATE_INLINE float natural_log(float value) {
  constexpr std::int32_t kRootOfHalf = 0x3F3504F3;
  const auto bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t exponent = (bits - kRootOfHalf) >> 23;
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float t = (m - 1.0f) / (m + 1.0f), square = t * t;
  const float series =
      1.0f + square * (1.0f / 3 + square * (1.0f / 5 + square * (1.0f / 7 + square * (1.0f / 9))));
  return static_cast<float>(exponent) * 0.693147181f + 2.0f * t * series;
}

}  // namespace foveate
