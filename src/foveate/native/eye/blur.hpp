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

// A part of a plane to be read, wherever it lies. Loops may run over its rows' ends too.
struct PlaneView {
  const float* data = nullptr;
  int rows = 0;
  int cols = 0;
  std::ptrdiff_t stride = 0;

  PlaneView() = default;
  PlaneView(const float* first, int high, int wide, std::ptrdiff_t step)
      : data(first), rows(high), cols(wide), stride(step) {}
  PlaneView(const Sheet& sheet)
      : PlaneView(sheet.data.data(), sheet.rows, sheet.cols, sheet.stride) {}
  const float* row(int y) const { return data + y * stride; }
};

constexpr int kBlurReach = 4;  // samples on either side that the window takes

// `out` is `in` less kBlurReach samples at every edge, blurred.
void blur(const PlaneView& in, Sheet& between, Sheet& out);

}  // namespace foveate
