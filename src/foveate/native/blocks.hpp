// What a component of a picture is to this code: a grid of 8x8 blocks, 64 numbers each in zigzag order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace foveate {

constexpr int kBlock = 64;

// Zigzag index -> natural (row-major) index, T.81 figure 5.
constexpr std::uint8_t kZigzag[kBlock] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// A grid of blocks. `rows` x `cols` are stored, whole MCUs of the picture; the first
// `used_rows` x `used_cols` hold samples of it, and a scan of one component codes only those.
template <class T>
struct Grid {
  T* data;
  int rows;
  int cols;
  int used_rows;
  int used_cols;

  T* block(int row, int col) const {
    return data + (static_cast<std::ptrdiff_t>(row) * cols + col) * kBlock;
  }
};

// Sampling of a component within an MCU: `h` x `v` blocks.
struct Sampling {
  int h;
  int v;
};

inline int divide_up(int a, int b) { return (a + b - 1) / b; }

// Calls `visit(k)` for every nonzero levels[k], first <= k <= last, in order; four zeros cost one
// comparison.
template <class Visit>
void for_each_nonzero(const std::int16_t* levels, int first, int last, Visit&& visit) {
  int k = first;
  while (k <= last) {
    std::uint64_t four;
    if ((k & 3) == 0 && k + 3 <= last) {
      std::memcpy(&four, levels + k, sizeof four);
      if (four == 0) {
        k += 4;
        continue;
      }
    }
    if (levels[k] != 0) visit(k);
    ++k;
  }
}

// Bits needed for the magnitude |v|: JPEG's size category (T.81 table F.1).
inline int size_category(unsigned magnitude) {
  return magnitude == 0 ? 0 : 32 - __builtin_clz(magnitude);
}

}  // namespace foveate
