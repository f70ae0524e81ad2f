// PSNR-HVS-M's visible error of luma, by its coefficients (Ponomarenko et al., VPQM 2007).
#pragma once

#include <array>

#include "levels.hpp"

namespace foveate {

// What can be seen of an error: what exceeds hidden * reach_k, times sensitivity_k when squared.
struct Visibility {
  const float* hidden;              // one a block of the grid
  std::array<float, kBlock> reach;  // 0: nothing is hidden
  std::array<float, kBlock> sensitivity;
  const float* field = nullptr;  // how much each block of the grid counts; none: all alike
};

// The sum over used blocks of field * sensitivity_k * visible^2.
double visible_error(const Coefficients& coefficients, const Steps& steps,
                     const Grid<const std::int16_t>& levels, const Visibility& visibility,
                     int threads);

// Adds `factor` times its gradient by the decoded coefficients, and times its curvature: of the
// error that is hidden `hidden_share` counts too, so that it is no less than a part of the plain
// weight.
void add_visible_error(const Coefficients& coefficients, const Steps& steps,
                       const Grid<const std::int16_t>& levels, const Visibility& visibility,
                       float factor, float hidden_share, const Grid<float>& gradient,
                       const Grid<float>& curvature, int threads);

}  // namespace foveate
