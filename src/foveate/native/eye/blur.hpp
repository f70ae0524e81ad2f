// SSIMULACRA 2's blur of a part of a plane.
#pragma once

#include <cstddef>
#include <vector>

namespace foveate {

// A part of a plane. Rows have room for whole groups of kLanes samples, and for as many more, so
// that loops may run over their ends.
struct Sheet {
  static constexpr int kLanes = 16;

  int rows = 0;
  int cols = 0;
  std::ptrdiff_t stride = 0;
  std::vector<float> data;

  // Samples keep no value; what lies beyond `cols` is finite.
  void resize(int new_rows, int new_cols) {
    rows = new_rows;
    cols = new_cols;
    stride = (new_cols + kLanes - 1) / kLanes * kLanes + kLanes;
    const auto size = static_cast<std::size_t>(new_rows) * static_cast<std::size_t>(stride);
    if (data.size() < size) data.resize(size);
  }
  float* row(int y) { return data.data() + y * stride; }
  const float* row(int y) const { return data.data() + y * stride; }
};

constexpr int kBlurReach = 4;  // samples on either side that the window takes

// `out` is `in` less kBlurReach samples at every edge, blurred.
void blur(const Sheet& in, Sheet& between, Sheet& out);

}  // namespace foveate
