// Butteraugli's blur: a Gaussian cut off at 2.25 times its sigma. At the border the samples that
// there are count for those that there are not.
#pragma once

#include <vector>

#include "eye/ring.hpp"

namespace foveate {

// The sum of rows, each `taps[distance from the middle one]` times; 2 * radius + 1 rows. Reads and
// writes whole groups of Ring::kGroup samples.
void weighted_sum(const float* const* rows, const float* taps, int radius, int count, float* out);

class CutGaussian {
 public:
  CutGaussian(double sigma, int height, int width);

  int radius() const { return radius_; }

  // Row `y` of the blurred plane, of which `rows` holds the rows around it.
  void row(const Ring& rows, int y, float* out);
  // The same of a plane whose samples are mirrored at the border.
  void mirrored_row(const Ring& rows, int y, float* out);

 private:
  // From `between_` to `out`.
  void across(float* out);

  int radius_;
  int height_;
  int width_;
  std::vector<float> taps_;     // from the middle outwards; of the whole window the sum is 1
  std::vector<float> columns_;  // 1 / the sum of the taps that a column's window has
  std::vector<float> lines_;    // the same of rows
  Ring between_;
  Ring nothing_;
};

}  // namespace foveate
