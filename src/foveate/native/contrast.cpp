#include "contrast.hpp"

#include <algorithm>
#include <cmath>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// The mean of half a basis vector is not zero for frequency 0 and the odd ones, and changes its
// sign with the half. So the means of a block's quarters, DC left out, are sums of three terms with
// varying signs: coefficients with an odd row, an odd column, or both, times these.
struct QuarterMeans {
  float weight[3][kBlock] = {};

  QuarterMeans() {
    double half[8] = {};  // mean of the first four samples
    half[0] = std::sqrt(0.125);
    for (int u = 1; u < 8; u += 2)
      for (int x = 0; x < 4; ++x) half[u] += std::cos((2 * x + 1) * u * kPi / 16) / 8;
    for (int k = 1; k < kBlock; ++k) {
      const int u = kZigzag[k] >> 3, v = kZigzag[k] & 7;
      const int kind = u != 0 && v != 0 ? 2 : u != 0 ? 0 : 1;
      weight[kind][k] = static_cast<float>(half[u] * half[v]);
    }
  }

 private:
  static constexpr double kPi = 3.14159265358979323846;
};

// One row of blocks.
FOVEATE_CLONES
void row_contrast(const std::int16_t* block, int blocks, const float* hiding,
                  const QuarterMeans& means, float* hidden, float* mean_square) {
  for (int n = 0; n < blocks; ++n, block += kBlock) {
    float c[kBlock], squares[kBlock], terms[kBlock];
    for (int k = 0; k < kBlock; ++k) c[k] = static_cast<float>(block[k]) * kUnit;
    c[0] = 0.0f;
    for (int k = 0; k < kBlock; ++k) squares[k] = c[k] * c[k];
    for (int k = 0; k < kBlock; ++k) terms[k] = squares[k] * hiding[k];
    const float energy = folded(terms), all = folded(squares);
    float between = 0.0f;
    for (int m = 0; m < 3; ++m) {
      for (int k = 0; k < kBlock; ++k) terms[k] = c[k] * means.weight[m][k];
      const float mean = folded(terms);
      between += mean * mean;
    }
    // Unbiased variances, of four times 16 samples and of 64.
    const float within = std::max(all - 64.0f * between, 0.0f) * (16.0f / 15.0f);
    const float share = within / std::max(all * (64.0f / 63.0f), 1e-6f);
    hidden[n] = std::sqrt(energy * share) / 32.0f;
    mean_square[n] = all / 63.0f;
  }
}

}  // namespace

void block_contrast(const Grid<const std::int16_t>& coefficients,
                    const std::array<float, kBlock>& hiding, const Contrast& contrast,
                    int threads) {
  const QuarterMeans means;
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * coefficients.used_cols;
    row_contrast(coefficients.block(row, 0), coefficients.used_cols, hiding.data(), means,
                 contrast.hidden + at, contrast.mean_square + at);
  });
}

}  // namespace foveate
