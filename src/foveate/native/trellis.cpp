#include "trellis.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr int kSizes = 11;  // size categories of AC levels: 1 to 10
constexpr float kNever = std::numeric_limits<float>::infinity();
constexpr float kHighestPrice = 1e20f;  // where bits cost nothing

// Bits of a (run of zeros, size) pair with its ZRLs and magnitude bits, for every run of a band.
struct RunCosts {
  float bits[kSizes][kBlock] = {};
  // The most by which a shorter run of the same size, or of a smaller one, may cost more than a
  // longer run: 0 where lengths grow with the run.
  float surplus[kSizes];

  explicit RunCosts(const Band& band) {
    surplus[0] = 0.0f;
    for (int size = 1; size < kSizes; ++size) {
      surplus[size] = surplus[size - 1];
      float dearest = 0.0f;
      for (int run = 0; run < kBlock; ++run) {
        const float zero_runs = static_cast<float>(run / 16) * band.symbol_bits[0xF0];
        const float cost =
            zero_runs + static_cast<float>(size) +
            band.symbol_bits[static_cast<std::size_t>(((run & 15) << 4) | size)];
        bits[size][run] = cost;
        dearest = std::max(dearest, cost);
        surplus[size] = std::max(surplus[size], dearest - cost);
      }
    }
  }
};

// What all blocks of a grid have in common, by frequency.
struct Tables {
  alignas(32) float steps[kBlock];
  alignas(32) float inverse[kBlock];
  alignas(32) float sensitivity[kBlock];
  alignas(32) float visibility[kBlock];
  alignas(32) float reach[kBlock];
  alignas(32) std::int16_t least[kBlock];  // the smallest magnitude whose nearest level is not 0

  Tables(const Quantiser& quantiser, const Masking& masking) {
    for (std::size_t k = 0; k < kBlock; ++k) {
      steps[k] = quantiser.steps[k];
      inverse[k] = k == 0 ? 0.0f : 1.0f / quantiser.steps[k];  // DC has no level here
      sensitivity[k] = quantiser.sensitivity[k];
      visibility[k] = masking.visibility[k];
      reach[k] = masking.reach[k];
      int magnitude = static_cast<int>(std::min(steps[k] * 0.5f / kUnit, 32767.0f));
      while (magnitude > 1 && level_of(magnitude - 1, k) > 0) --magnitude;
      while (magnitude < 32767 && level_of(magnitude, k) == 0) ++magnitude;
      least[k] = static_cast<std::int16_t>(magnitude);
    }
  }

  int level_of(int magnitude, std::size_t k) const {
    return nearest_level(static_cast<float>(magnitude) * kUnit * inverse[k]);
  }
};

// Which coefficients of each block have a level other than zero to choose.
FOVEATE_CLONES
void find_candidates(const std::int16_t* block, int blocks, const std::int16_t* least,
                     std::uint64_t* candidates) {
  for (int n = 0; n < blocks; ++n, block += kBlock) {
    std::uint8_t flags[kBlock];
    for (int k = 0; k < kBlock; ++k) {
      const std::int16_t c = block[k] < -32767 ? std::int16_t{-32767} : block[k];
      const auto magnitude = static_cast<std::int16_t>(c < 0 ? -c : c);
      flags[k] = magnitude >= least[k];
    }
    candidates[n] = bits_of(flags);
  }
}

// What a block's coefficients have to choose from. Distortion counts as bits, and from that of a
// level of zero.
struct Choices {
  alignas(32) std::int32_t nearest[kBlock];  // level
  alignas(32) float cost[kBlock];            // its distortion
  alignas(32) float lower_cost[kBlock];      // that of one less, where that is not zero
  alignas(32) float smaller_cost[kBlock];    // that of the largest level of the next smaller size
  int largest_size;                          // of all levels, their size category
};

