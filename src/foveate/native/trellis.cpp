#include "trellis.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "parallel.hpp"

namespace foveate {
namespace {

constexpr int kMaxAcSize = 10;  // size categories of 8-bit precision, T.81 table F.2
constexpr int kMaxAcLevel = 1023;
constexpr int kMaxDcLevel = 1023;  // |difference| <= 2047

// Bits of a (run of zeros, size) pair with its ZRLs and magnitude bits, for every run of a band.
struct RunCosts {
  float bits[kBlock][kMaxAcSize + 1];

  explicit RunCosts(const Band& band) {
    for (int run = 0; run < kBlock; ++run) {
      const float zero_runs = static_cast<float>(run / 16) * band.symbol_bits[0xF0];
      for (int size = 1; size <= kMaxAcSize; ++size)
        bits[run][size] = zero_runs + static_cast<float>(size) +
                          band.symbol_bits[static_cast<std::size_t>(((run & 15) << 4) | size)];
    }
  }
};

// A block as its trellises see it.
struct Magnitudes {
  alignas(32) float value[kBlock];      // |c|
  alignas(32) int rounded[kBlock];      // the nearest level
  alignas(32) float threshold[kBlock];  // error that is hidden
  alignas(32) float zeroed[kBlock];     // distortion at level zero
};

float distortion(float miss, float threshold, float sensitivity, float visibility) {
  const float seen = std::max(std::fabs(miss) - threshold, 0.0f);
  return sensitivity * miss * miss + visibility * seen * seen;
}

// One block and band. All costs are divided by the block's weight: `lambda` is lambda / weight.
class BandTrellis {
 public:
  BandTrellis(const Band& band, const RunCosts& costs, const Quantiser& quantiser,
              const Masking& masking)
      : band_(band), costs_(costs), quantiser_(quantiser), masking_(masking) {}

  // Writes |x|, zero where not chosen.
  void solve(const Magnitudes& block, float lambda, std::int16_t* levels) {
    gather(block);
    for (int k = band_.first; k <= band_.last; ++k) levels[k] = 0;
    if (count_ == 0) return;
    const float all_zero = zeroed_[band_.last];

    reached_[0] = 0.0f;
    position_[0] = band_.first - 1;
    for (int i = 1; i <= count_; ++i) extend(i, block, lambda);

    float best = all_zero + lambda * band_.empty_bits;
    int end = 0;
    for (int i = 1; i <= count_; ++i) {
      const float rest = position_[i] < band_.last ? lambda * band_.eob_bits : 0.0f;
      const float cost = reached_[i] + all_zero + rest;
      if (cost < best) {
        best = cost;
        end = i;
      }
    }
    for (int i = end; i > 0; i = before_[i])
      levels[position_[i]] = static_cast<std::int16_t>(level_[i]);
  }

 private:
  // Candidates: the coefficients that do not round to zero. zeroed_[k]: the error of zeroing
  // everything in the band up to and with k.
  void gather(const Magnitudes& block) {
    count_ = 0;
    float sum = 0.0f;
    for (int k = band_.first; k <= band_.last; ++k) {
      sum += block.zeroed[k];
      zeroed_[k] = sum;
      if (block.rounded[k] > 0) position_[++count_] = k;
    }
  }

  // reached_[i]: the least cost of a path whose last level is candidate i, less zeroed_ there; so a
  // step from j to i costs its bits and its own error only, and the zeros between cost nothing more.
  void extend(int i, const Magnitudes& block, float lambda) {
    const int k = position_[i];
    const auto z = static_cast<std::size_t>(k);
    const float step = quantiser_.steps[z];
    const float skipped = k > band_.first ? zeroed_[k - 1] : 0.0f;
    float best = std::numeric_limits<float>::infinity();
    const int highest = block.rounded[k];
    const int lowest = std::max(1, highest - 1);
    int known_size = 0, known_before = 0;
    float known_path = 0.0f;
    for (int level = highest; level >= lowest; --level) {
      const int size = size_category(static_cast<unsigned>(level));
      if (size != known_size) {
        known_path = std::numeric_limits<float>::infinity();
        const int furthest = std::max(0, i - kReach);
        for (int j = i - 1; j >= furthest; --j) {
          const float path = reached_[j] + lambda * costs_.bits[k - position_[j] - 1][size];
          if (path < known_path) {
            known_path = path;
            known_before = j;
          }
        }
        known_size = size;
      }
      const float miss = block.value[k] - step * static_cast<float>(level);
      const float cost = known_path + distortion(miss, block.threshold[k],
                                                 quantiser_.sensitivity[z], masking_.visibility[z]);
      if (cost < best) {
        best = cost;
        level_[i] = level;
        before_[i] = known_before;
      }
    }
    reached_[i] = best + skipped - zeroed_[k];
  }

