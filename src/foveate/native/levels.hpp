// What levels are to coefficients besides their choice: plain rounding, the error they leave, the
// steps that would fit them best.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks.hpp"

namespace foveate {

using Steps = std::array<float, kBlock>;  // zigzag order
using Coefficients = Grid<const std::int16_t>;

constexpr int kMaxLevel = 1023;  // 10 bits for AC; 11 for the difference of two DCs

// The nearest level of a magnitude divided by its step.
inline int nearest_level(float ratio) {
  return static_cast<int>(std::min(static_cast<float>(kMaxLevel), ratio + 0.5f));
}

// Plain rounding of every coefficient, as a JPEG encoder without optimisation does it.
void round_levels(const Coefficients& coefficients, const Steps& steps,
                  const Grid<std::int16_t>& levels, int threads);

// Blocks that only fill up the last MCUs: no AC, and the DC of the block before.
void fill_padding(const Grid<std::int16_t>& levels);

// Mean over k of (c_k - q_k x_k)^2 for each used block.
void block_errors(const Coefficients& coefficients, const Steps& steps,
                  const Grid<const std::int16_t>& levels, float* errors, int threads);

// Roughly what the AC levels will take; only ratios of it mean anything. The sum of
// 5 + log2(|c| / q) over coefficients of half a step or more that are worth it: those with
// weight * worth_k * c^2 of 1 or more.
double expected_bits(const Coefficients& coefficients, const float* weights, const Steps& steps,
                     const std::array<float, kBlock>& worth, int threads);

// Per frequency, sums over blocks of weight * |x| |c| and of weight * x^2: their quotient is the
// step that fits the chosen levels best.
struct StepFit {
  std::array<double, kBlock> cross;
  std::array<double, kBlock> square;
};
StepFit fit_steps(const Coefficients& coefficients, const float* weights,
                  const Grid<const std::int16_t>& levels, int threads);

// The same with a weight for each coefficient.
StepFit fit_steps_by_frequency(const Coefficients& coefficients, const Grid<const float>& weights,
                               const Grid<const std::int16_t>& levels, int threads);

}  // namespace foveate
