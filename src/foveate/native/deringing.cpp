#include "deringing.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "dct.hpp"
#include "parallel.hpp"

namespace foveate {
namespace {

constexpr float kWhite = 127.0f, kBlack = -128.0f;  // level-shifted samples
constexpr float kMost = 64.0f;                      // how far samples may go beyond
constexpr int kTurns = 8;                           // after so many hardly a sample moves
constexpr float kStepShare = 0.8f;  // of a step: the trellis keeps more than rounding would
constexpr float kLargest = 1023.9f;  // a coefficient that 16 bits hold
constexpr int kHalvings = 6;

// 1 where a sample is white, -1 where it is black, else 0.
struct Ends {
  std::array<std::int8_t, kBlock> at{};
  int white = 0;
  int black = 0;

  // Whether something beside it could ring: a block of one end alone has nothing.
  bool may_ring() const { return white + black > 0 && white < kBlock && black < kBlock; }
};

// Beyond the picture's edge its last row and column repeat.
Ends ends_of(const Picture& picture, int row, int col) {
  Ends ends;
  const std::ptrdiff_t channels = picture.channels;
  for (int y = 0; y < 8; ++y) {
    const std::uint8_t* line =
        picture.pixels + static_cast<std::ptrdiff_t>(std::min(8 * row + y, picture.height - 1)) *
                             picture.width * channels;
    for (int x = 0; x < 8; ++x) {
      const std::uint8_t* pixel = line + std::min(8 * col + x, picture.width - 1) * channels;
      const std::uint8_t first = pixel[0];
      if (first != 0 && first != 255) continue;
      if (channels == 3 && (pixel[1] != first || pixel[2] != first)) continue;
      ends.at[static_cast<std::size_t>(8 * y + x)] = first == 255 ? 1 : -1;
      ++(first == 255 ? ends.white : ends.black);
    }
  }
  return ends;
}

using Samples = std::array<float, kBlock>;

// The samples of `shown`, but beyond white and black as far as `wanted` is, in a share of it.
void beyond(const Ends& ends, const Samples& shown, const Samples& wanted, float share,
            Samples& out) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    out[i] = shown[i];
    if (ends.at[i] > 0) out[i] = kWhite + share * std::clamp(wanted[i] - kWhite, 0.0f, kMost);
    if (ends.at[i] < 0) out[i] = kBlack - share * std::clamp(kBlack - wanted[i], 0.0f, kMost);
  }
}

// Rounds the samples' coefficients to whole steps, and what these show goes beyond where it can;
// again and again, a projection onto each of two sets in turn.
void dering_block(const Ends& ends, const Steps& steps, std::int16_t* block) {
  Steps units;
  units.fill(kUnit);
  Samples shown, turned, aimed;
  inverse_dct(block, units.data(), 1, shown.data(), 8);
  aimed = shown;
  float coefficients[kBlock];
  std::int16_t levels[kBlock];
  for (int turn = 0; turn < kTurns; ++turn) {
    forward_dct(aimed.data(), 8, 1, coefficients);
    for (std::size_t k = 0; k < kBlock; ++k)
      levels[k] = static_cast<std::int16_t>(
          std::clamp(std::round(coefficients[k] / steps[k]), -32767.0f, 32767.0f));
    inverse_dct(levels, steps.data(), 1, turned.data(), 8);
    beyond(ends, shown, turned, 1.0f, aimed);
  }
  float share = 1.0f;
  for (int n = 0; n < kHalvings; ++n, share *= 0.5f) {
    beyond(ends, shown, aimed, share, turned);
    forward_dct(turned.data(), 8, 1, coefficients);
    const bool fits = std::all_of(coefficients, coefficients + kBlock,
                                  [](float value) { return std::abs(value) <= kLargest; });
    if (!fits) continue;
    forward_dct(turned.data(), 8, 1, block);
    return;
  }
}

}  // namespace

bool dering(const Picture& picture, const Grid<std::int16_t>& luma, const Steps& steps,
            int threads) {
  Steps rounded;
  for (std::size_t k = 0; k < kBlock; ++k) rounded[k] = std::max(kStepShare * steps[k], 1.0f);
  rounded[0] = kUnit;  // the mean is free
  std::atomic<bool> any{false};
  parallel_for(luma.used_rows, threads, [&](int row) {
    for (int col = 0; col < luma.used_cols; ++col) {
      const Ends ends = ends_of(picture, row, col);
      if (!ends.may_ring()) continue;
      dering_block(ends, rounded, luma.block(row, col));
      any = true;
    }
  });
  return any;
}

}  // namespace foveate
