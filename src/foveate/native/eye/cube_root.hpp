// Cube roots that are the same on every machine, in loops that compilers turn into vectors.
#pragma once

#include <bit>
#include <cstdint>

#include "compilers.hpp"

namespace foveate {

// One step of Halley's method, which is cubic.
FOVEATE_INLINE float nearer_cube_root(float value, float root) {
  const float cube = root * root * root;
  return root * ((cube + 2.0f * value) / (2.0f * cube + value));
}

// Of a positive number, within 4e-5 of it: for slopes. A third of the exponent begins.
FOVEATE_INLINE float rough_cube_root(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  const auto third = static_cast<std::int32_t>(static_cast<float>(bits) * (1.0f / 3.0f));
  return nearer_cube_root(value, std::bit_cast<float>(third + 0x2A5137A0));
}

// Of a positive number.
FOVEATE_INLINE float cube_root(float value) {
  return nearer_cube_root(value, rough_cube_root(value));
}

}  // namespace foveate
