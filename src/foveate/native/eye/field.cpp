#include "eye/field.hpp"

#include <algorithm>

namespace foveate {
namespace {

constexpr int kBlockScale = 3;  // where a sample is a luma block

}  // namespace

ScaledField::ScaledField(const BlockField& field, int scales) {
  if (field.values == nullptr) return;
  int rows = field.rows, cols = field.cols;
  grids_.emplace_back(field.values, field.values + static_cast<std::ptrdiff_t>(rows) * cols);
  cols_.push_back(cols);
  for (int s = kBlockScale + 1; s < scales; ++s) {
    const std::vector<float>& fine = grids_.back();
    const int half_rows = divide_up(rows, 2), half_cols = divide_up(cols, 2);
    std::vector<float> half;
    half.reserve(static_cast<std::size_t>(half_rows) * static_cast<std::size_t>(half_cols));
    const auto at = [&](int row, int col) {
      return fine[static_cast<std::size_t>(std::min(row, rows - 1)) *
                      static_cast<std::size_t>(cols) +
                  static_cast<std::size_t>(std::min(col, cols - 1))];
    };
    for (int r = 0; r < half_rows; ++r)
      for (int c = 0; c < half_cols; ++c)
        half.push_back(((at(2 * r, 2 * c) + at(2 * r, 2 * c + 1)) +
                        (at(2 * r + 1, 2 * c) + at(2 * r + 1, 2 * c + 1))) *
                       0.25f);
    rows = half_rows;
    cols = half_cols;
    grids_.push_back(std::move(half));
    cols_.push_back(cols);
  }
}

void ScaledField::fill(int scale, int height, int width, int top, int left, Sheet& out) const {
  const int first = std::max(-left, 0), last = std::min(out.cols, width - left);
  const int shift = std::max(kBlockScale - scale, 0);
  const auto level = static_cast<std::size_t>(std::max(scale - kBlockScale, 0));
  for (int y = 0; y < out.rows; ++y) {
    float* row = out.row(y);
    // Several rows lie in the same blocks.
    if (y > 0 && top + y > 0 && top + y < height && (top + y) >> shift == (top + y - 1) >> shift) {
      std::copy(row - out.stride, row, row);
      continue;
    }
    std::fill(row, row + out.stride, 0.0f);
    if (top + y < 0 || top + y >= height) continue;
    if (grids_.empty()) {
      std::fill(row + first, row + std::max(last, first), 1.0f);
      continue;
    }
    const float* values =
        grids_[level].data() + static_cast<std::ptrdiff_t>((top + y) >> shift) * cols_[level];
    for (int x = first; x < last; ++x) row[x] = values[(left + x) >> shift];
  }
}

}  // namespace foveate
