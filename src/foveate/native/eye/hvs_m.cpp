#include "eye/hvs_m.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

struct Tables {
  float steps[kBlock];
  float reach[kBlock];
  float sensitivity[kBlock];

  Tables(const Steps& own, const Visibility& visibility) {
    std::copy(own.begin(), own.end(), steps);
    std::copy(visibility.reach.begin(), visibility.reach.end(), reach);
    std::copy(visibility.sensitivity.begin(), visibility.sensitivity.end(), sensitivity);
  }
};

FOVEATE_CLONES
float block_error(const std::int16_t* block, const std::int16_t* levels, float hidden,
                  const Tables& tables) {
  float terms[kBlock];
  for (int k = 0; k < kBlock; ++k) {
    const float error = static_cast<float>(block[k]) * kUnit -
                        tables.steps[k] * static_cast<float>(levels[k]);
    const float visible = std::max(std::fabs(error) - hidden * tables.reach[k], 0.0f);
    terms[k] = tables.sensitivity[k] * (visible * visible);
  }
  return folded(terms);
}

FOVEATE_CLONES
void add_block(const std::int16_t* __restrict block, const std::int16_t* __restrict levels,
               float hidden, float factor, float hidden_share, const Tables& tables,
               float* __restrict gradient, float* __restrict curvature) {
  for (int k = 0; k < kBlock; ++k) {
    const float error = static_cast<float>(block[k]) * kUnit -
                        tables.steps[k] * static_cast<float>(levels[k]);
    const float size = std::fabs(error);
    const float visible = std::max(size - hidden * tables.reach[k], 0.0f);
    const float weight = factor * tables.sensitivity[k];
    gradient[k] -= 2.0f * weight * std::copysign(visible, error);
    curvature[k] += weight * (hidden_share + (1.0f - hidden_share) * visible / (size + 1e-3f));
  }
}

}  // namespace

double visible_error(const Coefficients& coefficients, const Steps& steps,
                     const Grid<const std::int16_t>& levels, const Visibility& visibility,
                     int threads) {
  const Tables tables(steps, visibility);
  std::vector<double> rows(static_cast<std::size_t>(coefficients.used_rows));
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    double sum = 0.0;
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * coefficients.cols + col;
      const float error = block_error(coefficients.block(row, col), levels.block(row, col),
                                      visibility.hidden[at], tables);
      sum += static_cast<double>(visibility.field ? visibility.field[at] * error : error);
    }
    rows[static_cast<std::size_t>(row)] = sum;
  });
  double total = 0.0;
  for (const double row : rows) total += row;
  return total;
}

void add_visible_error(const Coefficients& coefficients, const Steps& steps,
                       const Grid<const std::int16_t>& levels, const Visibility& visibility,
                       float factor, float hidden_share, const Grid<float>& gradient,
                       const Grid<float>& curvature, int threads) {
  const Tables tables(steps, visibility);
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * coefficients.cols + col;
      const float own = visibility.field ? factor * visibility.field[at] : factor;
      add_block(coefficients.block(row, col), levels.block(row, col), visibility.hidden[at], own,
                hidden_share, tables, gradient.block(row, col), curvature.block(row, col));
    }
  });
}

}  // namespace foveate
