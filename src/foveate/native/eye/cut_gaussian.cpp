#include "eye/cut_gaussian.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "compilers.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr double kCut = 2.25;
constexpr int kMostTaps = 2 * Ring::kMargin + 1;

using Rows = std::array<const float*, kMostTaps>;

// Eight numbers that are added and scaled as one: a vector where the compiler has such a type.
constexpr int kEight = 8, kParts = Ring::kGroup / kEight;
#if defined(__GNUC__) && !defined(FOVEATE_PLAIN)
typedef float Eight __attribute__((vector_size(32)));
#else
struct Eight {
  float value[kEight];

  Eight operator+(const Eight& other) const {
    Eight sum;
    for (int i = 0; i < kEight; ++i) sum.value[i] = value[i] + other.value[i];
    return sum;
  }
  Eight& operator+=(const Eight& other) { return *this = *this + other; }
  Eight& operator*=(float factor) {
    for (float& each : value) each *= factor;
    return *this;
  }
};
Eight operator*(float factor, Eight eight) { return eight *= factor; }
#endif

// A group of samples of a row, wherever they lie.
struct Group {
  Eight part[kParts];

  FOVEATE_INLINE explicit Group(const float* from) {
    for (int i = 0; i < kParts; ++i) std::memcpy(&part[i], from + kEight * i, sizeof(Eight));
  }
  FOVEATE_INLINE void store(float* to) const {
    for (int i = 0; i < kParts; ++i) std::memcpy(to + kEight * i, &part[i], sizeof(Eight));
  }
};

// 1 / the sum of the taps that lie on the picture, for each place along a side.
std::vector<float> inverse_sums(const std::vector<float>& taps, int side) {
  const int radius = static_cast<int>(taps.size()) - 1;
  std::vector<float> out(static_cast<std::size_t>(side));
  for (int at = 0; at < side; ++at) {
    double sum = 0.0;
    for (int other = std::max(at - radius, 0); other <= std::min(at + radius, side - 1); ++other)
      sum += static_cast<double>(taps[static_cast<std::size_t>(std::abs(other - at))]);
    out[static_cast<std::size_t>(at)] = static_cast<float>(1.0 / sum);
  }
  return out;
}

}  // namespace

FOVEATE_CLONES
void weighted_sum(const float* const* rows, const float* taps, int radius, int count, float* out) {
  for (int x = 0; x < count; x += Ring::kGroup) {
    Group sum(rows[radius] + x);
    for (Eight& part : sum.part) part *= taps[0];
    for (int k = 1; k <= radius; ++k) {
      const Group before(rows[radius - k] + x), after(rows[radius + k] + x);
      for (int i = 0; i < kParts; ++i) sum.part[i] += taps[k] * (before.part[i] + after.part[i]);
    }
    sum.store(out + x);
  }
}

CutGaussian::CutGaussian(double sigma, int height, int width)
    : radius_(std::max(1, static_cast<int>(kCut * sigma))),
      height_(height),
      width_(width),
      between_(1, width),
      nothing_(1, width) {
  std::vector<double> window;
  double sum = 0.0;
  for (int k = 0; k <= radius_; ++k) {
    window.push_back(std::exp(-0.5 * k * k / (sigma * sigma)));
    sum += (k == 0 ? 1.0 : 2.0) * window.back();
  }
  for (const double tap : window) taps_.push_back(static_cast<float>(tap / sum));
  columns_ = inverse_sums(taps_, width);
  lines_ = inverse_sums(taps_, height);
}

void CutGaussian::row(const Ring& rows, int y, float* out) {
  Rows around{};
  std::array<float, Ring::kMargin + 1> taps{};
  for (int k = -radius_; k <= radius_; ++k) {
    const bool there = y + k >= 0 && y + k < height_;
    around[static_cast<std::size_t>(radius_ + k)] = there ? rows.row(y + k) : nothing_.row(0);
  }
  for (std::size_t k = 0; k < taps_.size(); ++k)
    taps[k] = taps_[k] * lines_[static_cast<std::size_t>(y)];
  float* between = between_.row(0);
  weighted_sum(around.data(), taps.data(), radius_, width_, between);
  between_.close(0);
  across(out);
  const int left = std::min(radius_, width_), right = std::max(left, width_ - radius_);
  for (int x = 0; x < left; ++x) out[x] *= columns_[static_cast<std::size_t>(x)];
  for (int x = right; x < width_; ++x) out[x] *= columns_[static_cast<std::size_t>(x)];
}

void CutGaussian::mirrored_row(const Ring& rows, int y, float* out) {
  Rows around{};
  for (int k = -radius_; k <= radius_; ++k) {
    const int inside = y + k < 0 ? -1 - (y + k) : y + k >= height_ ? 2 * height_ - 1 - (y + k) : y + k;
    around[static_cast<std::size_t>(radius_ + k)] = rows.row(inside);
  }
  float* between = between_.row(0);
  weighted_sum(around.data(), taps_.data(), radius_, width_, between);
  for (int k = 0; k < radius_; ++k) {
    between[-1 - k] = between[k];
    between[width_ + k] = between[width_ - 1 - k];
  }
  across(out);
}

void CutGaussian::across(float* out) {
  Rows around{};
  const float* between = between_.row(0);
  for (int k = -radius_; k <= radius_; ++k)
    around[static_cast<std::size_t>(radius_ + k)] = between + k;
  // The last group may run over the end of what is asked for.
  weighted_sum(around.data(), taps_.data(), radius_, width_, out);
}

}  // namespace foveate
