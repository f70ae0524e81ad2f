// Where the coefficients of the next pass should go: the minimum of a quadratic model of what is
// seen, around the decoded picture, with plain weighted squared error as its anchor.
#pragma once

#include <array>

#include "levels.hpp"

namespace foveate {

struct Anchor {
  const float* blocks;               // how much each block of the grid counts
  std::array<float, kBlock> table;  // and each frequency
};

struct Move {
  float unit;    // what curvature and gradient are divided by
  float share;   // the anchor's; the model has the rest
  float rate;    // how far from the original towards the minimum
  float limit;   // no further than so many steps
  float memory;  // how much of the target before stays
};

// The mean of each frequency's curvature over used blocks.
std::array<double, kBlock> frequency_means(const Grid<const float>& curvature, int threads);

// Turns `curvature` into the weights of the next pass, and moves `targets`.
void move_targets(const Coefficients& coefficients, const Steps& steps,
                  const Grid<const std::int16_t>& levels, const Grid<const float>& gradient,
                  const Anchor& anchor, const Move& move, const Grid<float>& curvature,
                  const Grid<std::int16_t>& targets, int threads);

// Turns `curvature` into weights, as move_targets does.
void mix_weights(const Anchor& anchor, const Move& move, const Grid<float>& curvature, int threads);

}  // namespace foveate
