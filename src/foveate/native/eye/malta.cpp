#include "eye/malta.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compilers.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

struct Step {
  int down;
  int across;
};

// Lines go through the middle and on to the other side in the same steps. Every second sample:
constexpr Step kSparse[16][2] = {
    {{0, -2}, {0, -4}},  {{-2, 0}, {-4, 0}},  {{-2, -2}, {-3, -3}}, {{-2, 2}, {-3, 3}},
    {{-2, 1}, {-4, 1}},  {{-2, -1}, {-4, -1}}, {{-1, -2}, {-1, -4}}, {{-1, 2}, {-1, 4}},
    {{-2, -1}, {-3, -2}}, {{-2, 1}, {-3, 2}},  {{-1, -2}, {-2, -3}}, {{-1, 2}, {-2, 3}},
    {{-1, 2}, {-2, 4}},  {{-1, -2}, {-2, -4}}, {{-2, -1}, {-4, -2}}, {{-2, 1}, {-4, 2}}};
// Every sample, in lines of seven and of nine. The last four of these count twice.
constexpr Step kSeven[6][3] = {
    {{-1, -1}, {-2, -2}, {-3, -3}}, {{-1, 1}, {-2, 2}, {-3, 3}}, {{-1, -1}, {-2, -1}, {-3, -2}},
    {{-1, 1}, {-2, 1}, {-3, 2}},    {{-1, -1}, {-1, -2}, {-2, -3}}, {{-1, 1}, {-1, 2}, {-2, 3}}};
constexpr Step kNine[6][4] = {{{0, -1}, {0, -2}, {0, -3}, {0, -4}},
                              {{-1, 0}, {-2, 0}, {-3, 0}, {-4, 0}},
                              {{-1, 0}, {-2, 1}, {-3, 1}, {-4, 1}},
                              {{-1, 0}, {-2, -1}, {-3, -1}, {-4, -1}},
                              {{0, -1}, {-1, -2}, {-1, -3}, {-1, -4}},
                              {{0, 1}, {-1, 2}, {-1, 3}, {-1, 4}}};
constexpr int kOnce = 2;

// What is summed along a line, by its number.
struct Sparse {
  static constexpr std::size_t kLines = 16, kSteps = 2;
  static constexpr Step at(std::size_t line, std::size_t step) { return kSparse[line][step]; }
  static constexpr float times(std::size_t) { return 1.0f; }
};
struct Seven {
  static constexpr std::size_t kLines = 6, kSteps = 3;
  static constexpr Step at(std::size_t line, std::size_t step) { return kSeven[line][step]; }
  static constexpr float times(std::size_t) { return 1.0f; }
};
struct Nine {
  static constexpr std::size_t kLines = 6, kSteps = 4;
  static constexpr Step at(std::size_t line, std::size_t step) { return kNine[line][step]; }
  static constexpr float times(std::size_t line) { return line < kOnce ? 1.0f : 2.0f; }
};

template <class Lines, std::size_t line, std::size_t step>
FOVEATE_INLINE float both_sides(const float* const* rows, int x) {
  constexpr Step at = Lines::at(line, step);
  return rows[4 + at.down][x + at.across] + rows[4 - at.down][x - at.across];
}

template <class Lines, std::size_t line, std::size_t... steps>
FOVEATE_INLINE float squared(const float* const* rows, int x,
                             std::index_sequence<steps...>) {
  const float sum = (rows[4][x] + ... + both_sides<Lines, line, steps>(rows, x));
  return Lines::times(line) * (sum * sum);
}

template <class Lines, std::size_t... lines>
FOVEATE_INLINE float all_squared(const float* const* rows, int x,
                                 std::index_sequence<lines...>) {
  return (... + squared<Lines, lines>(rows, x, std::make_index_sequence<Lines::kSteps>()));
}

template <class Lines>
FOVEATE_INLINE float squares(const float* const* rows, int x) {
  return all_squared<Lines>(rows, x, std::make_index_sequence<Lines::kLines>());
}

}  // namespace

MaltaWeights malta_weights(double weight, double norm, bool dense) {
  constexpr double kSamples = 2 * 3.75 + 1;
  const double scale = (dense ? 0.39905817637 : 0.611612573796) / kSamples;
  return {static_cast<float>(scale * std::sqrt(0.5 * weight)),
          static_cast<float>(scale * std::sqrt(0.33 * weight)), static_cast<float>(1.0 / norm)};
}

FOVEATE_CLONES
void malta_difference_row(const float* original, const float* decoded, int count,
                          MaltaWeights weights, float* __restrict out) {
  for (int x = 0; x < count; ++x) {
    const float a = std::fabs(original[x]);
    const float b = original[x] < 0.0f ? -decoded[x] : decoded[x];  // on the original's side of 0
    const float share = 1.0f / (1.0f + 0.5f * (a + std::fabs(b)) * weights.inverse_norm);
    const float beyond = std::max(0.55f * a - b, 0.0f) - std::max(b - 1.05f * a, 0.0f);
    const float difference = share * (weights.symmetric * (a - b) + weights.further * beyond);
    out[x] = original[x] < 0.0f ? -difference : difference;
  }
}

FOVEATE_CLONES
void add_dense_lines(const float* const rows[9], int count, float* __restrict sum) {
  const float* r[9];
  for (int i = 0; i < 9; ++i) r[i] = rows[i];
  FOVEATE_NO_ALIAS
  for (int x = 0; x < count; ++x) sum[x] += squares<Seven>(r, x) + squares<Nine>(r, x);
}

FOVEATE_CLONES
void add_sparse_lines(const float* const rows[9], int count, float* __restrict sum) {
  const float* r[9];
  for (int i = 0; i < 9; ++i) r[i] = rows[i];
  FOVEATE_NO_ALIAS
  for (int x = 0; x < count; ++x) sum[x] += squares<Sparse>(r, x);
}

}  // namespace foveate
