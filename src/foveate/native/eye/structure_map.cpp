#include <algorithm>

#include "compilers.hpp"
#include "eye/blur.hpp"
#include "eye/maps.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr int kLanes = Sheet::kLanes;
constexpr float kC2 = 0.0009f;

// 1 less likeness, which is luminance * contrast / variances.
struct Structure {
  float luminance;
  float contrast;
  float inverse;  // of variances
  float error;
};

FOVEATE_INLINE Structure structure(const LocalRow& row, int i) {
  const float a = row.original_mean[i], b = row.decoded_mean[i];
  const float luminance = 1.0f - (a - b) * (a - b);
  const float contrast = 2.0f * (row.product[i] - a * b) + kC2;
  const float variances = std::max(row.squares[i] - (a * a + b * b), 0.0f) + kC2;
  const float inverse = 1.0f / variances;
  return {luminance, contrast, inverse, std::max(1.0f - luminance * contrast * inverse, 0.0f)};
}

}  // namespace

FOVEATE_CLONES
ErrorSums structure_sums(const LocalRow& row, int count) {
  float mean[kLanes] = {}, fourth[kLanes] = {};
  for (int first = 0; first < count; first += kLanes)
    for (int lane = 0; lane < kLanes; ++lane) {
      const float error = structure(row, first + lane).error;
      const float square = error * error, weight = row.field[first + lane];
      mean[lane] += weight * error;
      fourth[lane] += weight * (square * square);
    }
  ErrorSums sums;
  for (int lane = 0; lane < kLanes; ++lane)
    sums += {static_cast<double>(mean[lane]), static_cast<double>(fourth[lane])};
  return sums;
}

FOVEATE_CLONES
void structure_gradient(LocalRow row, int count, ErrorWeights weights, RowGradient gradient,
                        float* __restrict curvature) {
  float* __restrict by_mean = gradient.mean;
  float* __restrict by_squares = gradient.squares;
  float* __restrict by_product = gradient.product;
  // Where there is no error at all, its third power has no direction: all count alike.
  const float everywhere = weights.inverse_norm > 0.0f ? 0.0f : 1.0f;
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float a = row.original_mean[i], b = row.decoded_mean[i];
    const Structure here = structure(row, i);
    const float relative = here.error * weights.inverse_norm;
    const float cube = relative * relative * relative + everywhere;
    const float slope =
        weights.share * row.field[i] * (weights.mean + weights.fourth * cube);
    const float active = here.error > 0.0f ? slope : 0.0f;
    const float luminance = here.luminance * here.inverse;
    const float contrast = here.contrast * here.inverse;
    curvature[i] = slope * here.inverse;
    by_product[i] = -2.0f * active * luminance;
    by_squares[i] = active * luminance * contrast;
    by_mean[i] = 2.0f * active * (a * luminance - (a - b) * contrast - b * luminance * contrast);
  }
}

FOVEATE_CLONES
void structure_curvature(LocalRow row, int count, ErrorWeights weights,
                         float* __restrict curvature) {
  const float any = weights.mean + weights.fourth;
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i)
    curvature[i] = weights.share * row.field[i] * any * structure(row, i).inverse;
}

}  // namespace foveate
