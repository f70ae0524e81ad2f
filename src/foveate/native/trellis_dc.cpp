#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "trellis.hpp"

namespace foveate {
namespace {

// Three candidates a block: the nearest level and its neighbours.
constexpr int kCandidates = 3;

struct Node {
  std::int16_t centre;                // the middle candidate's level
  std::int8_t before[kCandidates];    // of each, the candidate chosen in the block before
};

int nearest_dc(float coefficient, float step) {
  constexpr auto most = static_cast<float>(kMaxLevel);
  const float level = std::floor(coefficient / step + 0.5f);
  return static_cast<int>(std::min(most, std::max(-most, level)));
}

// Block numbers in coding order.
std::vector<std::int32_t> coding_order(const Coefficients& grid, Sampling mcu) {
  std::vector<std::int32_t> order;
  order.reserve(static_cast<std::size_t>(grid.used_rows) *
                static_cast<std::size_t>(grid.used_cols));
  for (int r = 0; r < grid.used_rows; r += mcu.v)
    for (int c = 0; c < grid.used_cols; c += mcu.h)
      for (int row = r; row < std::min(r + mcu.v, grid.used_rows); ++row)
        for (int col = c; col < std::min(c + mcu.h, grid.used_cols); ++col)
          order.push_back(row * grid.cols + col);
  return order;
}

// lambda * bits of a difference, by its magnitude.
std::vector<float> difference_costs(const std::array<float, 12>& size_bits, float lambda) {
  std::vector<float> costs(2 * kMaxLevel + 1);
  for (std::size_t d = 0; d < costs.size(); ++d) {
    const int size = size_category(static_cast<unsigned>(d));
    costs[d] = lambda * (size_bits[static_cast<std::size_t>(size)] + static_cast<float>(size));
  }
  return costs;
}

}  // namespace

void quantise_dc(const Coefficients& coefficients, const float* weights,
                 const Quantiser& quantiser, const std::array<float, 12>& size_bits, Sampling mcu,
                 const Grid<std::int16_t>& levels) {
  const std::vector<std::int32_t> order = coding_order(coefficients, mcu);
  const std::vector<float> costs = difference_costs(size_bits, quantiser.lambda);
  const auto cost_of = [&](int difference) {
    return costs[static_cast<std::size_t>(std::abs(difference))];
  };
  std::vector<Node> nodes(order.size());
  float reached[kCandidates] = {};
  const float step = quantiser.steps[0];
  int centre_before = 0;
  for (std::size_t n = 0; n < order.size(); ++n) {
    const std::ptrdiff_t at = order[n];
    const float value = static_cast<float>(coefficients.data[at * kBlock]) * kUnit;
    const float weight = weights[at] * quantiser.sensitivity[0];
    const int centre = std::clamp(nearest_dc(value, step), 1 - kMaxLevel, kMaxLevel - 1);
    float next[kCandidates];
    for (int i = 0; i < kCandidates; ++i) {
      const int level = centre + i - 1;
      float best = reached[0] + cost_of(level - (n == 0 ? 0 : centre_before - 1));
      std::int8_t before = 0;
      for (int j = 1; j < kCandidates && n > 0; ++j) {
        const float path = reached[j] + cost_of(level - (centre_before + j - 1));
        before = path < best ? static_cast<std::int8_t>(j) : before;
        best = std::min(best, path);
      }
      const float miss = value - step * static_cast<float>(level);
      next[i] = best + weight * miss * miss;
      nodes[n].before[i] = before;
    }
    nodes[n].centre = static_cast<std::int16_t>(centre);
    centre_before = centre;
    // Only differences matter; without this the sums would outgrow a float's precision.
    const float least = *std::min_element(next, next + kCandidates);
    for (int i = 0; i < kCandidates; ++i) reached[i] = next[i] - least;
  }
  auto chosen = std::min_element(reached, reached + kCandidates) - reached;
  for (std::size_t n = order.size(); n-- > 0;) {
    levels.data[static_cast<std::ptrdiff_t>(order[n]) * kBlock] =
        static_cast<std::int16_t>(nodes[n].centre + chosen - 1);
    chosen = nodes[n].before[chosen];
  }
}

}  // namespace foveate
