// A part of a scale: it may reach beyond the picture.
#pragma once

namespace foveate {

struct Region {
  int top;
  int left;
  int rows;
  int cols;

  Region grown(int by) const { return {top - by, left - by, rows + 2 * by, cols + 2 * by}; }
};

}  // namespace foveate