// Weighs coefficients 0 to `last`, and some after it. `price` is how many bits a unit of distortion
// is worth.
FOVEATE_CLONES
void weigh_choices(const std::int16_t* __restrict block, int last, float hidden, float price,
                   const Tables& __restrict tables, Choices& __restrict choices) {
  const int count = (last | 7) + 1;
  int any = 0;
  for (int k = 0; k < count; ++k) {
    const float value = std::fabs(static_cast<float>(block[k])) * kUnit;
    const float step = tables.steps[k], threshold = hidden * tables.reach[k];
    const float sensitivity = tables.sensitivity[k], visibility = tables.visibility[k];
    const int level = nearest_level(value * tables.inverse[k]);
    const float miss = value - step * static_cast<float>(level), larger = miss + step;
    const float seen = std::max(std::fabs(miss) - threshold, 0.0f);
    const float larger_seen = std::max(larger - threshold, 0.0f);
    const float all_seen = std::max(value - threshold, 0.0f);
    const float zeroed = sensitivity * value * value + visibility * all_seen * all_seen;
    const float nearest = sensitivity * miss * miss + visibility * seen * seen;
    const float lower = sensitivity * larger * larger + visibility * larger_seen * larger_seen;
    any |= level;
    choices.nearest[k] = level;
    choices.cost[k] = price * (nearest - zeroed);
    choices.lower_cost[k] = level > 1 ? price * (lower - zeroed) : kNever;
  }
  choices.largest_size = size_category(static_cast<unsigned>(any));
}

// Weighs coefficients 0 to `last`, and some after it, of a block whose squared errors have a weight
// for each frequency.
FOVEATE_CLONES
void weigh_by_frequency(const std::int16_t* __restrict block, int last,
                        const float* __restrict weights, float price,
                        const Tables& __restrict tables, Choices& __restrict choices) {
  const int count = (last | 7) + 1;
  int any = 0;
  for (int k = 0; k < count; ++k) {
    const float value = std::fabs(static_cast<float>(block[k])) * kUnit;
    const float step = tables.steps[k], weight = price * weights[k];
    const int level = nearest_level(value * tables.inverse[k]);
    int below = level | (level >> 1);
    below |= below >> 2;
    below |= below >> 4;
    below |= below >> 8;
    const int smaller = below >> 1;  // all ones, one bit shorter
    const float miss = value - step * static_cast<float>(level), larger = miss + step;
    const float far = value - step * static_cast<float>(smaller), zeroed = value * value;
    any |= level;
    choices.nearest[k] = level;
    choices.cost[k] = weight * (miss * miss - zeroed);
    choices.lower_cost[k] = level > 1 ? weight * (larger * larger - zeroed) : kNever;
    choices.smaller_cost[k] =
        smaller > 0 && smaller < level - 1 ? weight * (far * far - zeroed) : kNever;
  }
  choices.largest_size = size_category(static_cast<unsigned>(any));
}

// One block and band. With kSmaller a coefficient may also have the largest level of the next
// smaller size.
template <bool kSmaller>
class BandTrellis {
 public:
  BandTrellis(const Band& band, const RunCosts& costs)
      : band_(band), within_(band_bits(band.first, band.last)), costs_(costs) {}

  // Writes the levels that are not zero.
  void solve(const std::int16_t* block, std::uint64_t candidates, const Choices& choices,
             std::int16_t* levels) {
    candidates &= within_;
    if (candidates == 0) return;
    const float slack = costs_.surplus[choices.largest_size];
    const int beginning = band_.first - 1;
    open_ = 1;
    cost_[0] = 0.0f;
    position_[0] = beginning;
    for_each_bit(candidates, [&](int k) {
      const float cost = extend(k, choices);
      close_above(cost + slack);
      cost_[open_] = cost;
      position_[open_++] = k;
    });

    float best = band_.empty_bits;
    int end = beginning;
    for (int n = 0; n < open_; ++n) {
      const int position = position_[n];
      const float cost = cost_[n] + (position < band_.last ? band_.eob_bits : 0.0f);
      if (position != beginning && cost < best) {
        best = cost;
        end = position;
      }
    }
    for (int k = end; k != beginning; k = before_[k]) {
      const int sign = block[k] >> 15;  // 0, or -1 below zero
      levels[k] = static_cast<std::int16_t>((level_[k] ^ sign) - sign);
    }
  }

 private:
  // The least cost of a path that ends at coefficient k; notes its level and the one before it.
  float extend(int k, const Choices& choices) {
    const int level = choices.nearest[k];
    const Path path = cheapest(k, level);
    const float cost = path.cost + choices.cost[k];
    level_[k] = level;
    before_[k] = path.before;
    // One less is of another size where the level is a power of two.
    const Path lower = (level & (level - 1)) == 0 && level > 1 ? cheapest(k, level - 1) : path;
    const float lower_cost = lower.cost + choices.lower_cost[k];
    float best = cost;
    if (lower_cost < cost) {
      level_[k] = level - 1;
      before_[k] = lower.before;
      best = lower_cost;
    }
    if constexpr (kSmaller) {
      if (choices.smaller_cost[k] < kNever) {
        const int smaller = (1 << (size_category(static_cast<unsigned>(level)) - 1)) - 1;
        const Path path_there = cheapest(k, smaller);
        const float smaller_cost = path_there.cost + choices.smaller_cost[k];
        if (smaller_cost < best) {
          level_[k] = smaller;
          before_[k] = path_there.before;
          best = smaller_cost;
        }
      }
    }
    return best;
  }

