#include "eye/butteraugli_strip.hpp"

#include <limits>

namespace foveate {
namespace {

constexpr double kLightSigma = 1.2, kLowSigma = 7.15593339443, kMiddleSigma = 3.22489901262,
                 kHighSigma = 1.56416327805, kActivitySigma = 2.7;
constexpr float kInfinite = std::numeric_limits<float>::max() / 4.0f;  // twice it is finite too
constexpr std::size_t kX = 0, kY = 1;

template <std::size_t n>
std::array<Ring, n> rings(int rows, int cols) {
  if constexpr (n == 2)
    return {Ring(rows, cols), Ring(rows, cols)};
  else
    return {Ring(rows, cols), Ring(rows, cols), Ring(rows, cols)};
}

PairOfRows pair(std::array<Ring, 2>& of, int y) { return {of[kX].row(y), of[kY].row(y)}; }
ConstPairOfRows const_pair(const std::array<Ring, 2>& of, int y) {
  return {of[kX].row(y), of[kY].row(y)};
}
RowOf3 three(std::array<Ring, 3>& of, int y) {
  return {{of[0].row(y), of[1].row(y), of[2].row(y)}};
}
ConstRowOf3 const_three(const std::array<Ring, 3>& of, int y) {
  return {{of[0].row(y), of[1].row(y), of[2].row(y)}};
}

}  // namespace

ButteraugliStrip::Sight::Sight(const Pyramid& pyramid, int width)
    : picture(pyramid),
      light(rings<3>(2 * kAdapted + 1, width)),
      adapted(rings<2>(2 * (kLow - kAdapted) + 1, width)),
      left(rings<2>(2 * (kMiddle - kLow) + 1, width)),
      rest(rings<2>(2 * (kHigh - kMiddle) + 1, width)),
      activity(2 * (kActive - kHigh) + 1, width),
      blurred(rings<3>(1, width)),
      band(rings<2>(1, width)),
      highest(rings<2>(1, width)) {}

ButteraugliStrip::ButteraugliStrip(const Pyramid& original, const Pyramid& decoded, int scale)
    : scale_(scale),
      height_(original.height(scale)),
      width_(original.width(scale)),
      sights_{Sight(original, width_), Sight(decoded, width_)},
      light_blur_(kLightSigma, height_, width_),
      low_blur_(kLowSigma, height_, width_),
      middle_blur_(kMiddleSigma, height_, width_),
      high_blur_(kHighSigma, height_, width_),
      activity_blur_(kActivitySigma, height_, width_),
      b_(2 * (kLow - kAdapted) + 1, width_),
      b_left_(2 * (kMiddle - kLow) + 1, width_),
      b_band_(1, width_),
      low_(kReach - kLow + 1, width_),
      others_(kReach - kMiddle + 1, width_),
      middle_lines_(rings<2>(kReach - kMiddle + kLines + 1, width_)),
      high_lines_(rings<2>(kReach - kHigh + kLines + 1, width_)),
      highest_lines_(rings<2>(kReach - kHigh + kLines + 1, width_)),
      blurred_activity_(2 * (kReach - kActive) + 1, width_, kInfinite),
      blurred_other_(1, width_),
      zeros_(1, width_),
      infinite_(1, width_, kInfinite),
      eroded_(1, width_),
      out_(1, width_) {}

void ButteraugliStrip::advance(int y, int first, int last) {
  if (inside(y, first, last, kReach))
    for (Sight& sight : sights_) sight.picture.row(scale_, y, 0, width_, three(sight.light, y));
  if (inside(y - kAdapted, first, last, kReach - kAdapted)) adapt(y - kAdapted);
  if (inside(y - kLow, first, last, kReach - kLow)) take_low(y - kLow);
  if (inside(y - kMiddle, first, last, kReach - kMiddle)) take_middle(y - kMiddle);
  if (inside(y - kHigh, first, last, kReach - kHigh)) take_high(y - kHigh);
  if (inside(y - kActive, first, last, kReach - kActive)) take_activity(y - kActive);
}

void ButteraugliStrip::adapt(int y) {
  float* b[2];
  for (std::size_t s = 0; s < 2; ++s) {
    Sight& sight = sights_[s];
    for (std::size_t c = 0; c < 3; ++c)
      light_blur_.mirrored_row(sight.light[c], y, sight.blurred[c].row(0));
    b[s] = sight.blurred[2].row(0);
    adapted_row(const_three(sight.light, y), const_three(sight.blurred, 0), width_,
                {{sight.adapted[kX].row(y), sight.adapted[kY].row(y), b[s]}});
  }
  difference_row(b[0], b[1], width_, b_.row(y));
}

void ButteraugliStrip::take_low(int y) {
  for (Sight& sight : sights_)
    for (std::size_t c = 0; c < 2; ++c) {
      float* low = sight.band[c].row(0);
      low_blur_.row(sight.adapted[c], y, low);
      difference_row(sight.adapted[c].row(y), low, width_, sight.left[c].row(y));
    }
  low_blur_.row(b_, y, b_band_.row(0));
  difference_row(b_.row(y), b_band_.row(0), width_, b_left_.row(y));
  low_difference_row(const_pair(sights_[0].band, 0), const_pair(sights_[1].band, 0),
                     b_band_.row(0), width_, low_.row(y));
}

void ButteraugliStrip::take_middle(int y) {
  static const MaltaWeights of_x = malta_weights(8246.75321353, 1009002.70582, false);
  static const MaltaWeights of_y = malta_weights(37.0819870399, 130262059.556, false);
  for (Sight& sight : sights_) {
    for (std::size_t c = 0; c < 2; ++c) middle_blur_.row(sight.left[c], y, sight.band[c].row(0));
    split_middle_row(const_pair(sight.left, y), pair(sight.band, 0), width_, pair(sight.rest, y));
  }
  middle_blur_.row(b_left_, y, b_band_.row(0));
  const ConstPairOfRows a = const_pair(sights_[0].band, 0), b = const_pair(sights_[1].band, 0);
  middle_difference_row(a, b, b_band_.row(0), width_, others_.row(y));
  malta_difference_row(a.x, b.x, width_, of_x, middle_lines_[kX].row(y));
  malta_difference_row(a.y, b.y, width_, of_y, middle_lines_[kY].row(y));
}

void ButteraugliStrip::take_high(int y) {
  static const MaltaWeights of_x = malta_weights(6923.99476109, 8051.15833247, false);
  static const MaltaWeights of_y = malta_weights(18.7237414387, 4498534.45232, false);
  static const MaltaWeights of_highest_x = malta_weights(173.5, 5.0, true);
  static const MaltaWeights of_highest_y = malta_weights(1.10039032555, 71.7800275169, true);
  for (Sight& sight : sights_) {
    for (std::size_t c = 0; c < 2; ++c) high_blur_.row(sight.rest[c], y, sight.band[c].row(0));
    split_high_row(const_pair(sight.rest, y), pair(sight.band, 0), width_, pair(sight.highest, 0));
    activity_row(const_pair(sight.band, 0), const_pair(sight.highest, 0), width_,
                 sight.activity.row(y));
  }
  const ConstPairOfRows a = const_pair(sights_[0].band, 0), b = const_pair(sights_[1].band, 0);
  add_high_difference_row(a, b, width_, others_.row(y));
  malta_difference_row(a.x, b.x, width_, of_x, high_lines_[kX].row(y));
  malta_difference_row(a.y, b.y, width_, of_y, high_lines_[kY].row(y));
  const ConstPairOfRows c = const_pair(sights_[0].highest, 0), d = const_pair(sights_[1].highest, 0);
  malta_difference_row(c.x, d.x, width_, of_highest_x, highest_lines_[kX].row(y));
  malta_difference_row(c.y, d.y, width_, of_highest_y, highest_lines_[kY].row(y));
}

void ButteraugliStrip::take_activity(int y) {
  float* own = blurred_activity_.row(y);
  activity_blur_.row(sights_[0].activity, y, own);
  blurred_activity_.close(y);
  activity_blur_.row(sights_[1].activity, y, blurred_other_.row(0));
  add_activity_difference_row(own, blurred_other_.row(0), width_, others_.row(y));
}

const float* ButteraugliStrip::finished(int y) {
  constexpr int kApart = kReach - kActive;
  const float* above = y >= kApart ? blurred_activity_.row(y - kApart) : infinite_.row(0);
  const float* below = y + kApart < height_ ? blurred_activity_.row(y + kApart) : infinite_.row(0);
  eroded_row(above, blurred_activity_.row(y), below, width_, eroded_.row(0));
  float* others = others_.row(y);
  for (std::size_t c = 0; c < 2; ++c) {
    add_lines(middle_lines_[c], false, y, others);
    add_lines(high_lines_[c], false, y, others);
    add_lines(highest_lines_[c], true, y, others);
  }
  seen_row(eroded_.row(0), low_.row(y), others, width_, out_.row(0));
  return out_.row(0);
}

void ButteraugliStrip::add_lines(const Ring& differences, bool dense, int y, float* sum) const {
  const float* rows[2 * kLines + 1];
  for (int k = -kLines; k <= kLines; ++k) {
    const bool there = y + k >= 0 && y + k < height_;
    rows[kLines + k] = there ? differences.row(y + k) : zeros_.row(0);
  }
  (dense ? add_dense_lines : add_sparse_lines)(rows, width_, sum);
}

}  // namespace foveate