  const Band& band_;
  const RunCosts& costs_;
  const Quantiser& quantiser_;
  const Masking& masking_;
  int count_ = 0;
  float zeroed_[kBlock];
  int position_[kBlock + 1];
  float reached_[kBlock + 1];
  int level_[kBlock + 1];
  int before_[kBlock + 1];
};

// The order of arguments to min and max makes numbers of NaNs, so that every value has a level.
int rounded_ac(float ratio) {
  return static_cast<int>(std::min(static_cast<float>(kMaxAcLevel), ratio + 0.5f));
}

int rounded_dc(float coefficient, float step) {
  constexpr auto most = static_cast<float>(kMaxDcLevel);
  const float level = std::floor(coefficient / step + 0.5f);
  return static_cast<int>(std::min(most, std::max(-most, level)));
}

// Sums `term(row)` over rows: rows in parallel, the addition in row order.
template <class Value, class Term, class Add>
void sum_rows(int rows, int threads, Value& total, Term&& term, Add&& add) {
  std::vector<Value> parts(static_cast<std::size_t>(rows));
  parallel_for(rows, threads, [&](int row) { parts[static_cast<std::size_t>(row)] = term(row); });
  for (const Value& part : parts) add(total, part);
}

}  // namespace

void quantise_ac(const Grid<const float>& coefficients, const float* weights,
                 const Quantiser& quantiser, const Masking& masking, const std::vector<Band>& bands,
                 const Grid<std::int16_t>& levels, int threads) {
  std::vector<RunCosts> costs;
  for (const Band& band : bands) costs.emplace_back(band);
  float inverse[kBlock];
  for (std::size_t k = 0; k < kBlock; ++k) inverse[k] = 1.0f / quantiser.steps[k];

  parallel_for(coefficients.used_rows, threads, [&](int row) {
    std::vector<BandTrellis> trellises;
    for (std::size_t b = 0; b < bands.size(); ++b)
      trellises.emplace_back(bands[b], costs[b], quantiser, masking);
    Magnitudes magnitudes;
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const float* block = coefficients.block(row, col);
      std::int16_t* out = levels.block(row, col);
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * coefficients.cols + col;
      const float hidden = masking.hidden ? masking.hidden[at] : 0.0f;
      for (std::size_t k = 0; k < kBlock; ++k) {
        const float value = std::fabs(block[k]);
        const float threshold = hidden * masking.reach[k];
        magnitudes.value[k] = value;
        magnitudes.rounded[k] = rounded_ac(value * inverse[k]);
        magnitudes.threshold[k] = threshold;
        magnitudes.zeroed[k] =
            distortion(value, threshold, quantiser.sensitivity[k], masking.visibility[k]);
      }
      const float lambda = quantiser.lambda / weights[at];
      for (BandTrellis& trellis : trellises) trellis.solve(magnitudes, lambda, out);
      for (int k = 1; k < kBlock; ++k)
        if (block[k] < 0.0f) out[k] = static_cast<std::int16_t>(-out[k]);
      out[0] = static_cast<std::int16_t>(rounded_dc(block[0], quantiser.steps[0]));
    }
  });
}

void quantise_dc(const Grid<const float>& coefficients, const float* weights,
                 const Quantiser& quantiser, const std::array<float, 12>& size_bits, Sampling mcu,
                 const Grid<std::int16_t>& levels) {
  // Three candidates a block: the rounded level and its neighbours.
  constexpr int kCandidates = 3;
  struct Node {
    std::int16_t level;
    std::int8_t before;
  };
  const int mcu_rows = divide_up(coefficients.used_rows, mcu.v);
  const int mcu_cols = divide_up(coefficients.used_cols, mcu.h);
  std::vector<std::ptrdiff_t> order;  // block numbers in coding order
  order.reserve(static_cast<std::size_t>(coefficients.used_rows) *
                static_cast<std::size_t>(coefficients.used_cols));
  for (int r = 0; r < mcu_rows; ++r)
    for (int c = 0; c < mcu_cols; ++c)
      for (int v = 0; v < mcu.v; ++v)
        for (int h = 0; h < mcu.h; ++h) {
          const int row = r * mcu.v + v, col = c * mcu.h + h;
          if (row < coefficients.used_rows && col < coefficients.used_cols)
            order.push_back(static_cast<std::ptrdiff_t>(row) * coefficients.cols + col);
        }

  std::vector<std::array<Node, kCandidates>> nodes(order.size());
  std::array<float, kCandidates> cost{};
  const float step = quantiser.steps[0];
  for (std::size_t n = 0; n < order.size(); ++n) {
    const float value = coefficients.data[order[n] * kBlock];
    const float weight = weights[order[n]] * quantiser.sensitivity[0];
    const int centre = rounded_dc(value, step);
    std::array<float, kCandidates> next;
    for (int i = 0; i < kCandidates; ++i) {
      const int level = std::clamp(centre + i - 1, -kMaxDcLevel, kMaxDcLevel);
      const float miss = value - step * static_cast<float>(level);
      float best = std::numeric_limits<float>::infinity();
      int before = 0;
      for (int j = 0; j < (n == 0 ? 1 : kCandidates); ++j) {
        const int previous = n == 0 ? 0 : nodes[n - 1][static_cast<std::size_t>(j)].level;
        const int size = size_category(static_cast<unsigned>(std::abs(level - previous)));
        const float path = (n == 0 ? 0.0f : cost[static_cast<std::size_t>(j)]) +
                           quantiser.lambda * (size_bits[static_cast<std::size_t>(size)] +
                                               static_cast<float>(size));
        if (path < best) {
          best = path;
          before = j;
        }
      }
      next[static_cast<std::size_t>(i)] = best + weight * miss * miss;
      nodes[n][static_cast<std::size_t>(i)] = {static_cast<std::int16_t>(level),
                                               static_cast<std::int8_t>(before)};
    }
    // Only differences matter; without this the sums would outgrow a float's precision.
    const float least = *std::min_element(next.begin(), next.end());
    for (std::size_t i = 0; i < kCandidates; ++i) cost[i] = next[i] - least;
  }
  if (order.empty()) return;
  auto at = static_cast<std::size_t>(std::min_element(cost.begin(), cost.end()) - cost.begin());
  for (std::size_t n = order.size(); n-- > 0;) {
    levels.data[order[n] * kBlock] = nodes[n][at].level;
    at = static_cast<std::size_t>(nodes[n][at].before);
  }
}

