#include "eye/butteraugli_rows.hpp"

#include <algorithm>
#include <cmath>

#include "compilers.hpp"
#include "eye/logarithm.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr float kNits = 80.0f;
// What each cone catches of linear red, green and blue, and without any light.
constexpr float kCones[3][4] = {
    {0.29956550340058319f, 0.63373087833825936f, 0.077705617820981968f, 1.7557483643287353f},
    {0.22158691104574774f, 0.69391388044116142f, 0.0987313588422f, 1.7557483643287353f},
    {0.02f, 0.02f, 0.20480129041026129f, 12.226454707163354f}};
// XYB's lowest frequencies as they are compared.
constexpr float kLowX = 33.832837186260f, kLowY = 14.458268100570f, kLowB = 49.87984651440f;
constexpr float kLowYOfB = -0.362267051518f;
// Weights of squared differences of X, Y and B.
constexpr float kLowWeights[3] = {29.2353797994f, 0.844626970982f, 0.703646627719f};
constexpr float kMiddleWeights[3] = {2150.0f, 10.6195433239f, 16.2176043152f};
constexpr float kHighWeights[2] = {400.0f, 1.50815703118f};
constexpr float kHighShare = 0.8f;
// How what hides differences turns into their weight.
constexpr float kHiding = 6.19424080439f, kHidingBias = 12.61050594197f;
constexpr float kHidingDifference = 10.0f;
constexpr float kScale = static_cast<float>(1.0 / (17.83 * 0.79079917404));

template <int cone>
FOVEATE_INLINE float caught(float r, float g, float b) {
  return kCones[cone][0] * r + (kCones[cone][1] * g + (kCones[cone][2] * b + kCones[cone][3]));
}

// How sensitive a cone is in this light.
FOVEATE_INLINE float sensitivity(float light) {
  const float gamma =
      19.245013259874995f * natural_log(light + 9.9710635769299145f) - 23.16046239805755f;
  return std::max(gamma / light, 1e-4f);
}

template <int cone>
FOVEATE_INLINE float response(const float (&rgb)[3],
                              const float (&around)[3]) {
  const float adapted = sensitivity(caught<cone>(around[0], around[1], around[2]));
  return std::max(caught<cone>(rgb[0], rgb[1], rgb[2]) * adapted, kCones[cone][3]);
}

// Values nearer to 0 than `range` vanish.
FOVEATE_INLINE float without_range(float value, float range) {
  return value > range ? value - range : value < -range ? value + range : 0.0f;
}

// Values nearer to 0 than `range` double.
FOVEATE_INLINE float with_double_range(float value, float range) {
  return value > range ? value + range : value < -range ? value - range : value + value;
}

// What exceeds the limit counts for less.
FOVEATE_INLINE float limited(float value, float limit) {
  constexpr float kShare = 0.724216145665f;
  return value >= limit    ? (value - limit) * kShare + limit
         : value < -limit ? (value + limit) * kShare - limit
                          : value;
}

// The squared difference, and that of a copy weaker than 0.4 times the original or stronger.
FOVEATE_INLINE float asymmetric(float original, float decoded) {
  const float a = std::fabs(original), b = original < 0.0f ? -decoded : decoded;
  const float beyond = std::max(0.4f * a - b, 0.0f) + std::max(b - a, 0.0f);
  return (a - b) * (a - b) + beyond * beyond;
}

// 0.45, 0.3 and 0.25 of the three least of twice the middle, twice, and of all others.
struct Least {
  float first, second, third;

  FOVEATE_INLINE void take(float value) {
    const float more = std::max(first, value), most = std::max(second, more);
    first = std::min(first, value);
    second = std::min(second, more);
    third = std::min(third, most);
  }
};

}  // namespace

FOVEATE_CLONES
void adapted_row(const ConstRowOf3& light, const ConstRowOf3& blurred, int count,
                 const RowOf3& xyb) {
  const float *r = light.plane[0], *g = light.plane[1], *b = light.plane[2];
  const float *r_around = blurred.plane[0], *g_around = blurred.plane[1],
              *b_around = blurred.plane[2];
  float *x_out = xyb.plane[0], *y_out = xyb.plane[1], *b_out = xyb.plane[2];
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float rgb[3] = {kNits * r[i], kNits * g[i], kNits * b[i]};
    const float around[3] = {kNits * r_around[i], kNits * g_around[i], kNits * b_around[i]};
    const float first = response<0>(rgb, around), second = response<1>(rgb, around);
    x_out[i] = first - second;
    y_out[i] = first + second;
    b_out[i] = response<2>(rgb, around);
  }
}

FOVEATE_CLONES
void difference_row(const float* a, const float* b, int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) out[i] = a[i] - b[i];
}

