// What an intra coder has left to code: 8x8 residuals of AV1's predictors (AV1 7.11.2), and about
// the bits that their levels take.
#pragma once

#include <cstdint>

#include "blocks.hpp"

namespace foveate {

// A plane of 8-bit samples, rows beside each other without gaps.
struct Plane {
  const std::uint8_t* samples;
  int height;
  int width;
};

// Coefficients are in eighths, as AV1 scales them.
constexpr float kResidualUnit = 1.0f / 8.0f;

// residuals[block]: 64 coefficients in zigzag order of what the best of 13 predictors leaves of each
// 8x8 block, the one whose coefficients have the smallest sum of magnitudes. Predictions come from
// the plane's own samples, not from decoded ones. Beyond the plane's edge its last row and column
// repeat. Edges are neither filtered nor upsampled.
void intra_residuals(const Plane& plane, std::int16_t* residuals, int threads);

// For each of `blocks`: about the bits of its levels, and its largest AC level. Steps are in units
// of kResidualUnit. Levels are rounded to the nearest, halves away from zero; a block takes a bit,
// and each coefficient up to the last nonzero one takes 1 + floor(log2(1 + level)), and one more
// where it is not zero.
void level_bits(const std::int16_t* residuals, int blocks, int dc_step, int ac_step,
                std::int32_t* bits, std::int32_t* largest, int threads);

}  // namespace foveate
