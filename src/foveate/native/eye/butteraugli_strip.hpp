// Butteraugli at one scale, row by row: of every step only the rows are kept that later ones need.
#pragma once

#include <array>

#include "eye/butteraugli_rows.hpp"
#include "eye/cut_gaussian.hpp"
#include "eye/linear.hpp"
#include "eye/malta.hpp"
#include "eye/ring.hpp"

namespace foveate {

class ButteraugliStrip {
 public:
  // Both pyramids have the `scale`, 8 samples high and wide or more there.
  ButteraugliStrip(const Pyramid& original, const Pyramid& decoded, int scale);

  // Calls `take(y, row)` for rows `first` to `last`, the latter left out.
  template <class Take>
  void rows(int first, int last, Take&& take) {
    for (int y = std::max(first - kReach, 0); y < last + kReach; ++y) {
      advance(y, first, last);
      const int done = y - kReach;
      if (done >= first) take(done, finished(done));
    }
  }

 private:
  // How far behind the latest row of light each step is.
  static constexpr int kAdapted = 2, kLow = kAdapted + 16, kMiddle = kLow + 7, kHigh = kMiddle + 3,
                       kActive = kHigh + 6, kReach = kActive + 3;
  // A step's differences are taken by the last one, of rows up to four before and after.
  static constexpr int kLines = 4;

  struct Sight {  // of one picture
    Sight(const Pyramid& pyramid, int width);

    const Pyramid& picture;
    std::array<Ring, 3> light;
    std::array<Ring, 2> adapted, left, rest;
    Ring activity;
    // Rows that only one step needs.
    std::array<Ring, 3> blurred;
    std::array<Ring, 2> band, highest;
  };

  void advance(int y, int first, int last);
  void adapt(int y);
  void take_low(int y);
  void take_middle(int y);
  void take_high(int y);
  void take_activity(int y);
  const float* finished(int y);
  void add_lines(const Ring& differences, bool dense, int y, float* sum) const;
  bool inside(int y, int first, int last, int margin) const {
    return y >= std::max(first - margin, 0) && y < std::min(last + margin, height_);
  }

  int scale_;
  int height_;
  int width_;
  std::array<Sight, 2> sights_;
  CutGaussian light_blur_, low_blur_, middle_blur_, high_blur_, activity_blur_;
  // Of B only the difference of both pictures counts.
  Ring b_, b_left_, b_band_;
  Ring low_, others_;                // squared differences
  std::array<Ring, 2> middle_lines_;  // differences of X and Y, for sums along lines
  std::array<Ring, 2> high_lines_, highest_lines_;
  Ring blurred_activity_, blurred_other_;
  Ring zeros_, infinite_;
  Ring eroded_, out_;
};

}  // namespace foveate
