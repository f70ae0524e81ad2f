#include <algorithm>
#include <cmath>

#include "compilers.hpp"
#include "eye/blur.hpp"
#include "eye/maps.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr int kLanes = Sheet::kLanes;

// How much larger, relatively, a sample's distance from its mean is than the original's.
FOVEATE_INLINE float growth(const LocalRow& row, int i, float inverse) {
  return (1.0f + std::fabs(row.decoded[i] - row.decoded_mean[i])) * inverse - 1.0f;
}

FOVEATE_INLINE float inverse_distance(const LocalRow& row, int i) {
  return 1.0f / (1.0f + std::fabs(row.original[i] - row.original_mean[i]));
}

}  // namespace

FOVEATE_CLONES
void edge_sums(const LocalRow& row, int count, ErrorSums& gained, ErrorSums& lost) {
  float sums[4][kLanes] = {};
  for (int first = 0; first < count; first += kLanes)
    for (int lane = 0; lane < kLanes; ++lane) {
      const int i = first + lane;
      const float change = growth(row, i, inverse_distance(row, i)), weight = row.field[i];
      const float more = std::max(change, 0.0f), less = std::max(-change, 0.0f);
      sums[0][lane] += weight * more;
      sums[1][lane] += weight * ((more * more) * (more * more));
      sums[2][lane] += weight * less;
      sums[3][lane] += weight * ((less * less) * (less * less));
    }
  for (int lane = 0; lane < kLanes; ++lane) {
    gained += {static_cast<double>(sums[0][lane]), static_cast<double>(sums[1][lane])};
    lost += {static_cast<double>(sums[2][lane]), static_cast<double>(sums[3][lane])};
  }
}

FOVEATE_CLONES
void edge_gradient(LocalRow row, int count, ErrorWeights gained, ErrorWeights lost,
                   RowGradient gradient, float* __restrict curvature) {
  float* __restrict by_mean = gradient.mean;
  float* __restrict by_sample = gradient.sample;
  // Half of fourth * error^2 / norm^3, which is a secant of the slope where the error is 0.
  const float gained_bend = 0.5f * gained.fourth * gained.inverse_norm * gained.inverse_norm *
                            gained.inverse_norm;
  const float lost_bend =
      0.5f * lost.fourth * lost.inverse_norm * lost.inverse_norm * lost.inverse_norm;
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float inverse = inverse_distance(row, i);
    const float change = growth(row, i, inverse);
    const float more = change * gained.inverse_norm, less = -change * lost.inverse_norm;
    const float rising = gained.mean + gained.fourth * (more * more * more);
    const float falling = -(lost.mean + lost.fourth * (less * less * less));
    const float weight = gained.share * row.field[i];
    // Without branches, which would keep the loop from becoming vectors.
    const float gains = change > 0.0f ? 1.0f : 0.0f, loses = 1.0f - gains;
    const float slope = weight * inverse * (gains * rising + loses * falling);
    const float distance = row.decoded[i] - row.decoded_mean[i];
    const float signed_slope = std::copysign(1.0f, distance) * slope;
    by_sample[i] = signed_slope;
    by_mean[i] -= signed_slope;
    const float bend = gains * gained_bend + loses * lost_bend;
    curvature[i] = weight * bend * (change * change) * (inverse * inverse);
  }
}

}  // namespace foveate