FOVEATE_CLONES
void low_difference_row(ConstPairOfRows original, ConstPairOfRows decoded, const float* b_difference,
                        int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    const float luma = original.y[i] - decoded.y[i];
    const float x = kLowX * (original.x[i] - decoded.x[i]), y = kLowY * luma;
    const float b = kLowB * (b_difference[i] + kLowYOfB * luma);
    out[i] = kLowWeights[0] * (x * x) + (kLowWeights[1] * (y * y) + kLowWeights[2] * (b * b));
  }
}

FOVEATE_CLONES
void split_middle_row(ConstPairOfRows left, PairOfRows middle, int count, PairOfRows high) {
  constexpr float kRemovedX = 0.29f, kDoubledY = 0.1f;
  constexpr float kFreeX = 0.653020556257f, kHiddenX = static_cast<float>(1.0 - 0.653020556257);
  constexpr float kHidingY = 46.0f;
  float *x_out = high.x, *y_out = high.y, *x_middle = middle.x, *y_middle = middle.y;
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float x = x_middle[i], y = y_middle[i];
    const float high_y = left.y[i] - y;
    // Changes of brightness hide those between red and green.
    const float share = kFreeX + kHiddenX * (kHidingY / (high_y * high_y + kHidingY));
    x_out[i] = share * (left.x[i] - x);
    y_out[i] = high_y;
    x_middle[i] = without_range(x, kRemovedX);
    y_middle[i] = with_double_range(y, kDoubledY);
  }
}

FOVEATE_CLONES
void split_high_row(ConstPairOfRows left, PairOfRows high, int count, PairOfRows highest) {
  constexpr float kRemovedX = 1.5f, kRemovedHighestX = 0.04f, kDoubledY = 0.132f;
  constexpr float kMostY = 28.4691806922f, kMostHighestY = 5.19175294647f;
  constexpr float kTimesY = 2.155f, kTimesHighestY = 2.69313763794f;
  float *x_out = highest.x, *y_out = highest.y, *x_high = high.x, *y_high = high.y;
  FOVEATE_NO_ALIAS
  for (int i = 0; i < count; ++i) {
    const float x = x_high[i], y = limited(y_high[i], kMostY);
    x_out[i] = without_range(left.x[i] - x, kRemovedHighestX);
    x_high[i] = without_range(x, kRemovedX);
    y_out[i] = limited(left.y[i] - y, kMostHighestY) * kTimesHighestY;
    y_high[i] = with_double_range(y * kTimesY, kDoubledY);
  }
}

FOVEATE_CLONES
void middle_difference_row(ConstPairOfRows original, ConstPairOfRows decoded,
                           const float* b_difference, int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    const float x = original.x[i] - decoded.x[i], y = original.y[i] - decoded.y[i];
    const float b = b_difference[i];
    out[i] =
        kMiddleWeights[0] * (x * x) + (kMiddleWeights[1] * (y * y) + kMiddleWeights[2] * (b * b));
  }
}

FOVEATE_CLONES
void add_high_difference_row(ConstPairOfRows original, ConstPairOfRows decoded, int count,
                             float* __restrict out) {
  for (int i = 0; i < count; ++i)
    out[i] += kHighShare * (kHighWeights[0] * asymmetric(original.x[i], decoded.x[i]) +
                            kHighWeights[1] * asymmetric(original.y[i], decoded.y[i]));
}

FOVEATE_CLONES
void activity_row(ConstPairOfRows high, ConstPairOfRows highest, int count, float* __restrict out) {
  const float bias = kHiding * kHidingBias, root = std::sqrt(bias);
  for (int i = 0; i < count; ++i) {
    const float x = 2.5f * (highest.x[i] + high.x[i]), y = 0.4f * (highest.y[i] + high.y[i]);
    out[i] = std::sqrt(kHiding * std::sqrt(x * x + y * y) + bias) - root;
  }
}

FOVEATE_CLONES
void add_activity_difference_row(const float* original, const float* decoded, int count,
                                 float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    const float difference = original[i] - decoded[i];
    out[i] += kHidingDifference * (difference * difference);
  }
}

FOVEATE_CLONES
void eroded_row(const float* above, const float* row, const float* below, int count,
                float* __restrict out) {
  constexpr int kApart = 3;
  for (int i = 0; i < count; ++i) {
    Least least{row[i], 2.0f * row[i], 2.0f * row[i]};
    for (const float* around : {above, row, below}) {
      least.take(around[i - kApart]);
      least.take(around[i + kApart]);
    }
    least.take(above[i]);
    least.take(below[i]);
    out[i] = 0.45f * least.first + 0.3f * least.second + 0.25f * least.third;
  }
}

FOVEATE_CLONES
void seen_row(const float* activity, const float* low, const float* others, int count,
              float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    const float a = activity[i];
    const float of_low = 1.0f + 0.505054525019f / (3.87449418804f * a + 0.20025578522f);
    const float of_others = 1.0f + 2.5485944793f / (0.451936922203f * a + 0.829591754942f);
    out[i] = kScale * std::sqrt(low[i] * (of_low * of_low) + others[i] * (of_others * of_others));
  }
}

}  // namespace foveate
