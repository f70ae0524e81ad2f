// How much each sample of a scale counts, from how much each luma block does.
#pragma once

#include <vector>

#include "eye/blur.hpp"
#include "eye/ssimulacra2.hpp"

namespace foveate {

class ScaledField {
 public:
  ScaledField(const BlockField& field, int scales);

  // Writes the values of `out.cols` samples from (top, left) on for each of its rows; 0 outside
  // the `height` x `width` samples of the scale, also beyond the ends of rows.
  void fill(int scale, int height, int width, int top, int left, Sheet& out) const;

 private:
  // From one value a luma block to one for each sample of coarser scales.
  std::vector<std::vector<float>> grids_;
  std::vector<int> cols_;
};

}  // namespace foveate