  struct Path {
    float cost;
    int before;
  };

  Path cheapest(int k, int level) const {
    const float* bits = costs_.bits[size_category(static_cast<unsigned>(level))] + k - 1;
    float best = kNever;
    int before = position_[open_ - 1];
    for (int n = open_ - 1; n >= 0; --n) {
      const float cost = cost_[n] + bits[-position_[n]];
      // Without a branch, which would often be mispredicted.
      before ^= (before ^ position_[n]) & -static_cast<int>(cost < best);
      best = std::min(best, cost);
    }
    return {best, before};
  }

  void close_above(float limit) {
    while (open_ > 0 && cost_[open_ - 1] >= limit) --open_;
  }

  const Band& band_;
  const std::uint64_t within_;
  const RunCosts& costs_;
  // The coefficients, or the band's beginning, from which the best path may go on, and the least
  // cost of a path that ends there. A later one that is also cheaper leads on as well as an earlier
  // one, but for the surplus of a shorter run.
  int open_ = 0;
  float cost_[kBlock];
  int position_[kBlock];
  // The level of each coefficient that was looked at, and the one coded before it.
  int level_[kBlock];
  int before_[kBlock];
};

// Chooses the levels of every block. `weigh(row, col, block, last, choices)` tells what they cost.
template <bool kSmaller, class Weigh>
void quantise(const Coefficients& coefficients, const Tables& tables, const std::vector<Band>& bands,
              const Grid<std::int16_t>& levels, int threads, Weigh&& weigh) {
  const std::vector<RunCosts> costs(bands.begin(), bands.end());
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    std::vector<BandTrellis<kSmaller>> trellises;
    for (std::size_t b = 0; b < bands.size(); ++b) trellises.emplace_back(bands[b], costs[b]);
    Choices choices;
    std::vector<std::uint64_t> candidates(static_cast<std::size_t>(coefficients.used_cols));
    find_candidates(coefficients.block(row, 0), coefficients.used_cols, tables.least,
                    candidates.data());
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const std::int16_t* block = coefficients.block(row, col);
      std::int16_t* out = levels.block(row, col);
      std::memset(out + 1, 0, (kBlock - 1) * sizeof *out);
      const std::uint64_t some = candidates[static_cast<std::size_t>(col)] & ~std::uint64_t{1};
      if (some == 0) continue;
      weigh(row, col, block, 63 - std::countl_zero(some), choices);
      for (auto& trellis : trellises) trellis.solve(block, some, choices, out);
    }
  });
}

}  // namespace

void quantise_ac(const Coefficients& coefficients, const float* weights,
                 const Quantiser& quantiser, const Masking& masking, const std::vector<Band>& bands,
                 const Grid<std::int16_t>& levels, int threads) {
  const Tables tables(quantiser, masking);
  quantise<false>(coefficients, tables, bands, levels, threads,
                  [&](int row, int col, const std::int16_t* block, int last, Choices& choices) {
                    const std::ptrdiff_t at =
                        static_cast<std::ptrdiff_t>(row) * coefficients.cols + col;
                    const float hidden = masking.hidden ? masking.hidden[at] : 0.0f;
                    const float price = std::min(weights[at] / quantiser.lambda, kHighestPrice);
                    weigh_choices(block, last, hidden, price, tables, choices);
                  });
}

void quantise_ac_by_frequency(const Coefficients& coefficients, const Grid<const float>& weights,
                              const Steps& steps, float lambda, const std::vector<Band>& bands,
                              const Grid<std::int16_t>& levels, int threads) {
  const Tables tables({steps, {}, lambda}, {});
  const float price = std::min(1.0f / lambda, kHighestPrice);
  quantise<true>(coefficients, tables, bands, levels, threads,
                 [&](int row, int col, const std::int16_t* block, int last, Choices& choices) {
                   weigh_by_frequency(block, last, weights.block(row, col), price, tables, choices);
                 });
}

}  // namespace foveate
