#include "levels.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

FOVEATE_CLONES
void round_row(const std::int16_t* block, int blocks, const float* steps, std::int16_t* out) {
  for (int n = 0; n < blocks; ++n, block += kBlock, out += kBlock)
    for (int k = 0; k < kBlock; ++k) {
      const float c = static_cast<float>(block[k]) * kUnit;
      const int level = nearest_level(std::fabs(c) / steps[k]);
      out[k] = static_cast<std::int16_t>(c < 0.0f ? -level : level);
    }
}

FOVEATE_CLONES
void row_errors(const std::int16_t* block, int blocks, const float* steps,
                const std::int16_t* levels, float* errors) {
  for (int n = 0; n < blocks; ++n, block += kBlock, levels += kBlock) {
    float terms[kBlock];
    for (int k = 0; k < kBlock; ++k) {
      const float miss =
          static_cast<float>(block[k]) * kUnit - steps[k] * static_cast<float>(levels[k]);
      terms[k] = miss * miss;
    }
    errors[n] = folded(terms) / kBlock;
  }
}

// Base-2 logarithm of a positive number, straight between powers of two.
inline float rough_log2(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<float>(bits - 0x3F800000) * (1.0f / (1 << 23));
}

struct Thresholds {
  alignas(32) float inverse[kBlock];  // of steps
  alignas(32) float half[kBlock];     // steps
  alignas(32) float worthy[kBlock];   // the least magnitude that is worth its bits at weight 1
};

FOVEATE_CLONES
double row_bits(const std::int16_t* block, int blocks, const float* weights,
                const Thresholds& thresholds) {
  double sum = 0.0;
  for (int n = 0; n < blocks; ++n, block += kBlock) {
    const float factor = 1.0f / std::sqrt(weights[n]);
    float terms[kBlock];
    for (int k = 0; k < kBlock; ++k) {
      const float c = std::fabs(static_cast<float>(block[k])) * kUnit;
      const float least = std::max(thresholds.half[k], thresholds.worthy[k] * factor);
      const float bits = 5.0f + rough_log2(c * thresholds.inverse[k]);
      terms[k] = c >= least ? bits : 0.0f;
    }
    sum += static_cast<double>(folded(terms));
  }
  return sum;
}

// `weight(n, k)` is that of coefficient k of block n.
template <class Weight>
StepFit row_fit(const std::int16_t* block, int blocks, const std::int16_t* levels,
                Weight&& weight) {
  StepFit fit{};
  for (int n = 0; n < blocks; ++n, block += kBlock, levels += kBlock) {
    for_each_bit(nonzero_bits(levels), [&](int k) {
      const auto at = static_cast<std::size_t>(k);
      const auto level = static_cast<double>(levels[k]);
      const auto own = static_cast<double>(weight(n, k));
      fit.cross[at] += own * level * static_cast<double>(block[k]);
      fit.square[at] += own * level * level;
    });
  }
  return fit;
}

// Rows in parallel, their sums added in order: threads never change the result.
template <class Fit>
StepFit sum_of_rows(int count, int threads, Fit&& fit) {
  std::vector<StepFit> rows(static_cast<std::size_t>(count));
  parallel_for(count, threads, [&](int row) { rows[static_cast<std::size_t>(row)] = fit(row); });
  StepFit total{};
  for (const StepFit& row : rows)
    for (std::size_t k = 0; k < kBlock; ++k) {
      total.cross[k] += row.cross[k] * static_cast<double>(kUnit);
      total.square[k] += row.square[k];
    }
  return total;
}

}  // namespace

void round_levels(const Coefficients& coefficients, const Steps& steps,
                  const Grid<std::int16_t>& levels, int threads) {
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    round_row(coefficients.block(row, 0), coefficients.used_cols, steps.data(),
              levels.block(row, 0));
  });
}

void fill_padding(const Grid<std::int16_t>& levels) {
  for (int row = 0; row < levels.rows; ++row)
    for (int col = row < levels.used_rows ? levels.used_cols : 0; col < levels.cols; ++col) {
      std::int16_t* out = levels.block(row, col);
      std::memset(out, 0, kBlock * sizeof(std::int16_t));
      if (row < levels.used_rows)
        out[0] = levels.block(row, col - 1)[0];
      else  // an MCU's lower row follows the right block of its upper row
        out[0] = levels.block(row - 1, std::min(col | 1, levels.cols - 1))[0];
    }
}

void block_errors(const Coefficients& coefficients, const Steps& steps,
                  const Grid<const std::int16_t>& levels, float* errors, int threads) {
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    row_errors(coefficients.block(row, 0), coefficients.used_cols, steps.data(),
               levels.block(row, 0),
               errors + static_cast<std::ptrdiff_t>(row) * coefficients.used_cols);
  });
}

double expected_bits(const Coefficients& coefficients, const float* weights, const Steps& steps,
                     const std::array<float, kBlock>& worth, int threads) {
  Thresholds thresholds;
  for (std::size_t k = 0; k < kBlock; ++k) {
    thresholds.inverse[k] = 1.0f / steps[k];
    thresholds.half[k] = 0.5f * steps[k];
    thresholds.worthy[k] = 1.0f / std::sqrt(worth[k]);
  }
  thresholds.worthy[0] = std::numeric_limits<float>::infinity();
  std::vector<double> rows(static_cast<std::size_t>(coefficients.used_rows));
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    rows[static_cast<std::size_t>(row)] =
        row_bits(coefficients.block(row, 0), coefficients.used_cols,
                 weights + static_cast<std::ptrdiff_t>(row) * coefficients.cols, thresholds);
  });
  double total = 0.0;
  for (const double row : rows) total += row;
  return total;
}

StepFit fit_steps(const Coefficients& coefficients, const float* weights,
                  const Grid<const std::int16_t>& levels, int threads) {
  return sum_of_rows(coefficients.used_rows, threads, [&](int row) {
    const float* own = weights + static_cast<std::ptrdiff_t>(row) * coefficients.cols;
    return row_fit(coefficients.block(row, 0), coefficients.used_cols, levels.block(row, 0),
                   [own](int n, int) { return own[n]; });
  });
}

StepFit fit_steps_by_frequency(const Coefficients& coefficients, const Grid<const float>& weights,
                               const Grid<const std::int16_t>& levels, int threads) {
  return sum_of_rows(coefficients.used_rows, threads, [&](int row) {
    const float* own = weights.block(row, 0);
    return row_fit(coefficients.block(row, 0), coefficients.used_cols, levels.block(row, 0),
                   [own](int n, int k) { return own[n * kBlock + k]; });
  });
}

}  // namespace foveate
