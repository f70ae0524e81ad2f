#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "compilers.hpp"
#include "trellis.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

// Three candidates a block: the nearest level and its neighbours.
constexpr int kCandidates = 3;
constexpr float kNever = std::numeric_limits<float>::infinity();

struct Node {
  std::int16_t centre;              // the middle candidate's level
  std::int8_t before[kCandidates];  // of each, the candidate chosen in the block before
};

// Blocks are weighed some at a time, so that the search waits neither for memory nor for division.
constexpr std::size_t kAtOnce = 256;
constexpr std::size_t kSoon = 24;  // blocks ahead of which memory is asked for

struct Weighed {
  float value[kAtOnce];
  float weight[kAtOnce];
  std::int32_t centre[kAtOnce];
  float distortion[kCandidates][kAtOnce];
};

FOVEATE_CLONES
void weigh(Weighed& blocks, float step) {
  constexpr float kMost = kMaxLevel - 1;  // so that its neighbours are levels too
  for (std::size_t n = 0; n < kAtOnce; ++n) {
    const float value = blocks.value[n];
    const auto nearest = static_cast<std::int32_t>(std::min(std::fabs(value) / step + 0.5f, kMost));
    const std::int32_t centre = value < 0.0f ? -nearest : nearest;
    blocks.centre[n] = centre;
    for (int i = 0; i < kCandidates; ++i) {
      const float miss = value - step * static_cast<float>(centre + i - 1);
      blocks.distortion[i][n] = blocks.weight[n] * miss * miss;
    }
  }
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
  // Before the first block: level 0, which is the middle candidate.
  float reached[kCandidates] = {kNever, 0.0f, kNever};
  int centre = 0;
  Weighed blocks{};
  for (std::size_t first = 0; first < order.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, order.size() - first);
    for (std::size_t n = 0; n < count; ++n) {
      const std::ptrdiff_t at = order[first + n];
      const std::ptrdiff_t soon = order[std::min(first + n + kSoon, order.size() - 1)];
      FOVEATE_PREFETCH(coefficients.data + soon * kBlock);
      blocks.value[n] = static_cast<float>(coefficients.data[at * kBlock]) * kUnit;
      blocks.weight[n] = weights[at] * quantiser.sensitivity[0];
    }
    weigh(blocks, quantiser.steps[0]);
    for (std::size_t n = 0; n < count; ++n) {
      Node& node = nodes[first + n];
      const int rise = blocks.centre[n] - centre;
      centre = blocks.centre[n];
      node.centre = static_cast<std::int16_t>(centre);
      float next[kCandidates];
      for (int i = 0; i < kCandidates; ++i) {
        float best = reached[0] + cost_of(rise + i);
        int before = 0;
        for (int j = 1; j < kCandidates; ++j) {
          const float path = reached[j] + cost_of(rise + i - j);
          before = path < best ? j : before;
          best = std::min(best, path);
        }
        node.before[i] = static_cast<std::int8_t>(before);
        next[i] = best + blocks.distortion[i][n];
      }
      // Only differences matter; without this the sums would outgrow a float's precision.
      const float least = std::min(std::min(next[0], next[1]), next[2]);
      for (int i = 0; i < kCandidates; ++i) reached[i] = next[i] - least;
    }
  }
  auto chosen = std::min_element(reached, reached + kCandidates) - reached;
  for (std::size_t n = order.size(); n-- > 0;) {
    const std::ptrdiff_t soon = order[n < kSoon ? 0 : n - kSoon];
    FOVEATE_PREFETCH_TO_WRITE(levels.data + soon * kBlock);
    levels.data[static_cast<std::ptrdiff_t>(order[n]) * kBlock] =
        static_cast<std::int16_t>(nodes[n].centre + chosen - 1);
    chosen = nodes[n].before[chosen];
  }
}

}  // namespace foveate
