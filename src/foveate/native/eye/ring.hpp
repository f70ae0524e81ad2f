// The latest rows of a plane that is made row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace foveate {

// Rows have kMargin samples before the first and after the last column, which keep one value, and
// room for a whole group of kGroup samples, so that loops may run over their ends where they read.
class Ring {
 public:
  static constexpr int kMargin = 16;
  static constexpr int kGroup = 32;

  Ring(int rows, int cols, float margin = 0.0f)
      : rows_(rows),
        cols_(cols),
        value_(margin),
        stride_(kMargin + (cols + kGroup - 1) / kGroup * kGroup + kMargin),
        data_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(stride_), margin) {}

  // `y` is 0 or more; of rows that lie `rows` apart, the latest to be written is kept.
  float* row(int y) { return data_.data() + (y % rows_) * stride_ + kMargin; }
  const float* row(int y) const { return data_.data() + (y % rows_) * stride_ + kMargin; }
  // Gives the margin after a row, which was written in whole groups, its value back.
  void close(int y) { std::fill(row(y) + cols_, row(y) + cols_ + kMargin, value_); }

 private:
  int rows_;
  int cols_;
  float value_;
  std::ptrdiff_t stride_;
  std::vector<float> data_;
};

}  // namespace foveate