void round_levels(const Grid<const float>& coefficients, const std::array<float, kBlock>& steps,
                  const Grid<std::int16_t>& levels, int threads) {
  parallel_for(coefficients.used_rows, threads, [&](int row) {
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const float* block = coefficients.block(row, col);
      std::int16_t* out = levels.block(row, col);
      for (std::size_t k = 0; k < kBlock; ++k) {
        const int rounded = rounded_ac(std::fabs(block[k]) / steps[k]);
        out[k] = static_cast<std::int16_t>(block[k] < 0.0f ? -rounded : rounded);
      }
    }
  });
}

void fill_padding(const Grid<std::int16_t>& levels) {
  for (int row = 0; row < levels.rows; ++row)
    for (int col = 0; col < levels.cols; ++col) {
      if (row < levels.used_rows && col < levels.used_cols) continue;
      std::int16_t* out = levels.block(row, col);
      std::memset(out, 0, kBlock * sizeof(std::int16_t));
      if (row < levels.used_rows)
        out[0] = levels.block(row, col - 1)[0];
      else  // an MCU's lower row follows the right block of its upper row
        out[0] = levels.block(row - 1, std::min(col | 1, levels.cols - 1))[0];
    }
}

double weighted_error(const Grid<const float>& coefficients, const float* weights,
                      const Quantiser& quantiser, const Grid<const std::int16_t>& levels,
                      int threads) {
  double total = 0.0;
  auto row_error = [&](int row) {
    double sum = 0.0;
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const float* block = coefficients.block(row, col);
      const std::int16_t* chosen = levels.block(row, col);
      float error = 0.0f;
      for (std::size_t k = 0; k < kBlock; ++k) {
        const float miss = block[k] - quantiser.steps[k] * static_cast<float>(chosen[k]);
        error += quantiser.sensitivity[k] * miss * miss;
      }
      sum += static_cast<double>(
                 weights[static_cast<std::ptrdiff_t>(row) * coefficients.cols + col]) *
             static_cast<double>(error);
    }
    return sum;
  };
  sum_rows(coefficients.used_rows, threads, total, row_error,
           [](double& sum, double part) { sum += part; });
  return total;
}

StepFit fit_steps(const Grid<const float>& coefficients, const float* weights,
                  const Grid<const std::int16_t>& levels, int threads) {
  StepFit total{};
  auto row_fit = [&](int row) {
    StepFit fit{};
    for (int col = 0; col < coefficients.used_cols; ++col) {
      const float* block = coefficients.block(row, col);
      const std::int16_t* chosen = levels.block(row, col);
      const auto weight = static_cast<double>(
          weights[static_cast<std::ptrdiff_t>(row) * coefficients.cols + col]);
      for (std::size_t k = 0; k < kBlock; ++k) {
        if (chosen[k] == 0) continue;
        const auto level = static_cast<double>(chosen[k]);
        fit.cross[k] += weight * level * static_cast<double>(block[k]);
        fit.square[k] += weight * level * level;
      }
    }
    return fit;
  };
  sum_rows(coefficients.used_rows, threads, total, row_fit, [](StepFit& sum, const StepFit& part) {
    for (std::size_t k = 0; k < kBlock; ++k) {
      sum.cross[k] += part.cross[k];
      sum.square[k] += part.square[k];
    }
  });
  return total;
}

}  // namespace foveate
