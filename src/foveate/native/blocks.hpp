// What a component of a picture is to this code: a grid of 8x8 blocks, 64 numbers each in zigzag order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "compilers.hpp"

namespace foveate {

constexpr int kBlock = 64;

// Coefficients are int16 in 32nds: those of 8-bit samples lie within 1024, and what rounding adds
// to an error is a thousandth of what a step of 1 does.
constexpr float kUnit = 1.0f / 32.0f;

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

// 64 flags, 0 or 1, as the bits of a word: flag k is bit k.
inline std::uint64_t bits_of(const std::uint8_t* flags) {
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) {
    std::uint64_t eight;
    std::memcpy(&eight, flags + 8 * i, sizeof eight);
    eight = little_endian(eight);
    // Gathers the lowest bits of eight bytes in the highest byte.
    bits |= ((eight * 0x0102040810204080u) >> 56) << (8 * i);
  }
  return bits;
}

// The zigzag indices first..last as bits.
inline std::uint64_t band_bits(int first, int last) {
  return (~std::uint64_t{0} >> (63 - last)) & (~std::uint64_t{0} << first);
}

// Which levels are not zero.
inline std::uint64_t nonzero_bits(const std::int16_t* levels) {
  std::uint8_t flags[kBlock];
  for (int k = 0; k < kBlock; ++k) flags[k] = levels[k] != 0;
  return bits_of(flags);
}

// Calls `visit(k)` for every bit that is set, in order.
template <class Visit>
void for_each_bit(std::uint64_t bits, Visit&& visit) {
  for (; bits != 0; bits &= bits - 1) visit(std::countr_zero(bits));
}

// Bits needed for the magnitude |v|: JPEG's size category (T.81 table F.1).
inline int size_category(unsigned magnitude) {
  return static_cast<int>(std::bit_width(magnitude));
}

}  // namespace foveate
